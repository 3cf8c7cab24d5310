"""What somebody changed in a workbook between two versions, as they themselves would tell it.

`difference` says what stored answers would not survive; this says what a reader of the form would notice. That a
question was renamed or moved is a guess from names, labels and neighbours: to the stored answers it is a question that
went and another that came. Linear in the size of the forms, but for the order, which is n log n. Pure.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from forms.schema import Choice, Field, Schema, Texts
from forms.workbook.difference import NOT_ANSWERS

EditKind = Literal[
    "removed", "renamed", "moved", "added", "retyped", "reclassified", "relabelled", "reordered"
]  # fmt: skip
ChoiceEditKind = Literal["removed", "renamed", "added", "relabelled"]


@dataclass(frozen=True)
class Edit:
    """One change of a question, group or repeat.

    `old` is None where it was added, `new` where it was removed. "moved" is to another group, "reordered" within its
    own; "reclassified" is another privacy class or scope. `along` counts what came along in a group.
    """

    kind: EditKind
    old: Field | None
    new: Field | None
    along: int = 0


@dataclass(frozen=True)
class ChoiceEdit:
    """One change of a list of choices, for the questions of the old version that offered it."""

    kind: ChoiceEditKind
    questions: tuple[Field, ...]
    old: Choice | None
    new: Choice | None


@dataclass(frozen=True)
class Changes:
    """What differs between two versions, kind by kind in the order of EditKind, each in the order of its form."""

    questions: tuple[Edit, ...] = ()
    choices: tuple[ChoiceEdit, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.questions or self.choices)


_ORDER: dict[str, int] = {
    kind: n
    for n, kind in enumerate(
        ("removed", "renamed", "moved", "added", "retyped", "reclassified", "relabelled", "reordered")
    )
}


def changes(old: Schema, new: Schema) -> Changes:
    """Tell what differs. Each path that only one version has is in exactly one edit, or came along in a group's."""
    matching = _Matching(old, new)
    matching.guess()
    pairs = [(f, new.by_path[f.path]) for f in old.fields if f.path in new.by_path]
    pairs += [(f, matching.found[f.path]) for f in matching.gone if f.path in matching.found]
    edits = [
        *matching.edits(),
        *(Edit("retyped", a, b) for a, b in pairs if _shape(a) != _shape(b)),
        *(Edit("reclassified", a, b) for a, b in pairs if (a.privacy, a.scope) != (b.privacy, b.scope)),
        *(Edit("relabelled", a, b) for a, b in pairs if a.labels != b.labels),
        *_reordered(old, new),
    ]
    return Changes(
        tuple(sorted(edits, key=lambda edit: _ORDER[edit.kind])),
        tuple(sorted(_choices(old, new, pairs), key=lambda edit: _ORDER[edit.kind])),
    )


def _shape(field: Field) -> Hashable:
    """Give what a question asks for, whatever it is called."""
    return field.kind, field.type, field.control, field.mediatype


class _Matching:
    """Which of the fields that went may be which of those that came."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new
        self.gone = [f for f in old.fields if f.path not in new.by_path and f.path not in NOT_ANSWERS]
        self.came = [f for f in new.fields if f.path not in old.by_path and f.path not in NOT_ANSWERS]
        #: By the old path, what it is now.
        self.found: dict[str, Field] = {}
        self._kinds: dict[str, EditKind] = {}
        #: By the old path, the path of the group that it came along with.
        self._along: dict[str, str] = {}
        self._taken: set[str] = set()

    def guess(self) -> None:
        """Match groups before what is in them, the surest sign first."""
        came = {f.path: f for f in self.came}
        moved = _Unique((f.name, _shape(f)) for f in self.came)
        moved_away = _Unique((f.name, _shape(f)) for f in self.gone)
        by_label = _Unique(key for f in self.came for key in self._label_keys(f, _parent(f)))
        by_place = dict(self._places(self.new, self.came))
        old_places = {f.path: key for key, f in self._places(self.old, self.gone)}
        named = {(f.name, _shape(f)): f for f in self.came}
        labelled = {key: f for f in self.came for key in self._label_keys(f, _parent(f))}
        for field in self.gone:
            parent = self._now(_parent(field))
            same = came.get(f"{parent}/{field.name}") if parent is not None else None
            if same is not None and _shape(same) == _shape(field) and self._match(field, same, "moved"):
                self._along[field.path] = self._along.get(_parent(field), _parent(field))
                continue
            key = (field.name, _shape(field))
            if key in moved and key in moved_away and self._match(field, named[key], "moved"):
                continue
            if parent is None:
                continue
            alike = next((k for k in self._label_keys(field, parent) if k in by_label), None)
            if alike is not None and self._match(field, labelled[alike], "renamed"):
                continue
            there = by_place.get(old_places.get(field.path))
            if there is not None:
                self._match(field, there, "renamed")

    def edits(self) -> Iterator[Edit]:
        """Tell what became of each that went or came."""
        along: dict[str, int] = {}
        for group in self._along.values():
            along[group] = along.get(group, 0) + 1
        for field in self.gone:
            if field.path in self._along:
                continue
            now = self.found.get(field.path)
            yield Edit(self._kinds.get(field.path, "removed"), field, now, along.get(field.path, 0))
        yield from (Edit("added", None, field) for field in self.came if field.path not in self._taken)

    def _match(self, field: Field, now: Field, kind: EditKind) -> bool:
        if now.path in self._taken:
            return False
        self.found[field.path], self._kinds[field.path] = now, kind
        self._taken.add(now.path)
        return True

    def _now(self, path: str) -> str | None:
        """Give what a group's path is in the new version, None where it is there no more."""
        if path == "" or path in self.new.by_path:
            return path
        return self.found[path].path if path in self.found else None

    @staticmethod
    def _label_keys(field: Field, parent: str) -> list[Hashable]:
        return [(parent, _shape(field), text) for text in dict.fromkeys(field.labels.values()) if text.strip()]

    def _places(self, schema: Schema, fields: list[Field]) -> Iterator[tuple[Hashable, Field]]:
        """Name the place of each field by its neighbours, where both versions have these there."""
        wanted = {f.path for f in fields}
        for parent in dict.fromkeys(map(_parent, fields)):
            inside = list(schema.children[parent].values())
            for before, field, after in zip([None, *inside], inside, [*inside[1:], None], strict=False):
                ends = [f.path if f is not None else "" for f in (before, after)]
                if field.path in wanted and all(e == "" or self._is_in_both(e) for e in ends):
                    yield (parent, *ends, _shape(field)), field

    def _is_in_both(self, path: str) -> bool:
        return path in self.old.by_path and path in self.new.by_path


