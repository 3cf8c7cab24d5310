"""Rows of a views sheet → views, or findings with the cell of everything that is wrong."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from forms.expression import (
    Mistake,
    Names,
    Node,
    Raw,
    Reference,
    facts,
    linked_forms,
    parse,
    parse_list,
    references,
    tree,
)
from forms.expression import check as check_expression
from forms.policy import NEEDED, Clearance
from forms.schema import Texts
from forms.views.definitions import ListColumn, Section, Shape, Value, View
from forms.views.sources import Source, Sources, list_name
from forms.workbook import Finding, ViewRow, ViewsSheet, finding, has_errors

#: Each shape: how few and how many groupings, and how many values.
_SHAPES: Final[dict[str, tuple[int, int, int]]] = {
    "number": (0, 0, 1),
    "table": (0, 2, 20),
    "bar": (1, 2, 20),
    "line": (1, 2, 20),
    "map": (1, 1, 1),
    "funnel": (0, 0, 20),
    "list": (0, 3, 20),
}

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_PRIVACIES: Final = ("", "people", "programme")
_SECTION: Final = re.compile(r"(begin|end)[ _]section")


@dataclass(frozen=True)
class Checked:
    """A sheet with its meaning. Rows with an error are not among the views."""

    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]

    @property
    def views(self) -> tuple[View, ...]:
        """All views in the order of the sheet."""
        return tuple(view for section in self.sections for view in section.views)

    @property
    def has_errors(self) -> bool:
        """Whether the sheet cannot be taken as it is."""
        return has_errors(self.findings)


def check(sheet: ViewsSheet, sources: Sources) -> Checked:
    """Check every row against what can be counted; all mistakes are found, each with its cell."""
    return _Sheet(sheet, sources).checked()


class _Wrong(Exception):
    """A row that cannot be used; its finding is already noted."""


class _Sheet:
    def __init__(self, sheet: ViewsSheet, sources: Sources) -> None:
        self._sheet = sheet
        self._sources = sources
        self._findings: list[Finding] = []
        self._facts: dict[tuple[str, str], dict[str, Raw]] = {}
        self._fact_labels: dict[str, Texts] = {}
        self._names: dict[Source, Names] = {}

    def checked(self) -> Checked:
        self._read_facts()
        sections: list[Section] = []
        heading: ViewRow | None = None
        views: list[View] = []
        for row in self._sheet.rows:
            kind = row.cell("type").lower()
            if border := _SECTION.fullmatch(kind):
                if (border[1] == "begin") == (heading is not None):
                    self._note("view-section", row, "type")
                if views or heading:
                    sections.append(Section(heading, tuple(views)))
                heading, views = (row if border[1] == "begin" else None), []
            elif kind != "fact":
                try:
                    views.append(self._view(row, kind))
                except _Wrong:
                    continue
        if heading is not None:
            self._note("view-section", heading, "type")
        if views or heading:
            sections.append(Section(heading, tuple(views)))
        self._check_names()
        return Checked(tuple(sections), tuple(self._findings))

    def _note(self, code: str, row: ViewRow, column: str, **details: object) -> None:
        self._findings.append(finding(code, self._sheet.place(row, column), **details))

    def _wrong(self, code: str, row: ViewRow, column: str, **details: object) -> _Wrong:
        self._note(code, row, column, **details)
        return _Wrong()

    def _mistake(self, mistake: Mistake, row: ViewRow, column: str) -> _Wrong:
        place = self._sheet.place(row, column)
        self._findings.append(
            Finding("error", mistake.english, mistake.indonesian, *place, code=f"expression-{mistake.code}")
        )
        return _Wrong()

    # Names and facts

    def _check_names(self) -> None:
        seen: dict[str, int] = {}
        for row in self._sheet.rows:
            name = row.cell("name")
            if _SECTION.fullmatch(row.cell("type").lower()) and not name:
                continue
            if not _NAME.fullmatch(name):
                self._note("view-name", row, "name")
            elif name in seen:
                self._note("view-name-twice", row, "name", number=seen[name])
            seen.setdefault(name, row.number)

    def _read_facts(self) -> None:
        """Parse every fact, then check each by itself, so that one that nobody uses is not wrong unnoticed."""
        rows: list[tuple[ViewRow, Source]] = []
        for row in self._sheet.rows:
            if row.cell("type").lower() != "fact":
                continue
            try:
                source = self._source(row)
                raw = self._parse(row, "value")
            except _Wrong:
                continue
            for column in ("where", "by", "date", "target"):
                if row.cell(column):
                    self._note("view-cell-unused", row, column, type="fact")
            self._facts.setdefault(source.key(), {})[row.cell("name")] = raw
            self._fact_labels[row.cell("name")] = row.labels
            rows.append((row, source))
        for row, source in rows:
            names = self._in_sight(source)
            if row.cell("name") in names.targets:
                self._note("view-fact-taken", row, "name", name=row.cell("name"))
                continue
            try:
                check_expression(self._facts[source.key()][row.cell("name")], names, "record")
                check_expression(Raw("reference", row.cell("name"), (), 1, 0), names, "record")
            except Mistake as mistake:
                self._mistake(mistake, row, "value")

    def _source(self, row: ViewRow) -> Source:
        found = self._sources.find(row.cell("of"))
        if found is None:
            if not row.cell("of"):
                raise self._wrong("view-of-missing", row, "of")
            everything = self._sources.known()
            if not everything:
                raise self._wrong("view-of-nothing", row, "of", of=row.cell("of"))
            known = ", ".join(difflib.get_close_matches(row.cell("of"), everything, 1) or everything[:12])
            raise self._wrong("view-of-unknown", row, "of", of=row.cell("of"), known=known)
        return found

    def _in_sight(self, source: Source) -> Names:
        if source not in self._names:
            self._names[source] = self._sources.names(source, self._facts.get(source.key(), {}))
        return self._names[source]

    def _parse(self, row: ViewRow, column: str) -> Raw:
        try:
            return parse(row.cell(column))
        except Mistake as mistake:
            raise self._mistake(mistake, row, column) from None

    # Views

    def _view(self, row: ViewRow, kind: str) -> View:
        if kind not in _SHAPES:
            raise self._wrong("view-type", row, "type", value=row.cell("type"), known=", ".join([*_SHAPES, "fact"]))
        if row.cell("privacy").lower() not in _PRIVACIES:
            raise self._wrong("view-privacy", row, "privacy", value=row.cell("privacy"))
        source = self._source(row)
        before = len(self._findings)
        where = self._condition(row, source)
        by = self._groups(row, kind, source)
        values = self._values(row, kind, source)
        date = self._date(row, source, [n for n in (where, *(v.node for v in (*by, *values))) if n is not None])
        target = self._target(row, kind, by, values)
        title, headings = self._headings(row, len(values))
        if has_errors(self._findings[before:]):
            raise _Wrong
        values = tuple(replace(v, labels=h) if h else v for v, h in zip(_told_apart(values), headings, strict=True))
        nodes = [n for n in (where, date, *(v.node for v in (*by, *values))) if n is not None]
        needs = _needs(nodes)
        privacy = row.cell("privacy").lower()
        is_of_people = privacy == "people" or needs > Clearance.PROGRAMME
        if privacy == "programme" and is_of_people:
            raise self._wrong("view-not-programme", row, "privacy", names=", ".join(_classed(nodes)))
        if is_of_people and any(v.node.type == "geo" for v in by):
            raise self._wrong("view-places-of-people", row, "by")
        named = {n.fact: self._fact_labels[n.fact] for node in nodes for n in facts(node)}
        known = {name: labels for name, labels in named.items() if labels}
        shape = cast("Shape", kind)
        return View(row, shape, title, source, where, by, values, date, target, is_of_people, needs, known)

    def _headings(self, row: ViewRow, values: int) -> tuple[Texts, list[Texts]]:
        """Split labels into the title, their first line, and a heading for each value, the lines below it."""
        title: Texts = {}
        headings: list[Texts] = [{} for _ in range(values)]
        for language, text in row.labels.items():
            first, *lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
            title[language] = first
            if lines and len(lines) != values:
                self._note("view-label-lines", row, "label", lines=len(lines), values=values)
                continue
            for heading, line in zip(headings, lines, strict=False):
                heading[language] = line
        return title, headings

    def _expression(self, row: ViewRow, column: str, names: Names, raw: Raw, purpose: str) -> Node:
        try:
            return check_expression(raw, names, purpose)  # type: ignore[arg-type]
        except Mistake as mistake:
            raise self._mistake(mistake, row, column) from None

    def _condition(self, row: ViewRow, source: Source) -> Node | None:
        if not row.cell("where"):
            return None
        try:
            node = self._expression(row, "where", self._in_sight(source), self._parse(row, "where"), "record")
        except _Wrong:
            return None
        if node.type != "boolean":
            self._note("view-where", row, "where")
        return node

    def _groups(self, row: ViewRow, kind: str, source: Source) -> tuple[Value, ...]:
        least, most, _values = _SHAPES[kind]
        purpose = "record" if kind == "list" else "group"
        found = self._several(row, "by", source, purpose) if row.cell("by") else ()
        if not least <= len(found) <= most and not (row.cell("by") and not found):
            self._note("view-by-count", row, "by", type=kind, least=least, most=most)
        places = [v for v in found if v.node.type == "geo"]
        if places and (kind != "map" or not isinstance(places[0].node, Reference)):
            self._note("view-places", row, "by")
        return found

    def _values(self, row: ViewRow, kind: str, source: Source) -> tuple[Value, ...]:
        purpose = "record" if kind in ("list", "funnel") else "figure"
        if not row.cell("value"):
            if kind == "funnel":
                self._note("view-funnel", row, "value")
            if kind in ("list", "funnel"):
                return ()
            return (Value("count()", check_expression(parse("count()"), self._in_sight(source), "figure"), {}),)
        found = self._several(row, "value", source, purpose)
        most = _SHAPES[kind][2]
        # The groupings of a list are its order, and its values are columns.
        if len(found) > most or (len(found) > 1 and kind != "list" and self._by_count(row) > 1):
            self._note("view-value-count", row, "value", type=kind)
        if kind == "funnel" and (len(found) < 2 or any(v.node.type != "boolean" for v in found)):  # noqa: PLR2004
            self._note("view-funnel", row, "value")
        return found

    def _by_count(self, row: ViewRow) -> int:
        try:
            return len(parse_list(row.cell("by")))
        except Mistake:
            return 0

    def _several(self, row: ViewRow, column: str, source: Source, purpose: str) -> tuple[Value, ...]:
        text = row.cell(column)
        try:
            raws = parse_list(text)
        except Mistake as mistake:
            self._mistake(mistake, row, column)
            return ()
        found: list[Value] = []
        for raw, written in zip(raws, _cut(text, raws), strict=True):
            try:
                node = self._expression(row, column, self._in_sight(source), raw, purpose)
            except _Wrong:
                continue
            found.append(Value(written, node, self._labels(node, purpose)))
        return tuple(found) if len(found) == len(raws) else ()

    def _labels(self, node: Node, purpose: str) -> Texts:
        """Give the label of the one question or fact that a value is; of groups, of what is divided into them.

        A fact that is counted, summed or whose share is told lends its label too; a question does not, for it says what
        was asked of one.
        """
        if purpose == "figure":
            counted = _counted(node)
            return self._fact_labels.get(counted.fact, {}) if counted is not None else {}
        if isinstance(node, tree.Band | tree.Bucket) and not node.fact:
            node = node.part
        while isinstance(node, tree.Convert) and not node.fact:
            node = node.part
        if labels := self._fact_labels.get(node.fact):
            return labels
        return node.target.field.labels if isinstance(node, Reference) and node.target.field is not None else {}

    def _date(self, row: ViewRow, source: Source, nodes: Sequence[Node]) -> Node | None:
        if not row.cell("date"):
            return None
        try:
            raw = self._parse(row, "date")
            if source.kind == "list":
                node = self._date_of_links(row, raw, nodes)
            else:
                node = self._expression(row, "date", self._in_sight(source), raw, "record")
        except _Wrong:
            return None
        if node.type not in ("date", "datetime", "any"):
            self._note("view-date", row, "date")
        return node if node.type != "any" else tree.Convert("date", node)

    def _date_of_links(self, row: ViewRow, raw: Raw, nodes: Sequence[Node]) -> Node:
        """The period of a list's rows is that of the records which belong to them, all of one form."""
        linked = {form for node in nodes for form in linked_forms(node)}
        form = self._sources.find(linked.pop()) if len(linked) == 1 else None
        if form is None:
            raise self._wrong("view-date-of-list", row, "date")
        return self._expression(row, "date", self._sources.names(form), raw, "record")

    def _target(
        self, row: ViewRow, kind: str, by: Sequence[Value], values: Sequence[Value]
    ) -> float | ListColumn | None:
        text = row.cell("target")
        if not text:
            return None
        if kind in ("list", "funnel") or len(by) > 1 or len(values) > 1:
            self._note("view-target-place", row, "target")
            return None
        if _NUMBER.fullmatch(text):
            return float(text)
        name, _dot, column = text.rpartition(".")
        known = list_name(name) in self._sources.lists
        columns = self._sources.lists.get(list_name(name))
        if not known or (columns is not None and not {column, "name"}.issubset(columns)):
            self._note("view-target", row, "target", value=text)
            return None
        return ListColumn(list_name(name), column)


