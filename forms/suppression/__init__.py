"""Which figures of people are shown, so that none names a person. Pure: counts in, marks out.

Readers without access to cases see counts of people, from 1 to k - 1 as "<k" (DOMAIN T11). That alone hides nothing
that a total, another view or another filter gives away, so `protect` takes all cells of all views of one source under
all filters at once, and hides further ones.

**Records and cells.** A record is a tuple of codes, one per dimension; a cell is a count of the records that pass a
test on some dimensions. What depends on one another (expressions over the same field, a field and what its relevance
asks for) belongs into one dimension, whose code is then the tuple of their values: any code seen in a dimension is
taken to be possible beside any codes of the other dimensions, unless a cell that shows 0 says otherwise. Where one
dimension is the kind of a record (who consented was asked more), that holds among records of one kind only: what a kind
never had is taken to be impossible beside it.

**Which are hidden.** Of the worlds that are found the one is taken whose cells are worth least: each cell what its
weights add up to, times its count. At last the dearest of what is hidden is looked at again: what the worlds of others
do not need, or can do without at less, is shown after all.

**What is promised.** For each cell that is not shown there is another world: other numbers of records, none negative,
with every shown count the same, every "<k" from 1 to k - 1, every hidden cell that holds k or more still holding k or
more, and another count in this cell. And no two shown cells, one of them within the other by their tests, differ by
1 to k - 1. A world once found stays one when more is hidden, so cells are hidden until each has its own; where none is
found, a record more with the same codes is one, when every cell that it is in is hidden.

**What is not promised.** That the other counts are many, or that somebody who reruns this very search on every world
that they can think of cannot tell some apart: near 1, k - 1 and k what is hidden beside a count depends on it. That
other differences than of one cell within another are large: what tables leave out ("no answer") must be cells of their
own, and fields that bound each other one dimension. And that figures of today and of yesterday do not tell who came in
between: that is for periods which are closed before they are shown, and for whoever keeps what was shown once.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import repeat

from forms.suppression.cells import Cells, Code, Key, Record, Records
from forms.suppression.figures import Figure, Mark, is_share_hidden
from forms.suppression.worlds import System

__all__ = ["Cell", "Code", "Figure", "Mark", "Record", "is_share_hidden", "protect"]

Cell = Mapping[int, Collection[Code]]


def protect(
    cells: Sequence[Cell],
    records: Mapping[Record, int],
    *,
    k: int = 11,
    kind: int | None = None,
    weights: Sequence[int] | None = None,
) -> list[Figure]:
    """Decide for each cell of a source what is shown.

    `records` says how many records have the same codes (dimension 0, 1, …). A cell {0: {"61.01"}, 3: {"ya", "tahu"}}
    counts the records with such codes in dimensions 0 and 3; {} counts them all. `kind` is the dimension within whose
    codes those of the others are free. `weights` tell which cells to keep rather than others.
    """
    kept = Records({record: count for record, count in records.items() if count}, kind)
    keys = [kept.key(cell) for cell in cells]
    worth = Counter[Key]()
    for key, weight in zip(keys, weights or repeat(1), strict=False):
        worth[key] += weight
    counts = {key: kept.count(key) for key in dict.fromkeys(keys)}
    small = Cells([key for key, count in counts.items() if 0 < count < k], kept)
    within = {key for key, count in counts.items() if count < k and small.is_within(key)}
    counts = {key: count for key, count in counts.items() if count or key not in within}
    system = System(kept, counts, within, worth, k)
    system.protect()
    figures = dict.fromkeys(within, Figure(Mark.SMALL)) | system.figures()
    return [figures[key] for key in keys]
