"""The views of a form whose workbook has none: how many records and when, and each question that can be counted."""

from collections.abc import Iterator
from typing import Final

from forms.schema import Field, Schema, Texts
from forms.workbook import ViewRow, ViewsSheet
from forms.workbook.views_sheet import COLUMNS, TRANSLATED, VIEWS

_ID: Final = "Bahasa Indonesia (id)"
_EN: Final = "English (en)"

#: The most questions of a form that are counted by themselves; who wants others writes a views sheet.
_MOST: Final = 60


def automatic(schema: Schema) -> ViewsSheet:
    """Make the views sheet that a form has without one: it can be checked, and saved, as any other."""
    letters = {column: "ABCDEFGHIJK"[number] for number, column in enumerate((*COLUMNS, *TRANSLATED))}
    rows = [
        ViewRow(number, {k: v for k, v in cells.items() if v}, labels, {})
        for number, (cells, labels) in enumerate(_rows(schema), start=2)
    ]
    return ViewsSheet(VIEWS, letters, tuple(rows))


def _rows(schema: Schema) -> Iterator[tuple[dict[str, str], Texts]]:
    yield _cells("number", "jumlah"), {_ID: "Jumlah data", _EN: "Records"}
    yield (
        _cells("line", "per_bulan", by="month(${SubmissionDate})"),
        {_ID: "Data masuk per bulan", _EN: "Records received per month"},
    )
    counted = [leaf for leaf in schema.leaves if _is_counted(schema, leaf)][:_MOST]
    yield from (_question(leaf) for leaf in counted if not leaf.repeat)
    for repeat in schema.repeats:
        if sum(1 for r in schema.repeats if r.name == repeat.name) > 1:
            continue
        yield _cells("begin section", f"bagian_{repeat.name}"), repeat.labels
        yield (
            _cells("number", f"jumlah_{repeat.name}", of=repeat.name),
            {_ID: "Jumlah baris", _EN: "Rows"},
        )
        yield from (_question(leaf, repeat.name) for leaf in counted if leaf.repeat == repeat.path)
        yield _cells("end section", ""), {}


def _cells(kind: str, name: str, *, of: str = "", by: str = "", value: str = "") -> dict[str, str]:
    return {"type": kind, "name": name, "of": of, "by": by, "value": value}


def _question(leaf: Field, of: str = "") -> tuple[dict[str, str], Texts]:
    this = f"${{{leaf.name}}}"
    name = f"{of}.{leaf.name}" if of else leaf.name
    if leaf.type in ("int", "decimal"):
        value = f"mean({this}), median({this}), min({this}), max({this}), sum({this})"
        return _cells("table", name, of=of, value=value), leaf.labels
    return _cells("bar", name, of=of, by=this), leaf.labels


def _is_counted(schema: Schema, leaf: Field) -> bool:
    """Choose questions whose answers are few or numbers, which somebody is asked, and whose name is theirs alone."""
    if leaf.is_identity or leaf.path.startswith("/meta/") or not leaf.control:
        return False
    if sum(1 for other in schema.leaves if other.name == leaf.name) > 1:
        return False
    return bool(leaf.choice_list or leaf.choices_file) or leaf.type in ("int", "decimal")
