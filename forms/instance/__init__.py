"""Submission XML to ids and typed rows.

`parse` reads what a phone sent into an `Instance` (`envelope`); `rows` lays it out by a form version's schema
(`layout`), one row for the root and one per repeat instance, with values that PostgreSQL can hold (`values`).
Nodes match by local name along the path, whatever their prefix (OpenRosa Metadata Schema; clients differ); what the
schema does not know is left to the kept XML, as are attributes. Any bytes give an Instance or a Problem, and no Problem
and no repr holds an answer. Pure: nothing is kept or looked up.
"""

from forms.instance.envelope import MAX_BYTES, MAX_ID, Instance, local_name, parse
from forms.instance.layout import ExpectedFile, Row, Rows, rows
from forms.instance.values import Geo, Value, as_text

__all__ = [
    "MAX_BYTES",
    "MAX_ID",
    "ExpectedFile",
    "Geo",
    "Instance",
    "Row",
    "Rows",
    "Value",
    "as_text",
    "local_name",
    "parse",
    "rows",
]
