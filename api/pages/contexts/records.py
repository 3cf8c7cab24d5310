"""Submissions: the table of many, and one in full."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead

ReviewState = Literal["received", "hasIssues", "edited", "approved", "rejected"]


@dataclass(frozen=True)
class Column:
    """One question as a column of the table."""

    label: str = field(metadata={"help": "The question's label in the page's language; its name where it has none."})
    name: str = field(metadata={"help": "The question's name, for whoever compares with the workbook."})
    is_number: bool = field(default=False, metadata={"help": "Whether its cells stand to the right."})
    is_sealed: bool = field(default=False, metadata={"help": "Whether its answers are masked."})


@dataclass(frozen=True)
class Cell:
    """One answer in the table."""

    text: str = field(metadata={"help": 'The answer in words (labels of choices), "" where there is none.'})
    is_masked: bool = field(default=False, metadata={"help": "Whether there is a sealed answer, which is not shown."})


@dataclass(frozen=True)
class SubmissionLine:
    """One submission in the table."""

    instance_id: str = field(metadata={"help": "Its instance id."})
    name: str = field(metadata={"help": 'Its instance name, or "".'})
    received: datetime = field(metadata={"help": "When it arrived."})
    submitter: str = field(metadata={"help": "Who sent it."})
    review: ReviewState = field(metadata={"help": "Its review state."})
    files_missing: int = field(metadata={"help": "How many of its files have not arrived yet."})
    misfits: int = field(metadata={"help": "How many of its answers did not fit their type."})
    cells: tuple[Cell, ...] = field(metadata={"help": "One per column, in the same order."})


@dataclass(frozen=True)
class FieldOption:
    """A question that the table can be filtered by. Sealed questions are never among them."""

    path: str = field(metadata={"help": "What the field `field` sends."})
    label: str = field(metadata={"help": "The question's label."})


@dataclass(frozen=True)
class SubmissionFilter:
    """What the table shows now. Sent as `field`, `value`, `since`, `until`, `review` in the address."""

    field_path: str = field(default="", metadata={"help": 'The question, or "".'})
    value: str = field(default="", metadata={"help": "The answer asked for."})
    since: date | None = field(default=None, metadata={"help": "First day of arrival."})
    until: date | None = field(default=None, metadata={"help": "Last day of arrival."})
    review: ReviewState | Literal[""] = field(default="", metadata={"help": 'The review state, or "".'})

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.field_path or self.since or self.until or self.review)

    @property
    def query(self) -> Mapping[str, str]:
        """The filter as it stands in an address."""
        pairs = {
            "field": self.field_path,
            "value": self.value,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "review": self.review,
        }
        return {name: text for name, text in pairs.items() if text}


@dataclass(frozen=True)
class SubmissionsPage:
    """A form's submissions, newest first, a page at a time."""

    template: ClassVar[str] = "submissions.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    columns: tuple[Column, ...] = field(metadata={"help": "The questions shown, in the form's order."})
    hidden_columns: int = field(metadata={"help": "How many questions are not shown; the downloads have them."})
    rows: tuple[SubmissionLine, ...] = field(metadata={"help": "The submissions of this page."})
    total: int = field(metadata={"help": "How many the viewer may see without a filter."})
    matching: int = field(metadata={"help": "How many the filter leaves; equal to `total` without one."})
    fields: tuple[FieldOption, ...] = field(metadata={"help": "What can be filtered by."})
    filter: SubmissionFilter = field(metadata={"help": "What is filtered now."})
    suggestions: tuple[str, ...] = field(default=(), metadata={"help": "Answers offered for the chosen question."})
    older: str = field(default="", metadata={"help": 'Cursor for the field `older`; "" on the last page.'})
    newer: str = field(default="", metadata={"help": 'Cursor for the field `newer`; "" on the first page.'})
    problem: str = field(default="", metadata={"help": "Why the filter could not be used."})


@dataclass(frozen=True)
class StoredFile:
    """A file that belongs to a submission."""

    name: str = field(metadata={"help": "Its name as the phone sent it."})
    kind: Literal["image", "audio", "video", "file"] = field(metadata={"help": "What kind of file it is."})
    has_arrived: bool = field(metadata={"help": "Whether its bytes are here."})
    size: int = field(default=0, metadata={"help": "Its size in bytes."})
    has_thumbnail: bool = field(default=False, metadata={"help": "Whether the page itself may show it."})


@dataclass(frozen=True)
class Answer:
    """One question of a submission, with its answer in words."""

    kind: ClassVar[str] = "answer"

    label: str = field(metadata={"help": "The question's label; its name where it has none."})
    name: str = field(metadata={"help": "The question's name."})
    text: str = field(default="", metadata={"help": 'The answer in words, "" where there is none.'})
    is_masked: bool = field(default=False, metadata={"help": "Whether there is a sealed answer, which is not shown."})
    is_misfit: bool = field(default=False, metadata={"help": "Whether it did not fit its type."})
    file: StoredFile | None = field(default=None, metadata={"help": "The file, where the answer is one."})


@dataclass(frozen=True)
class Group:
    """A group of questions."""

    kind: ClassVar[str] = "group"

    label: str = field(metadata={"help": "The group's label; its name where it has none."})
    items: "tuple[Node, ...]" = field(metadata={"help": "What is in it, in the form's order."})


@dataclass(frozen=True)
class RepeatRow:
    """One round of a repeat."""

    number: int = field(metadata={"help": "Its place within its parent, from 1."})
    items: "tuple[Node, ...]" = field(metadata={"help": "What was answered in it."})


@dataclass(frozen=True)
class Repeat:
    """A repeat with its rounds. Rounds of plain answers with the same questions are shown as a table."""

    kind: ClassVar[str] = "repeat"

    label: str = field(metadata={"help": "The repeat's label; its name where it has none."})
    rows: tuple[RepeatRow, ...] = field(metadata={"help": "Its rounds, in order; may be none."})

    @property
    def is_flat(self) -> bool:
        """Whether all rounds hold the same few plain answers, so that a table shows them best."""
        names = [tuple(i.name for i in row.items if isinstance(i, Answer)) for row in self.rows]
        plain = all(isinstance(i, Answer) and i.file is None for row in self.rows for i in row.items)
        return bool(names) and plain and len(set(names)) == 1 and len(names[0]) <= 8  # noqa: PLR2004 - fits a laptop


Node = Answer | Group | Repeat


@dataclass(frozen=True)
class Misfit:
    """An answer that did not fit its question's type."""

    label: str = field(metadata={"help": "The question's label."})
    path: str = field(metadata={"help": "Where it stands in the form."})
