"""Submissions: the table of many, and the parts that one in full is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead

ReviewState = Literal["received", "hasIssues", "edited", "approved", "rejected"]


Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """One choice of a select question."""

    name: str = field(metadata={"help": "What is sent."})
    label: str = field(metadata={"help": "What is read."})


@dataclass(frozen=True)
class ColumnFilter:
    """How the answers to a question are asked for. It is sent as its operator and path, such as `is/kota`."""

    path: str = field(metadata={"help": "The question's path."})
    label: str = field(metadata={"help": "The question's label, behind that of the repeat that it is in."})
    kind: Literal["choice", "suggested", "text", "range", "answered"] = field(
        metadata={"help": "A list, a text with suggestions, a text, from and to, or only whether there is an answer."}
    )
    answered: Literal["", "yes", "no"] = field(
        default="", metadata={"help": "Whether there is to be an answer; every question can be asked that."}
    )
    operator: str = field(default="", metadata={"help": "The operator, where it has one of its own."})
    value: str = field(default="", metadata={"help": "What is asked for now."})
    choices: tuple[Choice, ...] = field(default=(), metadata={"help": "The choices, or the suggestions."})
    input_type: str = field(default="text", metadata={"help": "The type of a range's two inputs."})
    low: str = field(default="", metadata={"help": "From where a range is asked for now."})
    high: str = field(default="", metadata={"help": "Up to where."})

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names it is sent, last the one for whether there is an answer."""
        operators = {"range": ("from", "to"), "answered": ()}.get(self.kind, (self.operator,))
        return tuple(f"{each}{self.path}" for each in (*operators, "answered"))


@dataclass(frozen=True)
class Column:
    """One question as a column of the table."""

    label: str = field(metadata={"help": "The question's label in the page's language; its name where it has none."})
    name: str = field(metadata={"help": "The question's name, for whoever compares with the workbook."})
    is_number: bool = field(default=False, metadata={"help": "Whether its cells stand to the right."})
    is_sealed: bool = field(default=False, metadata={"help": "Whether its answers are masked."})
    filter: ColumnFilter | None = field(default=None, metadata={"help": "How it is asked for, or None."})
    sorted: Literal["", "ascending", "descending"] = field(
        default="", metadata={"help": "Whether the table goes by it now."}
    )
    sort_query: Query | None = field(default=None, metadata={"help": "The address that sorts by it, or None."})


@dataclass(frozen=True)
class Cell:
    """One answer in the table."""

    text: str = field(metadata={"help": 'The answer in words (labels of choices), "" where there is none.'})
    is_masked: bool = field(default=False, metadata={"help": "Whether there is a sealed answer, which is not shown."})


@dataclass(frozen=True)
class Round:
    """One row of a repeat, under its submission."""

    number: str = field(metadata={"help": 'Its place, "2.1" within the second row around it.'})
    cells: tuple[Cell, ...] = field(metadata={"help": "One per question shown, in the same order."})


@dataclass(frozen=True)
class Rounds:
    """The first rows of a repeat in a submission."""

    count: int = field(metadata={"help": "How many it has in all."})
    rows: tuple[Round, ...] = field(metadata={"help": "The first of them."})


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
    rounds: Rounds | None = field(default=None, metadata={"help": "Its rows of the repeat that is shown, if any."})


@dataclass(frozen=True)
class FieldOption:
    """A question to choose."""

    path: str = field(metadata={"help": "What the field that asks for it sends."})
    label: str = field(metadata={"help": "The question's label."})


@dataclass(frozen=True)
class Chip:
    """One thing that is filtered, which a press takes away."""

    text: str = field(metadata={"help": "What is asked for, in words."})
    query: Query = field(metadata={"help": "The address without it."})


@dataclass(frozen=True)
class Tick:
    """A question that may be a column."""

    path: str = field(metadata={"help": "What `column` sends."})
    label: str = field(metadata={"help": "The question's label."})
    is_shown: bool = field(metadata={"help": "Whether it is a column now."})


@dataclass(frozen=True)
class RepeatLine:
    """A repeat whose rows may be shown under each submission."""

    path: str = field(metadata={"help": "What `repeat` sends."})
    label: str = field(metadata={"help": "The repeat's label."})
    is_shown: bool = field(metadata={"help": "Whether its rows are shown now."})


