"""Views, computed for somebody: figures, groups, lists, and the records behind them.

The way of a figure: `boards` (which views there are), `sights` (whose records, and whether suppressed), `computing`
(its table), which asks `reading` for statements over a `space`, names groups by `keys`, keeps what it found in
`remembered`, and lets `hiding` take small numbers of people away, as `system` decides for all of them at once.
`results` are the shapes. Whoever asks is the first argument: they see figures of the records that they may see, or,
without access to cases, suppressed ones of all.
"""

from forms.figures.behind import Behind, BehindRecord, behind, counts_only
from forms.figures.boards import (
    Board,
    BoardLine,
    board,
    board_of_form,
    boards,
    dashboard,
    dashboards,
    delete_dashboard,
    save_dashboard,
    workbook_of,
)
from forms.figures.computing import figure
from forms.figures.labels import Labels
from forms.figures.results import Cell, Choice, Figure, Filters, Item, Key, OfferedFilter, Point, Row
from forms.figures.system import K

__all__ = [
    "Behind",
    "BehindRecord",
    "Board",
    "BoardLine",
    "Cell",
    "Choice",
    "Figure",
    "Filters",
    "Item",
    "K",
    "Key",
    "Labels",
    "OfferedFilter",
    "Point",
    "Row",
    "behind",
    "board",
    "board_of_form",
    "boards",
    "counts_only",
    "dashboard",
    "dashboards",
    "delete_dashboard",
    "figure",
    "save_dashboard",
    "workbook_of",
]
