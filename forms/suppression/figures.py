"""What a reader gets of a cell, and of a share of two."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a count appears."""

    #: As it is; so does 0.
    SHOWN = "shown"
    #: As "<k": it is from 1 to k - 1, or it lies within another cell that is, and may then be 0 as well.
    SMALL = "small"
    #: As hidden: others would follow from it.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a reader gets of a cell; the count is None unless it is shown."""

    mark: Mark
    count: int | None = None


def is_share_hidden(numerator: Figure, denominator: Figure, *, k: int = 11) -> bool:
    """Tell whether a share (a percentage, a rate) of two cells is hidden.

    It is when either is, when it is of fewer than k, and when all but a few are in the numerator: 97 % of 100 names
    three people by what they are not.
    """
    if numerator.count is None or denominator.count is None:
        return True
    few = range(1, k)
    return denominator.count < k or numerator.count in few or denominator.count - numerator.count in few
