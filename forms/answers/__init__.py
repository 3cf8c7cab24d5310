"""The typed tables of answers: make and widen them, write rows, read them back, count, copy them out.

Each form has a table for its root and one per repeat, `answers.a12_0_0`: form 12, level 0, page 0. Levels are the
repeats, numbered as they first appear; a page is a part of a wide table, at most 250 columns, so that a row always
fits PostgreSQL's 8 KB. Columns are `q1, q2, …`, numbered per form and remembered in `answer_columns`: a version adds
columns, never loses one, and finds its own again for ever. No other module knows these names.

The kept XML is the truth and these tables are made from it; nothing is ever parsed to answer a read. Whoever reads is
the first argument of every reader, and the row policies decide what they see. Answers of class identity lie here
sealed and leave as `SEALED`: opening one is not this package's business.

Read `places` first (where an answer is), then `rows` (writing) or `reading`.
"""

from forms.answers.comparing import compare_many, compare_rows
from forms.answers.conditions import Condition, Filter, Operator
from forms.answers.copying import copy, stream
from forms.answers.figures import (
    Choices,
    Numbers,
    Total,
    answered,
    choice_counts,
    count,
    count_rows,
    counts_per_day,
    totals,
)
from forms.answers.headings import Heading, columns
from forms.answers.mapping import Box, Cluster, Extent, Point, clusters, extent, points
from forms.answers.ordering import Order, check, check_open, is_about
from forms.answers.places import SEALED, Layout, Sealed, Storage, layout, storage, unmade
from forms.answers.reading import Record, Rounds, hand_over, ids, one, rounds, select, tree
from forms.answers.rows import erase, write
from forms.answers.tables import drop, recreate, widen

__all__ = [
    "SEALED",
    "Box",
    "Choices",
    "Cluster",
    "Condition",
    "Extent",
    "Filter",
    "Heading",
    "Layout",
    "Numbers",
    "Operator",
    "Order",
    "Point",
    "Record",
    "Rounds",
    "Sealed",
    "Storage",
    "Total",
    "answered",
    "check",
    "check_open",
    "choice_counts",
    "clusters",
    "columns",
    "compare_many",
    "compare_rows",
    "copy",
    "count",
    "count_rows",
    "counts_per_day",
    "drop",
    "erase",
    "extent",
    "hand_over",
    "ids",
    "is_about",
    "layout",
    "one",
    "points",
    "recreate",
    "rounds",
    "select",
    "storage",
    "stream",
    "totals",
    "tree",
    "unmade",
    "widen",
    "write",
]
