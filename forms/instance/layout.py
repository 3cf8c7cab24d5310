"""The inside of a submission: rows, scopes and expected files, by a form version's schema.

One way through the tree, in document order, linear in its size.
"""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from forms.instance.envelope import Instance, children_named, local_name
from forms.instance.values import Value, typed
from forms.schema import PRIVACIES, Field, Privacy, Schema

MAX_SCOPE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """The answers of one instance at one level.

    `repeat` is the repeat's path, "" for the root. `number` counts the rows of that repeat over the whole submission
    in document order from 1 (0 for the root), `parent` is the number of the row around it, `position` its place
    within that, from 1. `values` has no key for a field without an answer.
    """

    repeat: str
    number: int
    parent: int
    position: int
    values: dict[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that the submission names: its name as in the XML, the first field with it, and the class that it has."""

    name: str = field(repr=False)
    path: str
    privacy: Privacy


@dataclass(frozen=True)
class Rows:
    """A submission laid out by its schema. The root's row comes first; `scopes` has every dimension of the schema."""

    rows: tuple[Row, ...]
    misfits: tuple[str, ...]
    scopes: dict[str, tuple[str, ...]] = field(repr=False)
    files: tuple[ExpectedFile, ...]


def rows(instance: Instance, schema: Schema) -> Rows:
    """Lay an instance out as typed rows, with the scopes it names and the files that belong to it.

    Of an encrypted instance only `meta` is laid out. A field that occurs twice in one row keeps its first answer and
    is a misfit if the second differs; so is a scope value of more than 200 characters, which names no district.
    """
    layout = _Layout(schema)
    if instance.encrypted:
        layout.expect_encrypted(instance.root)
    layout.open(_meta_only(instance.root) if instance.encrypted else instance.root, "", 0, 0)
    return Rows(
        rows=tuple(layout.rows),
        misfits=tuple(layout.misfits),
        scopes={dimension: tuple(values) for dimension, values in layout.scopes.items()},
        files=tuple(layout.files.values()),
    )


class _Layout:
    """What `rows` gathers on its one way through an instance."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.rows: list[Row] = []
        self.misfits: dict[str, None] = {}
        self.scopes: dict[str, dict[str, None]] = {dimension: {} for dimension in schema.dimensions}
        self.files: dict[str, ExpectedFile] = {}
        self._counts: dict[str, int] = {"": -1}

    def open(self, element: Element, repeat: str, parent: int, position: int) -> None:
        """Begin the row of one instance of `repeat` and lay out what is in it."""
        number = self._counts[repeat] = self._counts.get(repeat, 0) + 1
        values: dict[str, Value] = {}
        self.rows.append(Row(repeat, number, parent, position, values))
        self._fill(element, repeat, number, values, {})

    def _fill(
        self, element: Element, path: str, number: int, values: dict[str, Value], positions: dict[str, int]
    ) -> None:
        known = self.schema.children.get(path, {})
        for node in element:
            found = known.get(local_name(node.tag))
            if found is None:
                continue
            if found.kind == "leaf":
                self._answer(node, found, values)
            elif found.kind == "group":
                self._fill(node, found.path, number, values, positions)
            else:
                position = positions[found.path] = positions.get(found.path, 0) + 1
                self.open(node, found.path, number, position)

    def _answer(self, node: Element, asked: Field, values: dict[str, Value]) -> None:
        text = node.text
        stripped = text.strip() if text else ""
        if not text or not stripped:
            return
        value = typed(asked, text, stripped)
        if value is None or len(node) or values.setdefault(asked.path, value) != value:
            self.misfits[asked.path] = None
            return
        if asked.scope:
            self._scope(asked, stripped)
        if asked.is_file:
            # The log of a whole form tells what was typed into any of its fields.
            logs_all = asked.path == "/meta/audit"
            self._expect(stripped, asked.path, self.schema.strictest if logs_all else asked.privacy)

    def _scope(self, asked: Field, text: str) -> None:
        for key in text.split() if asked.is_multiple else (text,):
            if len(key) <= MAX_SCOPE:
                self.scopes[asked.scope][key] = None
            else:
                self.misfits[asked.path] = None

    def _expect(self, name: str, path: str, privacy: Privacy) -> None:
        earlier = self.files.get(name)
        if earlier is None or PRIVACIES.index(privacy) > PRIVACIES.index(earlier.privacy):
            self.files[name] = ExpectedFile(name, earlier.path if earlier else path, privacy)

    def expect_encrypted(self, root: Element) -> None:
        """Expect the files of an encrypted instance; any may be the identity that the form asks for."""
        media = [("/media/file", e) for block in children_named(root, "media") for e in children_named(block, "file")]
        for path, element in (*media, *(("/encryptedXmlFile", e) for e in children_named(root, "encryptedXmlFile"))):
            if name := (element.text or "").strip():
                self._expect(name, path, self.schema.strictest)


def _meta_only(root: Element) -> Element:
    shell = Element(root.tag)
    shell.extend(children_named(root, "meta"))
    return shell