def _parent(field: Field) -> str:
    return field.path.rpartition("/")[0]


class _Unique:
    """The keys that come once."""

    def __init__(self, keys: Iterable[Hashable]) -> None:
        self._counts: dict[Hashable, int] = {}
        for key in keys:
            self._counts[key] = self._counts.get(key, 0) + 1

    def __contains__(self, key: Hashable) -> bool:
        return self._counts.get(key) == 1


def _reordered(old: Schema, new: Schema) -> Iterator[Edit]:
    """Tell which fields stand elsewhere among those around them: as few as explain the new order."""
    for parent, inside in old.children.items():
        places = {f.path: place for place, f in enumerate(new.children.get(parent, {}).values())}
        common = [f for f in inside.values() if f.path in places]
        stay = _longest_rising([places[f.path] for f in common])
        yield from (Edit("reordered", f, new.by_path[f.path]) for n, f in enumerate(common) if n not in stay)


def _longest_rising(numbers: list[int]) -> set[int]:
    """Give the indexes of a longest rising subsequence (patience sorting)."""
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        tops[pile : pile + 1] = [number]
        last[pile : pile + 1] = [index]
        before.append(last[pile - 1] if pile else -1)
    found: set[int] = set()
    index = last[-1] if last else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found


def _choices(old: Schema, new: Schema, pairs: list[tuple[Field, Field]]) -> Iterator[ChoiceEdit]:
    """Compare the lists that a question had and has; questions that share both tell it together."""
    shared: dict[tuple[str, str], list[Field]] = {}
    for before, after in pairs:
        if before.choice_list in old.choices and after.choice_list in new.choices:
            shared.setdefault((before.choice_list, after.choice_list), []).append(before)
    for (before_list, after_list), questions in shared.items():
        yield from _list_edits(_by_name(old.choices[before_list]), _by_name(new.choices[after_list]), tuple(questions))


def _by_name(choices: tuple[Choice, ...]) -> dict[str, Choice]:
    """Give a list's choices by name; the first of those that share one, as lists that follow another answer have."""
    return {choice.name: choice for choice in reversed(choices)}


def _list_edits(old: dict[str, Choice], new: dict[str, Choice], questions: tuple[Field, ...]) -> Iterator[ChoiceEdit]:
    gone = [choice for name, choice in reversed(old.items()) if name not in new]
    came = [choice for name, choice in reversed(new.items()) if name not in old]
    labels = _Unique(text for choice in came for text in _texts(choice.labels))
    labelled = {text: choice for choice in came for text in _texts(choice.labels)}
    taken: set[str] = set()
    for choice in gone:
        now = next((labelled[text] for text in _texts(choice.labels) if text in labels), None)
        if now is not None and now.name not in taken:
            taken.add(now.name)
            yield ChoiceEdit("renamed", questions, choice, now)
        else:
            yield ChoiceEdit("removed", questions, choice, None)
    yield from (ChoiceEdit("added", questions, None, choice) for choice in came if choice.name not in taken)
    for name, choice in reversed(old.items()):
        if name in new and choice.labels != new[name].labels:
            yield ChoiceEdit("relabelled", questions, choice, new[name])


def _texts(labels: Texts) -> list[str]:
    return [text for text in dict.fromkeys(labels.values()) if text.strip()]