def _counted(node: Node) -> Node | None:
    """Give what a count, a sum or a share is of; None for any other figure."""
    if (
        isinstance(node, tree.Quotient)
        and node.name == "share"
        and node.denominator == tree.Aggregate("number", "count", None)
    ):
        node = node.numerator
    if not isinstance(node, tree.Aggregate) or node.name not in ("count", "sum"):
        return None
    part = node.part
    while isinstance(part, tree.Convert) and not part.fact:
        part = part.part
    return part


def _told_apart(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Take the label from values that would be called the same: the sum and the mean of one fact."""
    return tuple(
        replace(value, labels={}) if value.labels and sum(v.labels == value.labels for v in values) > 1 else value
        for value in values
    )


def _needs(nodes: Sequence[Node]) -> Clearance:
    return max(
        (NEEDED[r.target.field.privacy] for n in nodes for r in references(n) if r.target.field is not None),
        default=Clearance.PROGRAMME,
    )


def _classed(nodes: Sequence[Node]) -> Iterator[str]:
    """Name the questions that have a privacy class, each once."""
    seen: set[str] = set()
    for node in nodes:
        for reference in references(node):
            if (
                reference.target.field is not None
                and reference.target.field.privacy
                and reference.target.name not in seen
            ):
                seen.add(reference.target.name)
                yield reference.target.name


def _cut(text: str, raws: Sequence[Raw]) -> Iterator[str]:
    """Give the text of each expression of a list: from its first character up to the comma before the next."""
    ends = [*(r.at - 1 for r in raws[1:]), len(text)]
    for raw, end in zip(raws, ends, strict=True):
        yield text[raw.at - 1 : end].strip().rstrip(",").strip()
