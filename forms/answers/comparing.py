"""Compare what the tables hold with what the kept XML says: the rows that it was laid out as.

Many submissions of one version at a time, since a question per submission and table would take a night for a year's
records. Nothing is written, and no answer leaves: a difference is told by its path.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import text

from forms.answers.fetching import Found, fetch
from forms.answers.places import Layout, Level, Place, registry, table
from forms.db import EVERYTHING, db, see
from forms.instance import Geo, Row, Value, as_text

#: Gives the text of a sealed answer from its submission, path and bytes.
Opener = Callable[[int, str, bytes], str]


def compare_rows(
    layout: Layout, submission_id: int, rows: Sequence[Row], open_sealed: Callable[[str, bytes], str]
) -> list[str]:
    """List what the tables hold of one submission otherwise than `rows`; see `compare_many`."""

    def opened(_: int, path: str, sealed: bytes) -> str:
        return open_sealed(path, sealed)

    return compare_many(layout, {submission_id: rows}, opened).get(submission_id, [])


def compare_many(layout: Layout, kept: Mapping[int, Sequence[Row]], open_sealed: Opener) -> dict[int, list[str]]:
    """List what the tables hold otherwise than `kept`, the rows that the kept XML of each submission gave.

    Submissions that agree are left out. The others have the paths of questions and repeats; "/" is the root's row
    itself. Repeats are named for rows too many or too few, and tables for rows under other scopes than the
    submission's or of another version.
    """
    see(EVERYTHING)
    wanted: dict[str, dict[tuple[int, int], Row]] = {repeat: {} for repeat in layout.levels}
    for submission_id, rows in kept.items():
        for row in rows:
            wanted[row.repeat][submission_id, row.number] = row
    differing: dict[int, dict[str, None]] = {}
    for repeat, level in layout.levels.items():
        stored = {(f.submission_id, f.number): f for f in fetch(layout, repeat, list(kept), sealed=True)}
        for key in sorted(wanted[repeat].keys() | stored.keys()):
            for path in _differing(level, wanted[repeat].get(key), stored.get(key), open_sealed):
                differing.setdefault(key[0], {})[path] = None
    for submission_id, name in _strays(layout, list(kept)):
        differing.setdefault(submission_id, {})[name] = None
    return {submission_id: list(paths) for submission_id, paths in differing.items()}


def _differing(level: Level, row: Row | None, found: Found | None, open_sealed: Opener) -> Iterator[str]:
    if row is None or found is None or (row.parent, row.position) != (found.parent, found.position):
        yield level.repeat or "/"
        return
    for place in level.places:
        path = place.field.path
        value = found.values[path]
        if isinstance(value, bytes):
            value = open_sealed(found.submission_id, path, value)
        if value != _as_kept(place, row.values.get(path)):
            yield path


def _strays(layout: Layout, ids: list[int]) -> Iterator[tuple[int, str]]:
    """Yield submission and table where rows lie that its version does not write, or that are under other scopes."""
    connection = db.session.connection()
    known = {(level.number, page) for level in layout.levels.values() for page in level.pages}
    for each in registry(layout.form_id, connection).tables():
        name = table(layout.form_id, *each)
        rule = "a.scopes is distinct from s.scopes" if each in known else "true"
        found = connection.execute(
            text(
                f"select distinct a.submission_id from {name} a left join submissions s on s.id = a.submission_id "
                f"where a.submission_id = any(:ids) and ({rule}) order by 1"
            ),
            {"ids": ids},
        )
        for submission_id in found.scalars():
            yield submission_id, name


def _as_kept(place: Place, value: Value | None) -> Value | None:
    """Give a value as reading it back gives it."""
    if value is None:
        return None
    if place.column.type == "sealed":
        return as_text(value)
    if isinstance(value, Geo):
        return Geo(" ".join(value.text.split()), value.latitude, value.longitude)
    return value
