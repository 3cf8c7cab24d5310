"""Dashboards: figures with what they mean, the filter above them, and the records behind a number."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from markupsafe import Markup

from api.pages.contexts.forms import FindingLine, FormHead
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class FigureCell:
    """One number of a table."""

    text: str = field(metadata={"help": "How it is written; a dash where there is none, a mark where it is hidden."})
    is_hidden: bool = field(default=False, metadata={"help": "Whether a mark stands in its place."})
    note: str = field(default="", metadata={"help": 'Numerator and denominator ("12 of 40"), or "".'})
    records: str = field(default="", metadata={"help": 'Address of the records behind it, "" where none is offered.'})


@dataclass(frozen=True)
class FigureRow:
    """One group of a table."""

    label: str = field(metadata={"help": "How the group is called."})
    cells: tuple[FigureCell, ...] = field(metadata={"help": "One for each column."})


@dataclass(frozen=True)
class FigureTable:
    """The figures of a view as a table."""

    corner: str = field(metadata={"help": "What the groups are: the heading of the first column."})
    columns: tuple[str, ...] = field(metadata={"help": "The headings of the numbers."})
    rows: tuple[FigureRow, ...] = field(metadata={"help": "The groups."})
    totals: tuple[FigureCell, ...] = field(metadata={"help": "Over all rows, or empty."})
    total: str = field(default="", metadata={"help": "What the row over all groups is called."})
    above: str = field(default="", metadata={"help": 'What the columns are groups of, or "".'})


@dataclass(frozen=True)
class WorkCell:
    """One value of a work list."""

    text: str = field(metadata={"help": 'The value in words, "" for none.'})
    is_masked: bool = field(default=False, metadata={"help": "Whether the viewer may not see it."})


@dataclass(frozen=True)
class WorkLine:
    """One record of a work list."""

    address: str = field(metadata={"help": "The record's page."})
    cells: tuple[WorkCell, ...] = field(metadata={"help": "One for each column."})


@dataclass(frozen=True)
class WorkList:
    """Records that somebody has to do something about."""

    columns: tuple[str, ...] = field(metadata={"help": "The headings."})
    lines: tuple[WorkLine, ...] = field(metadata={"help": "The records, in the order of the sheet."})


@dataclass(frozen=True)
class Definition:
    """What a figure means, in words; where words are lacking, the expression itself."""

    term: str = field(metadata={"help": 'What is said ("Counted", "Only where", "By", "Period", "Target").'})
    text: str = field(metadata={"help": "In words."})


@dataclass(frozen=True)
class Formula:
    """A cell of the views sheet as it is written."""

    column: str = field(metadata={"help": "The sheet's column."})
    text: str = field(metadata={"help": "The expression."})


@dataclass(frozen=True)
class FigureFoot:
    """On what a figure rests."""

    records: str = field(metadata={"help": 'How many records, with the word ("1,204 records"), or "" where untold.'})
    latest: datetime | None = field(metadata={"help": "When the newest of them arrived."})
    made: datetime | None = field(metadata={"help": "When the figure was computed."})


@dataclass(frozen=True)
class FigureAddresses:
    """Where a figure stands large, and as files."""

    page: str = field(metadata={"help": "Its own page."})
    csv: str = field(metadata={"help": "Its table as CSV."})
    xlsx: str = field(metadata={"help": "Its table as an Excel workbook."})
    svg: str = field(metadata={"help": 'Its drawing, "" where it has none.'})
    records: str = field(metadata={"help": 'All records behind it, "" where they are not offered.'})


@dataclass(frozen=True)
class FigureCard:
    """One figure of a dashboard, with everything that a reader must know about it."""

    name: str = field(metadata={"help": "Its name on the sheet; its anchor."})
    title: str = field(metadata={"help": "Its label."})
    hint: str = field(metadata={"help": 'What it tells, or "".'})
    kind: Literal["number", "table", "chart", "list"] = field(metadata={"help": "How it is laid out."})
    definitions: tuple[Definition, ...] = field(metadata={"help": "What it means."})
    formulas: tuple[Formula, ...] = field(metadata={"help": "The cells of its row."})
    foot: FigureFoot = field(metadata={"help": "On what it rests."})
    addresses: FigureAddresses = field(metadata={"help": "Where it stands large, and its files."})
    number: FigureCell | None = field(default=None, metadata={"help": "The one number, of a number."})
    target: str = field(default="", metadata={"help": 'Target and progress in words, or "".'})
    progress: Markup | None = field(default=None, metadata={"help": "The progress drawn, where it can be."})
    drawing: Markup | None = field(default=None, metadata={"help": "The chart, drawn."})
    undrawn: str = field(default="", metadata={"help": 'Why there is a table only, or "".'})
    table: FigureTable | None = field(default=None, metadata={"help": "Its numbers."})
    work: WorkList | None = field(default=None, metadata={"help": "Its records, of a work list."})
    problem: str = field(default="", metadata={"help": 'Why there is no figure, or "".'})
    is_empty: bool = field(default=False, metadata={"help": "Whether no record fits."})
    is_confidential: bool = field(default=False, metadata={"help": "Whether it shows small numbers of people."})
    is_suppressed: bool = field(default=False, metadata={"help": "Whether small numbers in it are hidden."})

    @property
    def is_broad(self) -> bool:
        """Whether its table needs the whole width."""
        return self.table is not None and len(self.table.columns) > 3  # noqa: PLR2004 - as many as fit half a page


@dataclass(frozen=True)
class BoardSection:
    """Figures under a heading."""

    title: str = field(metadata={"help": 'The heading, or "".'})
    hint: str = field(metadata={"help": 'A sentence below it, or "".'})
    figures: tuple[FigureCard, ...] = field(metadata={"help": "In the order of the sheet."})


@dataclass(frozen=True)
class FilterOption:
    """One value that a filter offers."""

    value: str = field(metadata={"help": "What the address says."})
    label: str = field(metadata={"help": "What the page says."})
    is_chosen: bool = field(default=False, metadata={"help": "Whether it is in force."})


@dataclass(frozen=True)
class FilterField:
    """One filter of the bar."""

    name: str = field(metadata={"help": "Its name in the address."})
    label: str = field(metadata={"help": "What it is."})
    options: tuple[FilterOption, ...] = field(metadata={"help": "What it offers, without the first one for any."})


@dataclass(frozen=True)
class FilterChip:
    """A filter that is in force."""

    text: str = field(metadata={"help": "What it says."})
    without: str = field(metadata={"help": "Address of the same page without it."})


@dataclass(frozen=True)
class FilterBar:
    """The filter above the figures; its form asks the page itself."""

    address: str = field(metadata={"help": "Where the form goes."})
    periods: tuple[FilterOption, ...] = field(metadata={"help": "The periods; the last one is of any days."})
    since: str = field(metadata={"help": 'First day typed, or "".'})
    until: str = field(metadata={"help": 'Last day typed, or "".'})
    fields: tuple[FilterField, ...] = field(metadata={"help": "Dimensions first, then questions."})
    chips: tuple[FilterChip, ...] = field(metadata={"help": "What is in force."})
    words: str = field(metadata={"help": "What is in force, as a sentence for paper."})
    is_coarse: bool = field(default=False, metadata={"help": "Whether figures of people come for whole years only."})
    has_days: bool = field(default=True, metadata={"help": "Whether a period of any days may be asked for."})
    problem: str = field(default="", metadata={"help": 'What is wrong with what was asked, or "".'})


@dataclass(frozen=True)
class BoardHead:
    """Which dashboard a page belongs to."""

    title: str = field(metadata={"help": "Its title."})
    address: str = field(metadata={"help": "Its page, with the filter."})
    report: str = field(metadata={"help": "Its Excel report, with the filter."})
    form: FormHead | None = field(default=None, metadata={"help": "The form, of a form's own dashboard."})
    is_automatic: bool = field(default=False, metadata={"help": "Whether it was made from the questions alone."})


@dataclass(frozen=True)
class DashboardPage:
    """A dashboard: its filter and its figures."""

    template: ClassVar[str] = "dashboard.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    board: BoardHead = field(metadata={"help": "The dashboard."})
    bar: FilterBar = field(metadata={"help": "The filter."})
    sections: tuple[BoardSection, ...] = field(metadata={"help": "The figures."})
    findings: tuple[FindingLine, ...] = field(
        default=(), metadata={"help": "Rows of the sheet that cannot be shown any more, for whoever may change it."}
    )
    as_of: datetime | None = field(default=None, metadata={"help": "When it was computed."})


@dataclass(frozen=True)
class FigurePage:
    """One figure, large."""

    template: ClassVar[str] = "figure.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    board: BoardHead = field(metadata={"help": "The dashboard that it is part of."})
    bar: FilterBar = field(metadata={"help": "The filter."})
    figure: FigureCard = field(metadata={"help": "The figure."})


@dataclass(frozen=True)
class BehindLine:
    """One record behind a number."""

    address: str = field(metadata={"help": "Its page."})
    name: str = field(metadata={"help": "Its name, else its id."})
    form: str = field(metadata={"help": "Its form's id."})
    received: datetime = field(metadata={"help": "When it arrived."})


@dataclass(frozen=True)
class RecordsBehindPage:
    """The records behind a number, page by page."""

    template: ClassVar[str] = "records_behind.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    board: BoardHead = field(metadata={"help": "The dashboard."})
    title: str = field(metadata={"help": "The figure's title."})
    figure: str = field(metadata={"help": "The figure's page."})
    group: tuple[str, ...] = field(metadata={"help": "The groups that the number is of, in words."})
    filter: str = field(metadata={"help": "The filter in words."})
    records: tuple[BehindLine, ...] = field(metadata={"help": "This page of them."})
    total: int = field(metadata={"help": "How many there are."})
    first: int = field(metadata={"help": "The number of the first one here."})
    before: str = field(default="", metadata={"help": 'Address of the page before, or "".'})
    after: str = field(default="", metadata={"help": 'Address of the page after, or "".'})


@dataclass(frozen=True)
class BoardLine:
    """One dashboard in a project's list."""

    title: str = field(metadata={"help": "Its title."})
    address: str = field(metadata={"help": "Its page."})
    views: int = field(metadata={"help": "How many figures it has."})
    is_automatic: bool = field(metadata={"help": "Whether it was made from the questions alone."})
    form_id: str = field(default="", metadata={"help": 'The form that it belongs to, or "".'})
    slug: str = field(default="", metadata={"help": 'Its name in addresses, "" of a form\'s own.'})


@dataclass(frozen=True)
class DashboardsPage:
    """The dashboards of a project: its own, and that of each form."""

    template: ClassVar[str] = "dashboards.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    boards: tuple[BoardLine, ...] = field(metadata={"help": "The project's own, then the forms'."})
