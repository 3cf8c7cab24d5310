"""Expressions of the views sheet: XLSForm's own language, parsed, checked against what is counted, and made SQL.

The way of an expression: `parsing` (text → raw tree, with positions), `checking` (raw tree → typed tree, against the
names that are in sight), `sql` (typed tree → SQL with bound parameters; where a name lies in the database, the caller
tells). Pure: no database, nothing kept, no answer ever in an error.
"""

from forms.expression.checking import Checker, Names, check
from forms.expression.mistakes import Mistake
from forms.expression.parsing import MAX_LENGTH, Raw, parse, parse_list
from forms.expression.sql import Compiler, Parameters, Space
from forms.expression.tree import (
    Band,
    Bucket,
    Fold,
    Linked,
    Node,
    Reference,
    Target,
    Type,
    facts,
    linked_forms,
    references,
)

__all__ = [
    "MAX_LENGTH",
    "Band",
    "Bucket",
    "Checker",
    "Compiler",
    "Fold",
    "Linked",
    "Mistake",
    "Names",
    "Node",
    "Parameters",
    "Raw",
    "Reference",
    "Space",
    "Target",
    "Type",
    "check",
    "facts",
    "linked_forms",
    "parse",
    "parse_list",
    "references",
]
