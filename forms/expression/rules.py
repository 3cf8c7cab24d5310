"""What a type is, what becomes of what, and the sentences for what does not: the rules that `checking` goes by."""

import difflib
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Final, cast

from forms.expression.mistakes import Mistake
from forms.expression.parsing import Raw
from forms.expression.tree import (
    Constant,
    Convert,
    Current,
    Linked,
    Node,
    Operation,
    Reference,
    Target,
    Type,
    reads_current,
    reads_here,
)

KINDS: Final[dict[Type, tuple[str, str]]] = {
    "number": ("a number", "angka"),
    "text": ("a text", "teks"),
    "date": ("a date", "tanggal"),
    "datetime": ("a date and time", "tanggal dan waktu"),
    "time": ("a time of day", "jam"),
    "boolean": ("a condition", "syarat (ya atau tidak)"),
    "multiple": ("several choices", "beberapa pilihan"),
    "geo": ("a place", "lokasi"),
    "any": ("a calculation", "hasil hitungan"),
}


def rise(edges: tuple[float | None, ...]) -> bool:
    """Tell whether the edges of a band are all numbers that rise."""
    return None not in edges and all(a < b for a, b in pairwise(cast("tuple[float, ...]", edges)))


def bare(raw: Raw) -> Raw:
    """Take the brackets off that stand around an expression."""
    while raw.kind == "bracket":
        (raw,) = raw.args
    return raw


def names_in(raw: Raw) -> set[str]:
    """Collect every ${name} of the rows that an expression is about, those of records that it links to left out."""
    found = {raw.value} if raw.kind == "reference" else set()
    args = _currents(raw) if raw.kind == "call" and raw.value in _LINKS else raw.args
    return found.union(*(names_in(a) for a in args))


_LINKS: Final = ("records", "first", "last", "total")


def _currents(raw: Raw) -> tuple[Raw, ...]:
    if raw.kind == "call" and raw.value == "current":
        return raw.args
    return tuple(found for a in raw.args for found in _currents(a))


def demand_open(target: Target) -> Target:
    """Raise Mistake for an answer that is sealed."""
    if target.field is not None and target.field.is_identity:
        raise Mistake("name-identity", name=target.name)
    return target


def demand_count(raw: Raw, least: int, most: int, wanted: tuple[str, str]) -> None:
    """Raise Mistake unless a function has as many arguments as it takes."""
    if not least <= len(raw.args) <= most:
        raise Mistake("function-arguments", name=raw.value, wanted=wanted[0], wanted_id=wanted[1])


def asked(node: Node) -> Target | None:
    """Give what an expression is the answer to, be it that of a linked record; None for what is computed."""
    if isinstance(node, Current):
        return asked(node.part)
    if isinstance(node, Linked) and node.name in ("first", "last") and node.part is not None:
        return asked(node.part)
    return node.target if isinstance(node, Reference) else None


def demand_choice(node: Node, other: Node) -> None:
    """Refuse a value that the question never offers: it is a slip, and the figure would always be nought."""
    if isinstance(node, Convert):
        node = node.part
    target = asked(node)
    if target is not None and target.choices and isinstance(other, Constant) and other.type == "text":
        choices = target.choices
        if other.value not in choices:
            shown = ", ".join(choices[:12]) + (" …" if len(choices) > 12 else "")  # noqa: PLR2004 - enough to see
            raise Mistake("choice-unknown", value=other.value, name=target.name, choices=shown)


def demand_outside(name: str, node: Node) -> None:
    """Refuse current() in what is put together, or looked up, before the row that it speaks of is there."""
    if reads_current(node):
        raise Mistake("current-within", name=name)


def joined(condition: Node) -> tuple[list[tuple[Node, Node]], list[Node]]:
    """Part what must hold of linked records: what joins them to their row, and the rest.

    They are joined by a value of theirs that equals one of the row's, which stands second.
    """
    if isinstance(condition, Operation) and condition.name == "and":
        parts = [joined(part) for part in condition.parts]
        return [key for keys, _rest in parts for key in keys], [each for _keys, rest in parts for each in rest]
    if isinstance(condition, Operation) and condition.name == "=":
        for there, own in (condition.parts, condition.parts[::-1]):
            if reads_here(there) and not reads_current(there) and reads_current(own) and not reads_here(own):
                return [(there, own)], []
    return [], [condition]


def becomes(node: Node, kind: Type) -> bool:
    """Tell whether a value can be read as a type."""
    if node.type in (kind, "any"):
        return kind != "boolean" or node.type == kind
    if isinstance(node, Constant) and node.type == "text" and kind in ("date", "datetime"):
        day(str(node.value))
        return True
    if kind == "number":
        target = asked(node)
        choices = target.choices if target is not None else ()
        return node.type == "text" and bool(choices) and all(is_number(c) for c in choices)
    if kind == "text":
        return node.type in ("number", "date", "datetime", "time", "multiple")
    return kind in ("date", "datetime") and node.type in ("date", "datetime")


def is_number(text: str) -> bool:
    """Tell whether a text is written as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def day(text: str) -> date:
    """Read a day as ISO 8601 writes it; Mistake otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake("date-unreadable", value=text) from None


def constant(node: Node) -> float | None:
    """Compute what is written out; None where it depends on a record."""
    if isinstance(node, Constant) and node.type == "number":
        return cast("float", node.value)
    if not isinstance(node, Operation) or node.type != "number":
        return None
    parts = [constant(p) for p in node.parts]
    if not parts or any(p is None for p in parts):
        return None
    values = cast("list[float]", parts)
    if node.name == "negative":
        return -values[0]
    signs: dict[str, Callable[[float, float], float]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "div": lambda a, b: a / b,
    }
    if node.name not in signs:
        return None
    result = values[0]
    for value in values[1:]:
        result = signs[node.name](result, value)
    return result


def mismatch(node: Node, kind: Type, raw: Raw) -> Mistake:
    """Make the Mistake of a value that is not of the type that is needed."""
    raw = bare(raw)
    shapes = {"reference": "“{}”", "call": "{}()", "string": "'{}'"}
    what = shapes.get(raw.kind, "{}").format(raw.value)
    found, wanted = KINDS[node.type], KINDS[kind]
    return Mistake("type-mismatch", what=what, found=found[0], found_id=found[1], wanted=wanted[0], wanted_id=wanted[1])


def differ(left: Node, right: Node) -> Mistake:
    """Make the Mistake of two values that cannot be compared."""
    (a, a_id), (b, b_id) = said(left), said(right)
    return Mistake("types-differ", left=a, left_id=a_id, right=b, right_id=b_id)


def said(node: Node) -> tuple[str, str]:
    """Name a value and its type in both languages."""
    english, indonesian = KINDS[node.type]
    target = asked(node)
    if target is not None:
        return f"“{target.name}” ({english})", f"“{target.name}” ({indonesian})"
    return english, indonesian


def perhaps(name: str, known: list[str], shape: str) -> tuple[str, str]:
    """Suggest the nearest known name in both languages, "" where none is near."""
    near = difflib.get_close_matches(name, known, 1)
    if not near:
        return "", ""
    return f" Perhaps {shape % near[0]}?", f" Mungkin {shape % near[0]}?"
