"""The views sheet with its meaning: sections of figures, each checked against the forms that it counts.

`sources` says what can be counted and which names are in sight there; `checking` turns rows into `View`s or findings
with their cells. A sheet is kept as rows and checked again whenever it is used, since the forms go on changing. Pure:
who may see a figure, and its numbers, are the business of `figures`.
"""

from forms.expression import own_references, references
from forms.views.automatic import automatic
from forms.views.checking import Checked, check
from forms.views.definitions import ListColumn, Section, Value, View
from forms.views.sources import Source, Sources, list_name

__all__ = [
    "Checked",
    "ListColumn",
    "Section",
    "Source",
    "Sources",
    "Value",
    "View",
    "automatic",
    "check",
    "list_name",
    "own_references",
    "references",
]
