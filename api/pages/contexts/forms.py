"""Forms: upload a workbook, read what is wrong with it, draft, publish, open and close."""

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
    findings: tuple[FindingLine, ...] = field(metadata={"help": "Sheet by sheet, errors first."})
    kept: str = field(
        metadata={"help": 'Names the workbook kept aside, posted back by "continue"; "" when there are errors.'}
    )
    text: str = field(default="", metadata={"help": "The findings as plain text, to take away."})


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
class ChangeLine:
    """One thing that differs between two versions of a form."""

    kind: Literal[
        "removed", "renamed", "moved", "added", "retyped", "reclassified", "recounted", "relabelled", "reordered"
    ] = field(metadata={"help": "What became of it; that it was renamed or moved is a guess."})
    what: Literal["question", "group", "repeat", "choice", "figure"] = field(metadata={"help": "What it is."})
    label: str = field(metadata={"help": "Its label, as it was; as it is where it was added."})
    name: str = field(metadata={"help": "Its name, as it was; as it is where it was added."})
    now: str = field(
        default="", metadata={"help": 'What it is called, asks for, or where it stands now; "" for nothing.'}
    )
    of: str = field(default="", metadata={"help": "The questions that offer the choice."})
    along: int = field(default=0, metadata={"help": "How many questions and groups came along in it."})
    stored: int | None = field(
        default=None, metadata={"help": "How many stored answers use what is no longer there; None where not counted."}
    )
    is_untold: bool = field(default=False, metadata={"help": "Whether the viewer may not know how many do."})


@dataclass(frozen=True)
class ChangeList:
    """What one version changed of another."""

    lines: tuple[ChangeLine, ...] = field(metadata={"help": "What is shown, kind by kind."})
    more: int = field(default=0, metadata={"help": "How many further ones are not shown."})
    lost_figures: int = field(
        default=0, metadata={"help": "How many figures the version before had, where this one has none of its own."}
    )

    @property
    def count(self) -> int:
        """How much changed; that all figures went is one thing."""
        return len(self.lines) + self.more + bool(self.lost_figures)


@dataclass(frozen=True)
class VersionLine:
    """A published version."""

    version: str = field(metadata={"help": 'The version\'s name; "" is a version too.'})
    published: datetime = field(metadata={"help": "When it was published."})
    publisher: str = field(metadata={"help": "Who published it."})
    note: str = field(metadata={"help": 'What the publisher wrote about it, or "".'})
    questions: int = field(metadata={"help": "How many questions it asks."})
    has_workbook: bool = field(metadata={"help": "Whether it came as a workbook that can be downloaded."})
    changes: ChangeList | None = field(
        default=None, metadata={"help": "What it changed of the one before; None for the first."}
    )


@dataclass(frozen=True)
class AttachmentLine:
    """A media or data file that a form needs."""

    name: str = field(metadata={"help": "The file's name, exactly as the form asks for it."})
    type: Literal["image", "audio", "video", "file"] = field(metadata={"help": "What kind of file is meant."})
    size: int | None = field(metadata={"help": "Its size in bytes; None while it is missing."})
    updated: datetime | None = field(metadata={"help": "When it was uploaded."})


@dataclass(frozen=True)
class FormPage:
    """One form: its published versions and their files, open or closed. The draft has a page of its own.

    Posts `state` to `pages.form_state`, and `version` to `pages.version_back` to begin a draft from an earlier one.
    """

    template: ClassVar[str] = "form.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    submissions: int = field(metadata={"help": "How many submissions the viewer may see."})
    last_submission: datetime | None = field(metadata={"help": "When the newest of them arrived."})
    versions: tuple[VersionLine, ...] = field(metadata={"help": "The published versions, the one in force first."})
    attachments: tuple[AttachmentLine, ...] = field(metadata={"help": "The files of the version in force."})
    problem: str = field(default="", metadata={"help": "Why an earlier version cannot be taken up again."})
    phones_too_old: int = field(
        default=0, metadata={"help": "How many phones in use have a Collect too old for it; for whoever lists phones."}
    )
    phones_in_use: int = field(default=0, metadata={"help": "How many phones in use may fill it."})
