"""Expressions of the views sheet: XLSForm's own language, parsed, checked against what is counted, and made SQL.

The way of an expression: `parsing` (text → raw tree, with positions), `checking` (raw tree → typed tree, against the
names that are in sight), `sql` (typed tree → SQL with bound parameters; where a name lies in the database, the caller
tells). Pure: no database, nothing kept, no answer ever in an error.
"""

from forms.expression.checking import Checker, Link, Names, check
from forms.expression.mistakes import Mistake
from forms.expression.parsing import MAX_LENGTH, Raw, parse, parse_list
from forms.expression.sql import Compiler, Parameters, Space
from forms.expression.tree import (
    Band,
    Bucket,
    Current,
    Fold,
    Linked,
    Node,
    Reference,
    Target,
    Type,
    facts,
    linked_forms,
    own_references,
    references,
)

__all__ = [
    "MAX_LENGTH",
    "Band",
    "Bucket",
    "Checker",
    "Compiler",
    "Current",
    "Fold",
    "Link",
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
    "own_references",
    "parse",
    "parse_list",
    "references",
]
