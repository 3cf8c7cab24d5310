"""XForm → schema and attachment slots: what phones will run, read once at upload.

Fields follow the primary instance in document order; types come from the binds, controls and labels from the body
(ODK XForms specification). Elements are known by namespace, never by prefix. Nothing is evaluated, and the bytes
themselves are kept elsewhere as they came. What a control offers to choose from is read in `choices`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from forms.problems import InvalidEntityForm, InvalidXForm, MissingMeta, MissingParameter, UnexpectedValue, ValueTooLong
from forms.schema import Choice, Field, Kind, Schema, Texts
from forms.workbook.choices import Offer, Offers
from forms.workbook.itext import Itext
from forms.workbook.settings import MAX_FORM_ID, is_usable_id
from forms.workbook.slots import AttachmentSlot, slots

XFORMS = "{http://www.w3.org/2002/xforms}"
XHTML = "{http://www.w3.org/1999/xhtml}"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"

#: Versions of the entities specification that clients know (the third part may be any).
ENTITIES_VERSIONS = ("2022.1", "2023.1", "2024.1", "2025.1")

MAX_DEPTH = 100

_CONTROLS = frozenset({"input", "secret", "textarea", "select", "select1", "rank", "upload", "range", "trigger"})


@dataclass(frozen=True)
class XForm:
    """What an XForm says: its schema, its attachment slots, and the entities version it follows ("" for none)."""

    schema: Schema
    slots: tuple[AttachmentSlot, ...]
    entities_version: str


@dataclass
class _Body:
    """The body by path: what asks, what is repeated, and the labels."""

    controls: dict[str, Element] = field(default_factory=dict)
    labels: dict[str, Element] = field(default_factory=dict)
    repeats: set[str] = field(default_factory=set)


def read(document: Element) -> XForm:
    """Read a parsed XForm.

    Raises:
        MissingParameter: it has no form id, or is no XForm at all.
        UnexpectedValue, ValueTooLong: its id cannot be used.
        InvalidXForm: it has no title, is nested too deep, or uses one file name for two kinds.
        InvalidEntityForm: its entities follow no known version of the specification.
        MissingMeta: its instance has no meta group.
    """
    head = document.find(f"{XHTML}head")
    model = head.find(f"{XFORMS}model") if head is not None else None
    instance = model.find(f"{XFORMS}instance") if model is not None else None
    root = next(iter(instance), None) if instance is not None else None
    if head is None or model is None or root is None:
        raise MissingParameter(field="formId")
    form_id, title = _form_id(root), _title(head)
    entities_version = _entities_version(model, root)
    reader = _Reader(document, model, root)
    fields = tuple(reader.fields())
    if not any(f.name == "meta" and f.kind == "group" for f in fields):
        raise MissingMeta
    schema = Schema(
        form_id=form_id,
        version=next((value for name, value in root.attrib.items() if _local(name) == "version"), ""),
        title=title,
        root=_local(root.tag),
        fields=fields,
        choices=reader.choices,
        languages=reader.itext.languages,
        default_language=reader.itext.default,
        instance_name=reader.binds["/meta/instanceName"].get("calculate", "").strip()
        if "/meta/instanceName" in reader.binds
        else "",
    )
    return XForm(schema, slots(document, model, root), entities_version)


def entities_version(document: Element) -> str:
    """Tell which version of the entities specification a parsed XForm follows, "" for none; as `read` does."""
    model = document.find(f"{XHTML}head/{XFORMS}model")
    instance = model.find(f"{XFORMS}instance") if model is not None else None
    root = next(iter(instance), None) if instance is not None else None
    return _entities_version(model, root) if model is not None and root is not None else ""


class _Reader:
    """An XForm's parts, looked up by path without the root."""

    def __init__(self, document: Element, model: Element, root: Element) -> None:
        self.root = root
        self._start = f"/{_local(root.tag)}/"
        self.itext = Itext(model)
        self.binds = {self._path(bind.get("nodeset", "")): bind for bind in model.iterfind(f"{XFORMS}bind")}
        self._bind_ids = {bind.get("id"): bind.get("nodeset", "") for bind in self.binds.values()}
        self.body = _Body()
        for body in document.iterfind(f"{XHTML}body"):
            self._read_body(body, "", 0)
        self._offers = Offers(model, self.itext)
        self.choices: dict[str, tuple[Choice, ...]] = {}

    def fields(self) -> Iterator[Field]:
        """Yield the nodes of the primary instance; a repeat's template and its first copy are one node."""
        seen: set[str] = set()
        yield from self._children(self.root, "", "", seen)

    def _children(self, element: Element, path: str, repeat: str, seen: set[str]) -> Iterator[Field]:
        if path.count("/") > MAX_DEPTH:
            raise _too_deep()
        for child in element:
            name = _local(child.tag)
            below = f"{path}/{name}"
            kind = self._kind(child, below)
            if below not in seen:
                seen.add(below)
                yield (
                    self._leaf(below, name, repeat)
                    if kind == "leaf"
                    else Field(below, name, kind, repeat=repeat, labels=self._labels(below))
                )
            if kind != "leaf":
                yield from self._children(child, below, below if kind == "repeat" else repeat, seen)

    def _kind(self, element: Element, path: str) -> Kind:
        if path in self.body.repeats:
            return "repeat"
        return "group" if len(element) or _is_entity(element) else "leaf"

    def _leaf(self, path: str, name: str, repeat: str) -> Field:
        bind = self.binds.get(path)
        type_ = (bind.get("type") if bind is not None else None) or "string"
        control = self.body.controls.get(path)
        offer = Offer() if control is None else self._offers.of(control, path)
        if offer.list_name:
            self.choices.setdefault(offer.list_name, offer.choices)
        return Field(
            path,
            name,
            "leaf",
            type=type_.removeprefix("xsd:"),
            control="" if control is None else _local(control.tag),
            mediatype="" if control is None else control.get("mediatype", ""),
            repeat=repeat,
            labels=self._labels(path),
            choice_list=offer.list_name,
            choices_file=offer.file,
        )

    def _labels(self, path: str) -> Texts:
        label = self.body.labels.get(path)
        return {} if label is None else self.itext.texts(label)

    def _read_body(self, element: Element, around: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _too_deep()
        for child in element:
            tag = _local(child.tag)
            reference = child.get("ref") or child.get("nodeset") or self._bind_ids.get(child.get("bind"))
            path = self._path(reference, around) if reference else around
            if tag in _CONTROLS and reference:
                self.body.controls.setdefault(path, child)
            elif tag == "repeat" and reference:
                self.body.repeats.add(path)
            elif tag != "group":
                continue
            label = child.find(f"{XFORMS}label")
            if label is not None and reference:
                self.body.labels.setdefault(path, label)
            if tag in ("group", "repeat"):
                self._read_body(child, path, depth + 1)

    def _path(self, reference: str, around: str = "") -> str:
        """Turn "/data/g/q", or "q" inside g, into "/g/q"; prefixes do not count."""
        reference = reference.strip()
        if ":" in reference:
            reference = "/".join(step.rpartition(":")[2] for step in reference.split("/"))
        if reference.startswith(self._start):
            return reference[len(self._start) - 1 :]
        return f"{around}/{reference.removeprefix('./')}"


def _form_id(root: Element) -> str:
    form_id = root.get("id", "").strip()
    if not form_id:
        raise MissingParameter(field="formId")
    if len(form_id) > MAX_FORM_ID:
        raise ValueTooLong(field="formId", limit=MAX_FORM_ID)
    if not is_usable_id(form_id):
        raise UnexpectedValue(
            field="formId",
            value=form_id,
            reason="it becomes part of an address, so it must not contain / or end in .xls, .xlsx or .xml",
        )
    return form_id


def _title(head: Element) -> str:
    title = " ".join("".join(title.itertext()) for title in head.iterfind(f"{XHTML}title")).strip()
    if not title:
        raise InvalidXForm(
            reason="it has no title, and a phone refuses such a form. Write one into <h:title>.",
            reason_id="tidak ada judul, dan ponsel menolak formulir tanpa judul. Tulis judul di <h:title>.",
        )
    return title


def _entities_version(model: Element, root: Element) -> str:
    """Check the entity declarations (ODK entities specification) and give the version they follow."""
    declared = [node for node in root.iter() if _is_entity(node)]
    if not declared:
        return ""
    version = model.get(f"{ENTITIES}entities-version", "")
    if ".".join(version.split(".")[:2]) not in ENTITIES_VERSIONS:
        raise InvalidEntityForm(
            reason=f"the entities-version '{version}' is not one of {', '.join(ENTITIES_VERSIONS)}.",
            reason_id=f"entities-version '{version}' bukan salah satu dari {', '.join(ENTITIES_VERSIONS)}.",
        )
    if any(not (node.get("create") is not None or node.get("update") is not None) for node in declared):
        raise InvalidEntityForm(
            reason="an entity has neither a create nor an update attribute.",
            reason_id="ada entitas tanpa atribut create dan update.",
        )
    return version


def _is_entity(node: Element) -> bool:
    return _local(node.tag) == "entity" and "dataset" in node.attrib


def _too_deep() -> InvalidXForm:
    return InvalidXForm(
        reason=f"it is nested more than {MAX_DEPTH} deep. Use fewer levels of groups and repeats.",
        reason_id=f"grup dan repeat bersarang lebih dari {MAX_DEPTH} tingkat. Kurangi tingkatannya.",
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
