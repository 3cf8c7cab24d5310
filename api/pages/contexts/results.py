"""What the submissions of a form add up to, and how to take them away."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class DayCount:
    """How many submissions arrived on one day."""

    day: date = field(metadata={"help": "The day, in the server's time zone."})
    count: int = field(metadata={"help": "How many arrived; 0 is given too."})


@dataclass(frozen=True)
class Bar:
    """One choice of a select question."""

    label: str = field(metadata={"help": "The choice's label."})
    count: int = field(metadata={"help": "How many records hold it."})
    share: float = field(metadata={"help": "Its share of the records that answer the question, 0 to 1."})


@dataclass(frozen=True)
class QuestionSummary:
    """One select question, choice by choice."""

    label: str = field(metadata={"help": "The question's label."})
    name: str = field(metadata={"help": "The question's name."})
    is_multiple: bool = field(metadata={"help": "Whether several choices may hold, so that shares pass 100 %."})
    answered: int = field(metadata={"help": "How many records answer it."})
    bars: tuple[Bar, ...] = field(metadata={"help": "Its choices, in the workbook's order."})


@dataclass(frozen=True)
class SummaryPage:
    """A first look at a form's answers. The period is sent as `since` and `until` in the address."""

    template: ClassVar[str] = "summary.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    records: int = field(metadata={"help": "How many submissions stand behind the figures."})
    as_of: datetime = field(metadata={"help": "When the figures were counted."})
    per_day: tuple[DayCount, ...] = field(metadata={"help": "Oldest first, without gaps, at most about 100 days."})
    questions: tuple[QuestionSummary, ...] = field(metadata={"help": "The select questions, in the form's order."})
    since: date | None = field(default=None, metadata={"help": "First day of the period."})
    until: date | None = field(default=None, metadata={"help": "Last day of the period."})

    @property
    def ceiling(self) -> int:
        """The top of the chart: the first round, even number that no day exceeds."""
        most = max((entry.count for entry in self.per_day), default=0)
        step = 1
        while step * 100 < most:
            step *= 10
        return next(top * step for top in (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 80, 100) if top * step >= most)


@dataclass(frozen=True)
class TableLine:
    """One table of a download: the form itself, or one of its repeats."""

    name: str = field(metadata={"help": "The name of its sheet and of its CSV file, without the ending."})
    label: str = field(metadata={"help": "The form's title or the repeat's label."})
    rows: int = field(metadata={"help": "How many rows it has."})
    columns: int = field(metadata={"help": "How many columns it has."})


@dataclass(frozen=True)
class DownloadsPage:
    """Take the data away. `pages.download` is asked with `format` xlsx, zip (all CSV) or csv (with `table`)."""

    template: ClassVar[str] = "downloads.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    tables: tuple[TableLine, ...] = field(metadata={"help": "The form's table first, then its repeats."})
    left_out: tuple[str, ...] = field(metadata={"help": "Labels of the sealed questions, which no download holds."})
    files: int = field(metadata={"help": "How many photos and other files there are, which are not in the tables."})
    may_hand_over: bool = field(
        default=False, metadata={"help": "Whether the viewer may ask for a download with identity, or approve one."}
    )
