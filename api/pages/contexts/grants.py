"""Who may do and see what: a project's people with their roles and values, many at once from Excel, the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from api.pages.contexts.forms import UploadOutcome
from api.pages.contexts.people import DimensionLine, PeopleFilter, RoleOption
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class HeldLine:
    """A role that somebody holds, and where."""

    role_id: int = field(metadata={"help": "The role's number, posted to take it away."})
    role: str = field(metadata={"help": "The role in words."})
    form_id: str = field(metadata={"help": 'The form that it is for; "" for more than one.'})
    place: str = field(metadata={"help": "Where it counts, in words: a form's title, the project or the server."})
    is_site_wide: bool = field(metadata={"help": "Whether it counts on the whole server, and is not taken away here."})
    has_clearance: bool = field(metadata={"help": "Whether it opens anything about people."})
    sees_nothing: bool = field(metadata={"help": "Whether it shows nothing yet, for want of a value."})
    is_void: bool = field(metadata={"help": "Whether it opens nothing there, since the form is about people."})


@dataclass(frozen=True)
class PersonLine:
    """A web user with a role that counts in the project."""

    id: int = field(metadata={"help": "The person's number."})
    name: str = field(metadata={"help": "The display name."})
    email: str = field(metadata={"help": "The address."})
    is_self: bool = field(metadata={"help": "Whether it is the viewer."})
    held: tuple[HeldLine, ...] = field(metadata={"help": "What they hold, the widest first."})
    dimensions: tuple[DimensionLine, ...] = field(metadata={"help": "What says whose records they see."})
    may_change: bool = field(metadata={"help": "Whether the viewer may change the values."})
    last_login: datetime | None = field(default=None, metadata={"help": "When the person last logged in."})
    has_second_step: bool = field(default=False, metadata={"help": "Whether a code is asked for at the log-in."})
    lacks_second_step: bool = field(
        default=False, metadata={"help": "Whether a role of theirs opens nothing of people for want of one."}
    )


@dataclass(frozen=True)
class FormOption:
    """A form that a role can be given on."""

    form_id: str = field(metadata={"help": "What the field `form` posts."})
    title: str = field(metadata={"help": "The form's title."})


@dataclass(frozen=True)
class PeoplePage:
    """A project's people. Posts `email`, `role`, `form` to `pages.person_add`.

    Taking away posts `role` and `form` to `pages.person_take`, changed values `value.NAME` to `pages.person_values`.
    """

    template: ClassVar[str] = "people.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    people: tuple[PersonLine, ...] = field(metadata={"help": "Those that the filter leaves, by name."})
    total: int = field(metadata={"help": "How many there are."})
    filter: PeopleFilter = field(metadata={"help": "Which are listed."})
    held_roles: tuple[RoleOption, ...] = field(metadata={"help": "The roles to filter by."})
    may_give: bool = field(metadata={"help": "Whether the viewer may give and take roles."})
    roles: tuple[RoleOption, ...] = field(metadata={"help": "What can be given."})
    forms: tuple[FormOption, ...] = field(metadata={"help": "The project's forms."})
    email: str = field(default="", metadata={"help": "What was typed before."})
    role: str = field(default="", metadata={"help": "What was chosen before."})
    form: str = field(default="", metadata={"help": "What was chosen before."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class PlannedLine:
    """One line of a workbook of people, as it would be carried out."""

    email: str = field(metadata={"help": "Whose line it is."})
    is_new: bool = field(metadata={"help": "Whether the account is made first."})
    role: str = field(metadata={"help": "The role in words."})
    place: str = field(metadata={"help": "Where it would count, in words."})
    is_held: bool = field(metadata={"help": "Whether the person has the role there already."})
    values: tuple[str, ...] = field(metadata={"help": "The person's new values, a dimension each."})


@dataclass(frozen=True)
class PeopleUploadPage:
    """Roles for many people from a workbook. Posts the file `workbook`, then `kept`, to `pages.people_upload`."""

    template: ClassVar[str] = "people_upload.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    limit: int = field(metadata={"help": "The largest workbook that is taken, in bytes."})
    outcome: UploadOutcome | None = field(default=None, metadata={"help": "What was found; None before an upload."})
    planned: tuple[PlannedLine, ...] = field(default=(), metadata={"help": "What would be done; none with errors."})
    problem: str = field(default="", metadata={"help": "Why the file was refused as a whole."})


@dataclass(frozen=True)
class RoleLine:
    """One role of the policy."""

    name: str = field(metadata={"help": "The role in words."})
    system: str = field(metadata={"help": "What programs and workbooks call it."})
    deeds: tuple[str, ...] = field(metadata={"help": "What it may do, in words."})
    sees: str = field(metadata={"help": "Which answers it sees on pages, in words."})
    takes: str = field(metadata={"help": "Which answers it may download, in words."})
    scoped_by: tuple[str, ...] = field(metadata={"help": "By which dimensions its records are limited."})
    is_per_form: bool = field(metadata={"help": "Whether it is given on forms only."})
    is_void_on_cases: bool = field(metadata={"help": "Whether it opens only figures of forms about people."})
    has_clearance: bool = field(metadata={"help": "Whether it is given by somebody else, with a second step."})


@dataclass(frozen=True)
class RolesPage:
    """The policy: every role, what it may do and what it sees."""

    template: ClassVar[str] = "roles.html"

    roles: tuple[RoleLine, ...] = field(metadata={"help": "Every role, as the policy lists them."})