@dataclass(frozen=True)
class SavedLine:
    """A filter that was kept under a name."""

    id: int = field(metadata={"help": "Its number, for its address."})
    name: str = field(metadata={"help": "Its name."})
    is_shared: bool = field(metadata={"help": "Whether everybody who may list the submissions finds it."})
    owner: str = field(metadata={"help": 'Whose it is, "" where it is the viewer\'s own.'})
    may_drop: bool = field(metadata={"help": "Whether the viewer may take it away."})


@dataclass(frozen=True)
class Filtered:
    """What of a form's submissions is shown, and how to ask for others: alike on the table, the map and the gallery."""

    total: int = field(metadata={"help": "How many the viewer may see without a filter."})
    matching: int = field(metadata={"help": "How many the filter leaves; equal to `total` without one."})
    is_filtered: bool = field(default=False, metadata={"help": "Whether anything is filtered."})
    chips: tuple[Chip, ...] = field(default=(), metadata={"help": "What is filtered now."})
    since: date | None = field(default=None, metadata={"help": "First day of arrival."})
    until: date | None = field(default=None, metadata={"help": "Last day of arrival."})
    submitter: str = field(default="", metadata={"help": "A part of the sender's name."})
    review: ReviewState | Literal[""] = field(default="", metadata={"help": 'The review state, or "".'})
    asked: tuple[ColumnFilter, ...] = field(
        default=(), metadata={"help": "How the questions are asked for that are columns of the table, or filtered now."}
    )
    query: Query = field(default_factory=dict, metadata={"help": "What is shown, as it stands in an address."})
    filter_query: Query = field(default_factory=dict, metadata={"help": "The filter alone."})
    view_query: Query = field(default_factory=dict, metadata={"help": "How the table shows it, alone."})
    carried: tuple[tuple[str, str], ...] = field(
        default=(), metadata={"help": "What the form of the filters has to send besides them."}
    )
    saved: tuple[SavedLine, ...] = field(default=(), metadata={"help": "The viewer's kept filters and shared ones."})
    problem: str = field(default="", metadata={"help": "Why the filter could not be used."})


@dataclass(frozen=True)
class SubmissionsPage:
    """A form's submissions, the newest first or in the order asked for, a page at a time."""

    template: ClassVar[str] = "submissions.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    filtered: Filtered = field(metadata={"help": "What is filtered, and how much that leaves."})
    columns: tuple[Column, ...] = field(metadata={"help": "The questions shown, in the order asked for."})
    known: Mapping[str, Column] = field(
        metadata={"help": "How the table is sorted by `received`, `submitter` and `review`."}
    )
    hidden_columns: int = field(metadata={"help": "How many questions are not shown."})
    rows: tuple[SubmissionLine, ...] = field(metadata={"help": "The submissions of this page."})
    ticks: tuple[Tick, ...] = field(metadata={"help": "The questions that may be columns, those that are first."})
    senders: tuple[str, ...] = field(default=(), metadata={"help": "The senders on this page, as suggestions."})
    repeats: tuple[RepeatLine, ...] = field(default=(), metadata={"help": "The form's repeats."})
    repeat_ticks: tuple[Tick, ...] = field(
        default=(), metadata={"help": "Those that may be shown of the repeat that is shown, those that are first."}
    )
    repeat_columns: tuple[Column, ...] = field(default=(), metadata={"help": "Questions of the repeat that is shown."})
    moved: str = field(default="", metadata={"help": "The column that has just gone forward, or none."})
    shows_names: bool = field(default=False, metadata={"help": "Whether names of the workbook stand for labels."})
    words_query: Query = field(default_factory=dict, metadata={"help": "The address with the other words."})
    older: str = field(default="", metadata={"help": 'Cursor for the field `older`; "" on the last page.'})
    newer: str = field(default="", metadata={"help": 'Cursor for the field `newer`; "" on the first page.'})
    is_newest_first: bool = field(default=True, metadata={"help": "Whether the newest come first."})
    may_review: bool = field(default=False, metadata={"help": "Whether the viewer may tick and review."})
    may_take: bool = field(default=False, metadata={"help": "Whether downloads are offered."})

    @property
    def repeat(self) -> RepeatLine | None:
        """The repeat whose rows are shown."""
        return next((each for each in self.repeats if each.is_shown), None)


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
