"""What changed between two versions of a form, as far as stored answers care.

Compares schemas only; whether a change is refused, warned of or allowed is for `catalogue` to say. What else a reader
of the form would notice, `edits` tells.
"""

from dataclasses import dataclass

from forms.schema import Field, Schema

#: Nodes of every form with entities; they come and go with the declarations, not with answers (as in ODK Central).
NOT_ANSWERS = ("/meta", "/meta/entity", "/meta/entity/label")


@dataclass(frozen=True)
class Change:
    """A node whose type differs: "group" and "repeat" are types here. `row` is its row in the new workbook."""

    path: str
    old: str
    new: str
    row: int | None


@dataclass(frozen=True)
class VanishedChoices:
    """Choices that the new version of a question no longer offers; `row` is its row in the new workbook."""

    path: str
    names: tuple[str, ...]
    row: int | None


@dataclass(frozen=True)
class Difference:
    """What the new version does to old answers.

    `type_changes` cannot be kept in one table. `widened_to_text` are answers of another type that are text from now
    on: allowed by ODK Central, but the column needs a text beside it. `sealing_changes` turn open answers into
    identity or back (old and new are classes). `vanished` are nodes of the old version, in its order.
    """

    type_changes: tuple[Change, ...]
    widened_to_text: tuple[Change, ...]
    sealing_changes: tuple[Change, ...]
    vanished: tuple[Field, ...]
    vanished_choices: tuple[VanishedChoices, ...]


def compare(old: Schema, new: Schema) -> Difference:
    """Compare two versions, path by path."""
    pairs = [(field, new.by_path[field.path]) for field in old.fields if field.path in new.by_path]
    retyped = [
        (before.kind, Change(after.path, _type(before), _type(after), after.row))
        for before, after in pairs
        if _type(before) != _type(after)
    ]
    widened = [change for kind, change in retyped if kind == "leaf" and change.new == "string"]
    return Difference(
        type_changes=tuple(change for _, change in retyped if change not in widened),
        widened_to_text=tuple(widened),
        sealing_changes=tuple(
            Change(after.path, before.privacy, after.privacy, after.row)
            for before, after in pairs
            if before.kind == after.kind == "leaf" and before.is_identity != after.is_identity
        ),
        vanished=tuple(f for f in old.fields if f.path not in new.by_path and f.path not in NOT_ANSWERS),
        vanished_choices=tuple(filter(None, (_vanished_choices(old, new, *pair) for pair in pairs))),
    )


def _type(field: Field) -> str:
    return field.type if field.kind == "leaf" else field.kind


def _vanished_choices(old: Schema, new: Schema, before: Field, after: Field) -> VanishedChoices | None:
    """Compare what a question offers; a question that takes its choices from a file, or asks for text, takes any."""
    if before.choice_list not in old.choices or after.choice_list not in new.choices:
        return None
    offered = {choice.name for choice in new.choices[after.choice_list]}
    gone = tuple(dict.fromkeys(c.name for c in old.choices[before.choice_list] if c.name not in offered))
    return VanishedChoices(after.path, gone, after.row) if gone else None
