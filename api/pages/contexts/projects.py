"""Projects: the first page, one project with its forms, a new one, its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal


@dataclass(frozen=True)
class ProjectHead:
    """The project that a page stands in: its title, its tabs."""

    id: int = field(metadata={"help": "Its number in every address."})
    name: str = field(metadata={"help": "Its name."})
    may_manage: bool = field(metadata={"help": "Whether uploads, app users and settings are offered to the viewer."})
    may_read: bool = field(
        default=True, metadata={"help": "Whether the viewer may read what was sent, or only fill forms on a phone."}
    )
    is_archived: bool = field(default=False, metadata={"help": "Whether it is put away: shown, but marked."})
    may_audit: bool = field(default=False, metadata={"help": "Whether the access log is offered."})
    may_list_people: bool = field(default=False, metadata={"help": "Whether the viewer may see who has which role."})


@dataclass(frozen=True)
class ProjectCard:
    """One project on the first page."""

    id: int = field(metadata={"help": "Its number."})
    name: str = field(metadata={"help": "Its name."})
    description: str = field(metadata={"help": 'What it is about, or "".'})
    forms: int = field(metadata={"help": "How many of its forms the viewer may see."})
    submissions: int | None = field(
        metadata={"help": "How many submissions the viewer may see in it; None where they read none."}
    )
    last_submission: datetime | None = field(metadata={"help": "When the newest of them arrived."})
    is_fresh: bool = field(metadata={"help": "Whether something arrived today: its lantern is lit."})
    is_archived: bool = field(default=False, metadata={"help": "Whether it is put away."})


@dataclass(frozen=True)
class HomePage:
    """The first page: the viewer's projects."""

    template: ClassVar[str] = "home.html"

    projects: tuple[ProjectCard, ...] = field(metadata={"help": "What the viewer may see, archived ones last."})
    may_create: bool = field(metadata={"help": "Whether a new project is offered."})


@dataclass(frozen=True)
class NewProjectPage:
    """Make a project. Posts `name` and `description` to `pages.project_new`."""

    template: ClassVar[str] = "project_new.html"

    name: str = field(default="", metadata={"help": "What was typed before."})
    description: str = field(default="", metadata={"help": "What was typed before."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class FormLine:
    """One form in a project's table."""

    form_id: str = field(metadata={"help": "The form's id, as in its workbook."})
    title: str = field(metadata={"help": "The form's title."})
    version: str | None = field(metadata={"help": "The published version; None while there is only a draft."})
    has_draft: bool = field(metadata={"help": "Whether a draft waits to be published."})
    state: Literal["open", "closing", "closed"] = field(metadata={"help": "Whether phones may get and send it."})
    submissions: int = field(metadata={"help": "How many submissions the viewer may see."})
    last_submission: datetime | None = field(metadata={"help": "When the newest of them arrived."})
    is_fresh: bool = field(metadata={"help": "Whether something arrived today."})


@dataclass(frozen=True)
class ProjectPage:
    """One project: its forms."""

    template: ClassVar[str] = "project.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    description: str = field(metadata={"help": 'What it is about, or "".'})
    forms: tuple[FormLine, ...] = field(metadata={"help": "Its forms, by title."})
    app_users: int = field(metadata={"help": "How many app users have access; the first steps need it."})


@dataclass(frozen=True)
class ProjectSettingsPage:
    """Change a project. Posts `name`, `description`; archiving posts `archived` (1 or 0) to `pages.project_archive`."""

    template: ClassVar[str] = "project_settings.html"

    project: ProjectHead = field(metadata={"help": "The project as it is kept."})
    name: str = field(metadata={"help": "The name in the field."})
    description: str = field(metadata={"help": "The description in the field."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})
