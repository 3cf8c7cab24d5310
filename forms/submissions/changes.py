"""What an edit changed: the answers of two contents side by side, as far as the reader's clearance goes.

The one place where earlier contents are parsed to be read, since only the newest lies in the answer tables. Rounds of a
repeat are matched by what is in them, so that one that was taken out does not change all after it. Of identity it is
told that it changed, never from what to what; of what lies above the clearance nothing, since whether something
sensitive was answered is an answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from forms import catalogue
from forms.access import Actor
from forms.answers import SEALED, Sealed
from forms.instance import Row, Value
from forms.models import Form, SubmissionVersion
from forms.policy import NEEDED, Clearance
from forms.schema import PRIVACIES, Field, Privacy, Schema
from forms.submissions.read import Kept, typed_rows
from forms.vault import Vault

#: Longer repeats are compared round by round as they stand: matching takes the square of their length.
_MOST_MATCHED = 200
#: What a content is called by, which differs from content to content.
_IDS = frozenset({"/meta/instanceID", "/meta/deprecatedID"})


@dataclass(frozen=True)
class Change:
    """One answer that an edit changed; None where there was, or is, none. `steps` leads to it through the form.

    A step is a name, or a name and a number from 1 where it is the round of a repeat: of the newer content, and of the
    older one where the round was taken out.
    """

    asked: Field
    steps: tuple[tuple[str, int | None], ...]
    old: Value | Sealed | None = field(repr=False)
    new: Value | Sealed | None = field(repr=False)


def changes(actor: Actor, form: Form, contents: Sequence[Kept], *, vault: Vault) -> dict[str, list[Change]]:
    """Give what each of some contents of a record, the newest first, changed of the one after it, by its instanceID.

    The last one of the contents is compared with none, and is not in it.
    """
    found: dict[str, list[Change]] = {}
    before: _Content | None = None
    for newer, older in pairwise(contents):
        new = before or _content(actor, form, newer.content, vault)
        before = _content(actor, form, older.content, vault)
        found[newer.content.instance_id] = list(_Comparison(before, new, actor.look.clearance).changes())
    return found


@dataclass(frozen=True)
class _Content:
    """The rows of one content, by repeat and number of the row around them, under the schema it was filled with."""

    schema: Schema
    inside: dict[tuple[str, int], list[Row]] = field(repr=False)


def _content(actor: Actor, form: Form, content: SubmissionVersion, vault: Vault) -> _Content:
    inside: dict[tuple[str, int], list[Row]] = {}
    for row in typed_rows(actor, form, content, vault=vault):
        inside.setdefault((row.repeat, row.parent), []).append(row)
    return _Content(catalogue.schema(content.form_version_id), inside)


class _Comparison:
    """Walks two contents at once, in the order of the newer one's form; what only the older one asks comes last."""

    def __init__(self, old: _Content, new: _Content, clearance: Clearance) -> None:
        self.old = old
        self.new = new
        self.clearance = clearance
        self._leaves = _by_level(self.new.schema.leaves, self.old.schema.leaves)
        self._repeats = _by_level(self.new.schema.repeats, self.old.schema.repeats)

    def changes(self) -> Iterator[Change]:
        """Yield all answers that differ and that the reader may know of."""
        return self._row(_only(self.old.inside.get(("", 0))), _only(self.new.inside.get(("", 0))), "", ())

    def _row(
        self, old: Row | None, new: Row | None, repeat: str, around: tuple[tuple[str, int], ...]
    ) -> Iterator[Change]:
        before, after = old.values if old else {}, new.values if new else {}
        for leaf in self._leaves.get(repeat, ()):
            was, now = before.get(leaf.path), after.get(leaf.path)
            privacy = self._privacy(leaf.path)
            if was == now or leaf.path in _IDS or NEEDED[privacy] > self.clearance:
                continue
            if privacy == "identity":
                yield Change(leaf, _steps(leaf.path, dict(around)), _sealed(was), _sealed(now))
            else:
                yield Change(leaf, _steps(leaf.path, dict(around)), was, now)
        for inner in self._repeats.get(repeat, ()):
            ours = self.old.inside.get((inner.path, old.number), []) if old else []
            theirs = self.new.inside.get((inner.path, new.number), []) if new else []
            for was_round, now_round in _matched(ours, theirs):
                shown = now_round or was_round
                position = shown.position if shown else 0
                yield from self._row(was_round, now_round, inner.path, (*around, (inner.path, position)))

    def _privacy(self, path: str) -> Privacy:
        """Give the stricter class of those that the two forms give an answer."""
        asked = (schema.by_path.get(path) for schema in (self.old.schema, self.new.schema))
        return max((f.privacy for f in asked if f is not None), key=PRIVACIES.index)


def _sealed(value: Value | None) -> Sealed | None:
    return None if value is None else SEALED


def _only(rows: list[Row] | None) -> Row | None:
    return rows[0] if rows else None


def _by_level(newer: Iterable[Field], older: Iterable[Field]) -> dict[str, list[Field]]:
    """Sort fields by the repeat that they are in, each path once."""
    levels: dict[str, dict[str, Field]] = {}
    for each in (*newer, *older):
        levels.setdefault(each.repeat, {}).setdefault(each.path, each)
    return {repeat: list(fields.values()) for repeat, fields in levels.items()}


def _steps(path: str, around: dict[str, int]) -> tuple[tuple[str, int | None], ...]:
    here, steps = "", []
    for name in path[1:].split("/"):
        here += f"/{name}"
        steps.append((name, around.get(here)))
    return tuple(steps)


def _matched(old: list[Row], new: list[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Pair the rounds of a repeat: equal ones first, then what is left between them in order."""
    if max(len(old), len(new)) > _MOST_MATCHED:
        yield from _in_order(old, new)
        return
    was, now = ([tuple(row.values.items()) for row in side] for side in (old, new))
    for _, i, i_end, j, j_end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        yield from _in_order(old[i:i_end], new[j:j_end])


def _in_order(old: list[Row], new: list[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    for place in range(max(len(old), len(new))):
        yield old[place] if place < len(old) else None, new[place] if place < len(new) else None
