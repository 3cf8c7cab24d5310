"""Forms: upload a workbook, read what is wrong with it, draft, publish, open and close."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class FormHead:
    """The form that a page stands in: its title, its tabs, its badge."""

    form_id: str = field(metadata={"help": "The form's id."})
    title: str = field(metadata={"help": "The form's title."})
    is_published: bool = field(metadata={"help": "Whether it has data pages: submissions, summary, downloads."})
    has_draft: bool = field(metadata={"help": "Whether a draft waits to be published."})
    state: Literal["open", "closing", "closed"] = field(metadata={"help": "Whether phones may get and send it."})


@dataclass(frozen=True)
class FindingLine:
    """One thing found in a workbook, and where."""

    level: Literal["error", "warning"] = field(metadata={"help": "An error stops the upload, a warning does not."})
    text: str = field(metadata={"help": "What is wrong and what to do, in the page's language."})
    sheet: str | None = field(metadata={"help": "The sheet, where known."})
    row: int | None = field(metadata={"help": "The row as Excel numbers it, where known."})
    column: str | None = field(metadata={"help": "The column's letter, where known."})


@dataclass(frozen=True)
class UploadOutcome:
    """What became of the workbook that was just sent."""

    filename: str = field(metadata={"help": "The workbook's file name."})
    findings: tuple[FindingLine, ...] = field(metadata={"help": "Errors first, each part in sheet order."})
    kept: str = field(
        metadata={"help": 'Names the workbook kept aside, posted back by "continue"; "" when there are errors.'}
    )


@dataclass(frozen=True)
class UploadPage:
    """Upload a workbook as a new form or a new version.

    Posts the file `workbook` to `pages.upload`, or to `pages.upload_version` where `form` is set; "continue anyway"
    posts `kept` instead of a file to the same address.
    """

    template: ClassVar[str] = "upload.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead | None = field(metadata={"help": "The form that gets a new version; None for a new form."})
    limit: int = field(metadata={"help": "The largest workbook that is taken, in bytes."})
    outcome: UploadOutcome | None = field(default=None, metadata={"help": "What was found; None before an upload."})
    problem: str = field(default="", metadata={"help": "Why the file was refused as a whole."})
    other: str = field(default="", metadata={"help": "The id of the form that the workbook belongs to instead."})


@dataclass(frozen=True)
class VersionLine:
    """A published version."""

    version: str = field(metadata={"help": 'The version\'s name; "" is a version too.'})
    published: datetime = field(metadata={"help": "When it was published."})
    publisher: str = field(metadata={"help": "Who published it."})
    note: str = field(metadata={"help": 'What the publisher wrote about it, or "".'})
    questions: int = field(metadata={"help": "How many questions it asks."})
    has_workbook: bool = field(metadata={"help": "Whether it came as a workbook that can be downloaded."})


@dataclass(frozen=True)
class AttachmentLine:
    """A media or data file that a form needs."""

    name: str = field(metadata={"help": "The file's name, exactly as the form asks for it."})
    type: Literal["image", "audio", "video", "file"] = field(metadata={"help": "What kind of file is meant."})
    size: int | None = field(metadata={"help": "Its size in bytes; None while it is missing."})
    updated: datetime | None = field(metadata={"help": "When it was uploaded."})


@dataclass(frozen=True)
class Draft:
    """The version that waits to be published."""

    version: str = field(metadata={"help": "The version's name in the workbook."})
    uploaded: datetime = field(metadata={"help": "When the workbook was uploaded."})
    uploader: str = field(metadata={"help": "Who uploaded it."})
    questions: int = field(metadata={"help": "How many questions it asks."})
    has_workbook: bool = field(metadata={"help": "Whether it came as a workbook that can be downloaded."})
    attachments: tuple[AttachmentLine, ...] = field(metadata={"help": "The files that it needs."})
    warnings: tuple[FindingLine, ...] = field(metadata={"help": "What was found in the workbook and not refused."})
    needs_version: bool = field(metadata={"help": "Whether its version is taken, so that another is asked for."})


@dataclass(frozen=True)
class FormPage:
    """One form: draft, published version, earlier versions, open or closed.

    Posts files (`files`, several at once, matched by name) to `pages.attach`; one file with its slot's `name` to
    the same address; `version` and `note` to `pages.publish`; `state` to `pages.form_state`.
    """

    template: ClassVar[str] = "form.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    submissions: int = field(metadata={"help": "How many submissions the viewer may see."})
    last_submission: datetime | None = field(metadata={"help": "When the newest of them arrived."})
    draft: Draft | None = field(metadata={"help": "The draft, if there is one."})
    versions: tuple[VersionLine, ...] = field(metadata={"help": "The published versions, the one in force first."})
    attachments: tuple[AttachmentLine, ...] = field(metadata={"help": "The files of the version in force."})
    version: str = field(default="", metadata={"help": "The new version's name in the publish form."})
    note: str = field(default="", metadata={"help": "The note in the publish form."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})
