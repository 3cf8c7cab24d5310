"""Text → raw tree: XPath 1.0's operators and function calls with XLSForm's ${name}, and nothing of XPath's paths."""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NoReturn

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from forms.expression.mistakes import Mistake

#: Nobody reads a longer cell; parts of it are facts of their own.
MAX_LENGTH: Final = 4_000
MAX_DEPTH: Final = 60

#: So much of what cannot be read is said again.
_SHOWN: Final = 12

_GRAMMAR = r"""
start: expression
several: expression ("," expression)*
?expression: conjunction (OR conjunction)*
?conjunction: equality (AND equality)*
?equality: relation (EQUALS relation)*
?relation: sum (COMPARES sum)*
?sum: product (ADDS product)*
?product: unary (TIMES unary)*
?unary: MINUS unary -> negation
      | atom
?atom: NUMBER -> number
     | STRING -> string
     | REFERENCE -> reference
     | FUNCTION "(" [expression ("," expression)*] ")" -> call
     | OPENS expression ")" -> bracket

OPENS: "("
OR: /or(?![\w.-])/
AND: /and(?![\w.-])/
EQUALS: "!=" | "="
COMPARES: "<=" | ">=" | "<" | ">"
ADDS: "+" | "-"
TIMES: "*" | /div(?![\w.-])/ | /mod(?![\w.-])/
MINUS: "-"
NUMBER: /\d+(\.\d+)?|\.\d+/
STRING: /"[^"]*"|'[^']*'/
REFERENCE: /\$\{\s*[^{}\s]+\s*\}/
FUNCTION: /[A-Za-z_][\w:.-]*(?=\s*\()/
%ignore /[\s\u00a0]+/
"""


#: What PostgreSQL takes in no text.
_UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")

#: The quotes that Excel puts in place of straight ones.
_CURLY: Final = "\u2018\u2019\u201c\u201d"


@dataclass(frozen=True)
class Raw:
    """One node: `kind` is number, string, reference, call or operation; `at` the character it begins at, from 1."""

    kind: str
    value: str
    args: tuple["Raw", ...]
    at: int
    depth: int


class _Builder(Transformer[Token, Any]):
    """Makes the tree while the parser reduces, so that no depth of nesting is ever followed by calls."""

    def start(self, children: list[Any]) -> Raw:
        (found,) = children
        return found  # type: ignore[no-any-return]

    def several(self, children: list[Any]) -> tuple[Raw, ...]:
        return tuple(children)

    def number(self, children: list[Any]) -> Raw:
        (token,) = children
        if math.isinf(float(token)):
            raise Mistake("unreadable", at=_at(token), found=token[:_SHOWN])
        return Raw("number", str(token), (), _at(token), 0)

    def string(self, children: list[Any]) -> Raw:
        return Raw("string", str(children[0])[1:-1], (), _at(children[0]), 0)

    def reference(self, children: list[Any]) -> Raw:
        return Raw("reference", str(children[0])[2:-1].strip(), (), _at(children[0]), 0)

    def bracket(self, children: list[Any]) -> Raw:
        opening, inner = children
        return _deeper("bracket", "", (inner,), _at(opening))

    def call(self, children: list[Any]) -> Raw:
        name, *args = children
        return _deeper("call", str(name), tuple(a for a in args if a is not None), _at(name))

    def negation(self, children: list[Any]) -> Raw:
        return _deeper("operation", "-", (children[1],), _at(children[0]))

    def _chain(self, children: list[Any]) -> Raw:
        found: Raw = children[0]
        for operator, right in zip(children[1::2], children[2::2], strict=True):
            # A chain leans to the left: its length must not become depth that somebody follows by calls.
            if found.kind == "operation" and found.value == str(operator) in ("and", "or", "+", "*"):
                depth = max(found.depth, right.depth + 1)
                found = Raw("operation", found.value, (*found.args, right), found.at, _bounded(depth))
            else:
                found = _deeper("operation", str(operator), (found, right), found.at)
        return found

    expression = conjunction = equality = relation = sum = product = _chain


def _at(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _deeper(kind: str, value: str, args: tuple[Raw, ...], at: int) -> Raw:
    return Raw(kind, value, args, at, _bounded(1 + max((a.depth for a in args), default=0)))


def _bounded(depth: int) -> int:
    if depth > MAX_DEPTH:
        raise Mistake("too-deep", limit=MAX_DEPTH)
    return depth


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", start=["start", "several"], transformer=_Builder(), maybe_placeholders=False)


def parse(text: str) -> Raw:
    """Read one expression; raises Mistake with the character where it stops making sense."""
    found: Raw = _parse(text, "start")
    return found


def parse_list(text: str) -> tuple[Raw, ...]:
    """Read expressions with commas between them, at least one; raises as `parse`."""
    found: tuple[Raw, ...] = _parse(text, "several")
    return found


def _parse(text: str, start: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise Mistake("too-long", limit=MAX_LENGTH)
    if not text.strip():
        raise Mistake("empty")
    if odd := _UNKEEPABLE.search(text):
        raise Mistake("unreadable", at=odd.start() + 1, found="\ufffd")
    try:
        return _parser().parse(text, start=start)
    except VisitError as error:
        raise error.orig_exc from None
    except UnexpectedInput as error:
        _explain(text, error)


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        raise Mistake("ends-early") from None
    at = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters) and text[at] in _CURLY:
        raise Mistake("curly-quotes", at=at + 1) from None
    if isinstance(error, UnexpectedCharacters) and text[at] in "'\"":
        raise Mistake("ends-early") from None
    raise Mistake("unreadable", at=at + 1, found=text[at : at + _SHOWN]) from None
