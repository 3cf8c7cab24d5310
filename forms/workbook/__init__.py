"""Excel bytes → XForm, schema, attachment slots and findings; and what changed between two versions.

Pure: no database, no HTTP, nothing kept. The way of a workbook: `container` (may it be opened?), `book` (sheets),
`columns` and `survey` (what headings and rows mean), the checks `settings`, `codes`, `classes` and `structure`, then
pyxform, whose words `pyxform_texts` maps to cells, then `xform` (schema and slots). `conversion` tells it in order.
`versioning` writes another version into a finished XForm; `table` reads workbooks that are no forms, `pasted` what was
copied out of one.
"""

from forms.workbook.book import Sheet
from forms.workbook.container import MAX_BYTES
from forms.workbook.conversion import Conversion, convert, entities_version, lint, read_xform
from forms.workbook.dashboard import DashboardBook, is_dashboard, read_dashboard
from forms.workbook.difference import Change, Difference, VanishedChoices, compare
from forms.workbook.edits import Changes, ChoiceEdit, Edit, changes
from forms.workbook.findings import Finding, Place, finding, has_errors, in_order, refusal
from forms.workbook.pasted import read_pasted
from forms.workbook.slots import AttachmentSlot
from forms.workbook.table import read_table
from forms.workbook.versioning import with_version
from forms.workbook.views_sheet import ViewRow, ViewsSheet, read_views

__all__ = [
    "MAX_BYTES",
    "AttachmentSlot",
    "Change",
    "Changes",
    "ChoiceEdit",
    "Conversion",
    "DashboardBook",
    "Difference",
    "Edit",
    "Finding",
    "Place",
    "Sheet",
    "VanishedChoices",
    "ViewRow",
    "ViewsSheet",
    "changes",
    "compare",
    "convert",
    "entities_version",
    "finding",
    "has_errors",
    "in_order",
    "is_dashboard",
    "lint",
    "read_dashboard",
    "read_pasted",
    "read_table",
    "read_views",
    "read_xform",
    "refusal",
    "with_version",
]
