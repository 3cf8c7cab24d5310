"""What lists of people and of phones have in common: names, and codes in the columns of the dimensions."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from forms import grants
from forms.policy import DIMENSIONS
from forms.workbook import Finding, Sheet, finding

#: ODK Central's, for accounts.
LONGEST_NAME: Final = 64


def wrong_values(
    sheet: Sheet, row: int, cells: Mapping[str, str], offered: Mapping[str, Collection[str]], *, unoffered: str
) -> Iterator[Finding]:
    """Yield what can be no code, and (as the finding `unoffered`) what no form offers where forms offer anything."""
    for dimension in DIMENSIONS:
        for code in cells.get(dimension, "").split():
            place = sheet.place(row, dimension)
            if not grants.is_code(code):
                yield finding("people-value", place, limit=grants.MAX_VALUE)
            elif code not in offered.get(dimension, (code,)):
                yield finding(unoffered, place, value=code, dimension=dimension)
