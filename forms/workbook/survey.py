"""The survey sheet as questions with paths: which row makes which node of the form.

Follows begin and end rows as pyxform does, and says in pyxform's words where they do not match. It knows nothing of
privacy; what the rows mean beyond their place is for others to judge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pyxform import aliases
from pyxform.errors import ErrorCode
from pyxform.parsing.sheet_headers import clean_text_values
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL

from forms.workbook.columns import DISABLED, NAME, TYPE, Columns, Meaning

RowKind = Literal["group", "repeat", "loop", "leaf"]

#: `${name}`, `${last-saved#name}`.
REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]+?)\s*\}")

MAX_DEPTH = 50

#: The segment that stands for each choice of the list that a loop runs over.
EACH_CHOICE = "*"

#: Types that make no node in the form.
_NO_NODE = frozenset({"csv-external", "xml-external"})


@dataclass(frozen=True)
class SurveyRow:
    """One row that makes a node: `path` is its place in the form ("/g/q"), `parent` the row around it."""

    number: int
    kind: RowKind
    type: str
    name: str
    path: str
    parent: "SurveyRow | None"
    cells: dict[str, str]

    @property
    def is_leaf(self) -> bool:
        """Whether the row asks or stores one value."""
        return self.kind == "leaf"


@dataclass(frozen=True)
class SurveyRows:
    """All rows that make nodes, in sheet order; `messages` say in pyxform's words where begin and end do not match."""

    columns: Columns
    rows: tuple[SurveyRow, ...]
    messages: tuple[str, ...]
    depth: int

    def cell(self, row: SurveyRow, meaning: Meaning) -> str:
        """Give a row's text in the column with this meaning, "" where there is none."""
        return self.columns.cell(row.cells, meaning)

    @cached_property
    def by_name(self) -> dict[str, list[SurveyRow]]:
        """The rows under each name; a name may stand in several groups."""
        result: dict[str, list[SurveyRow]] = {}
        for row in self.rows:
            result.setdefault(row.name, []).append(row)
        return result

    @cached_property
    def by_path(self) -> dict[str, SurveyRow]:
        """The row that makes each node."""
        return {row.path: row for row in self.rows}


def question_rows(columns: Columns) -> Iterator[tuple[int, dict[str, str], str]]:
    """Yield (Excel row, cells, type) of every row that pyxform would look at."""
    for number, cells in columns.sheet.numbered():
        if cells and not aliases.yes_no.get(columns.cell(cells, DISABLED)):
            yield number, cells, clean_text_values(columns.cell(cells, TYPE), strip_whitespace=True)


def read_survey(columns: Columns) -> SurveyRows:
    """Give every row its place in the form."""
    rows: list[SurveyRow] = []
    stack: list[SurveyRow] = []
    messages: list[str] = []
    depth = 0
    for number, cells, kind in question_rows(columns):
        name = columns.cell(cells, NAME)
        begin, end = RE_BEGIN_CONTROL.search(kind), RE_END_CONTROL.search(kind)
        if end:
            control = aliases.control[end["type"]]
            if stack and stack[-1].kind == control:
                stack.pop()
            elif not messages:
                messages.append(ErrorCode.SURVEY_001.value.format(row=number, type=control, name=name or None))
            continue
        if not kind or kind in _NO_NODE or kind in aliases.settings_header:
            continue
        node: RowKind = aliases.control[begin["type"]] if begin else "leaf"
        row = _row(number, cells, (node, kind, name), stack[-1] if stack else None)
        rows.append(row)
        if begin:
            stack.append(row)
            depth = max(depth, len(stack))
    if stack and not messages:
        left = stack[-1]
        messages.append(ErrorCode.SURVEY_002.value.format(row=left.number, type=left.kind, name=left.name))
    return SurveyRows(columns, tuple(rows), tuple(messages), depth)


def _row(number: int, cells: dict[str, str], called: tuple[RowKind, str, str], parent: SurveyRow | None) -> SurveyRow:
    control, kind, name = called
    if kind == "audit":
        return SurveyRow(number, "leaf", kind, "audit", "/meta/audit", None, cells)
    if kind == "note" and not name:
        name = f"generated_note_name_{number}"
    around = parent.path if parent else ""
    if parent and parent.kind == "loop":
        around += f"/{EACH_CHOICE}"
    return SurveyRow(number, control, kind, name, f"{around}/{name}", parent, cells)
