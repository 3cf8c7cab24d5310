"""A form version's typed field tree: the one description that rows, tables, exports and pages share.

`workbook` makes it, `catalogue` keeps it beside the XForm as JSON, everything else reads it.
Pure: no database, no HTTP. It never holds an answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, Self

Kind = Literal["group", "repeat", "leaf"]
Privacy = Literal["", "quasi", "sensitive", "identity"]
#: The classes from open to strict.
PRIVACIES: Final[tuple[Privacy, ...]] = ("", "quasi", "sensitive", "identity")
#: Where a record has its name, which lists show.
NAME_PATH: Final = "/meta/instanceName"

#: A text in several languages: language name as the workbook writes it ("" where it names none) → text.
Texts = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """One answer that a select question offers: the stored name and its labels."""

    name: str
    labels: Texts


@dataclass(frozen=True)
class Field:
    """One node of the primary instance, in document order; the root itself is not one.

    `path` starts with "/" and leaves the root out ("/g_identitas/nama"). `type` is the bind's type as the
    XForms specification names it ("string", "int", "decimal", "boolean", "date", "time", "dateTime",
    "geopoint", "geotrace", "geoshape", "binary", "barcode", "intent", "odk:rank"; any other is kept as written
    and read as text), "string" where the bind names none, "" for a group or repeat.
    `control` is the body element that asks it ("input", "select", "select1", "rank", "upload", "range",
    "trigger"), "" where nothing does. `question` is the XLSForm type as the workbook writes it
    ("select_one jk"), "" where the form came as an XForm. `repeat` is the path of the nearest repeat
    around it, "" at the top. `row` is its row on the survey sheet, where known.
    """

    path: str
    name: str
    kind: Kind
    type: str = ""
    control: str = ""
    question: str = ""
    mediatype: str = ""
    repeat: str = ""
    privacy: Privacy = ""
    scope: str = ""
    labels: Texts = field(default_factory=dict)
    choice_list: str = ""
    choices_file: str = ""
    row: int | None = None

    @property
    def is_identity(self) -> bool:
        """Whether its answers are sealed (class P3)."""
        return self.privacy == "identity"

    @property
    def is_file(self) -> bool:
        """Whether its answer is the name of a file sent along (ODK XForms spec, binary and client audit)."""
        return self.type == "binary" or self.path == "/meta/audit"

    @property
    def is_multiple(self) -> bool:
        """Whether its answer is a list of choice names separated by spaces."""
        return self.control in ("select", "rank")


@dataclass(frozen=True)
class Schema:
    """The typed field tree of one form version.

    `fields` keeps document order and holds `meta` and its children. `choices` maps a choice list's name to
    its choices, in sheet order; the lists of external files are not in it. `root` is the primary
    instance's element name. `default_language` is a key of the texts.
    """

    form_id: str
    version: str
    title: str
    root: str
    fields: tuple[Field, ...]
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ("",)
    default_language: str = ""
    instance_name: str = ""

    @cached_property
    def by_path(self) -> dict[str, Field]:
        """Every field under its path."""
        return {f.path: f for f in self.fields}

    @cached_property
    def children(self) -> dict[str, dict[str, Field]]:
        """The fields directly under each path ("" for the root), by name; paths of leaves are not in it."""
        children: dict[str, dict[str, Field]] = {}
        for f in self.fields:
            parent, _, name = f.path.rpartition("/")
            children.setdefault(parent, {})[name] = f
        return children

    @cached_property
    def leaves(self) -> tuple[Field, ...]:
        """The fields that hold an answer, in document order."""
        return tuple(f for f in self.fields if f.kind == "leaf")

    @cached_property
    def repeats(self) -> tuple[Field, ...]:
        """The repeats, outermost first."""
        return tuple(f for f in self.fields if f.kind == "repeat")

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The scope dimensions that this form's records carry, sorted; empty where it is not scoped."""
        return tuple(sorted({f.scope for f in self.fields if f.scope}))

    @cached_property
    def strictest(self) -> Privacy:
        """The strictest class of any answer of this form: that of its XML as a whole."""
        return max((f.privacy for f in self.leaves), key=PRIVACIES.index, default="")

    @cached_property
    def has_cases(self) -> bool:
        """Whether it asks for anything that identifies in combination, or is sensitive: whether it is about people."""
        return any(f.privacy in ("quasi", "sensitive") for f in self.leaves)

    @cached_property
    def has_identity(self) -> bool:
        """Whether it asks for anything that is sealed."""
        return self.strictest == "identity"

    def level(self, repeat: str) -> Iterator[Field]:
        """Yield the leaves that live in the table of `repeat` ("" for the root table)."""
        return (f for f in self.leaves if f.repeat == repeat)

    def to_json(self) -> dict[str, Any]:
        """Give a JSON value from which `from_json` makes an equal schema; its dictionaries are this schema's own."""
        return {
            **_members(self),
            "fields": [_members(f) for f in self.fields],
            "choices": {name: [_members(choice) for choice in choices] for name, choices in self.choices.items()},
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Make the schema that `to_json` wrote."""
        return cls(
            **{
                **value,
                "fields": tuple(Field(**f) for f in value["fields"]),
                "choices": {n: tuple(Choice(**c) for c in cs) for n, cs in value["choices"].items()},
                "languages": tuple(value["languages"]),
            }
        )


def _members(value: Schema | Field | Choice) -> dict[str, Any]:
    # Not `asdict`, which copies all that is in them: of 5,000 questions it takes a quarter of a second.
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def localized(texts: Texts, language: str, default: str) -> str:
    """Pick a text: in `language` (an ISO code or a workbook's own name), else the default one, else any, else ""."""
    for name, text in texts.items():
        if name == language or name.endswith(f"({language})"):
            return text
    return texts.get(default) or next((t for t in texts.values() if t), "")
