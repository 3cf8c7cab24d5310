"""The outside of a submission: well-formed XML within bounds, and the ids that it carries.

It knows no form. ElementTree's own parser is used with a DOCTYPE refused at its first word, so that no entity can
be declared; defusedxml refuses the same but parses in Python, at 2.5 times the cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from forms.problems import (
    InstanceTooDeep,
    InstanceTooLarge,
    InstanceWithDoctype,
    MissingParameter,
    Unparseable,
    ValueTooLong,
)

MAX_BYTES = 20_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 100
MAX_ID = 64


@dataclass(frozen=True)
class Instance:
    """One filled form: the ids that its XML carries and its root element. `version` is "" where there is none."""

    form_id: str
    version: str
    instance_id: str | None
    deprecated_id: str | None
    instance_name: str | None = field(repr=False)
    encrypted: bool
    root: Element = field(repr=False, compare=False)


def parse(xml: bytes, *, max_bytes: int = MAX_BYTES) -> Instance:
    """Read a submission's ids (OpenRosa Metadata Schema; ODK XForms specification, "Encryption" for `encrypted`).

    Raises Unparseable, InstanceWithDoctype, InstanceTooLarge, InstanceTooDeep, MissingParameter (no form id; an
    encrypted one without instanceID) and ValueTooLong (an instanceID of more than 64 characters).
    """
    root = _read(xml, max_bytes)
    form_id = root.get("id")
    if not form_id:
        raise MissingParameter(field="form ID xml attribute")
    meta = _meta(root)
    instance_id = meta.get("instanceID") or _first_text(root, "instanceID") or root.get("instanceID")
    encrypted = _attribute(root, "encrypted") == "yes"
    if encrypted and not instance_id:
        raise MissingParameter(field="instanceID")
    if instance_id and len(instance_id) > MAX_ID:
        raise ValueTooLong(field="instanceID", limit=MAX_ID)
    return Instance(
        form_id=form_id,
        version=_attribute(root, "version"),
        instance_id=instance_id or None,
        deprecated_id=meta.get("deprecatedID"),
        instance_name=meta.get("instanceName"),
        encrypted=encrypted,
        root=root,
    )


def local_name(name: str) -> str:
    """Drop the namespace of an element's or attribute's name as ElementTree writes it ("{uri}meta" → "meta")."""
    return name.rpartition("}")[2]


def children_named(root: Element, name: str) -> Iterator[Element]:
    """Yield the elements directly in `root` with this local name."""
    return (e for e in root if local_name(e.tag) == name)


class _Builder(TreeBuilder):
    def doctype(self, *_: str | None) -> None:
        """Refuse at the first word of a DOCTYPE, before anything in it can be declared."""
        raise InstanceWithDoctype


def _read(xml: bytes, max_bytes: int) -> Element:
    # These two signs bound the number of elements and attributes, which take some 90 bytes of memory each once made.
    if len(xml) > max_bytes or xml.count(b"<") + xml.count(b"=") > MAX_NODES:
        raise InstanceTooLarge(bytes=max_bytes, nodes=MAX_NODES)
    parser = XMLParser(target=_Builder())  # noqa: S314 - entities cannot be declared: see the module's docstring
    try:
        parser.feed(xml)
        root: Element = parser.close()
    except (ParseError, LookupError, ValueError):  # unknown encodings give the latter two
        raise Unparseable(format="xml", rawLength=len(xml)) from None
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return root
    raise InstanceTooDeep(limit=MAX_DEPTH)


def _attribute(root: Element, name: str) -> str:
    """Give an attribute of the root, in no namespace or else in any (`orx:version`), "" where there is none."""
    return root.get(name) or next((value for key, value in root.attrib.items() if local_name(key) == name), "")


def _first_text(root: Element, name: str) -> str | None:
    return next((e.text for e in children_named(root, name) if e.text), None)


def _meta(root: Element) -> dict[str, str]:
    """Give the answers of the root's own `meta`; the first of each name, without the empty ones."""
    meta: dict[str, str] = {}
    for block in children_named(root, "meta"):
        for element in block:
            if element.text:
                meta.setdefault(local_name(element.tag), element.text)
    return meta
