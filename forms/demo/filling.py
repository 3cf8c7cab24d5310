"""Filled forms as XML, laid out as a phone does it.

It owns the writing of an instance from answers by question name: document order, groups, repeats, the `meta` block.
A question that was not relevant has no element; one that was relevant and left blank has an empty one (the engine
of ODK Collect leaves non-relevant nodes out when it serialises). It invents nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as ET

from forms.schema import Field, Schema

NAMESPACES = {
    "xmlns:orx": "http://openrosa.org/xforms",
    "xmlns:entities": "http://www.opendatakit.org/xforms/entities",
    "xmlns:odk": "http://www.opendatakit.org/xforms",
    "xmlns:h": "http://www.w3.org/1999/xhtml",
    "xmlns:jr": "http://openrosa.org/javarosa",
}

Answers = dict[str, str]


@dataclass(frozen=True)
class Filled:
    """One filled form: when it was opened and finished, its answers, the rows of its repeats, its meta block.

    Answers go by question name, which the pack's forms never use twice. `entity` holds the entity node's attributes
    in order, and under "label" its label, if it has one.
    """

    instance_id: str
    start: datetime
    end: datetime
    name: str
    answers: Answers
    entity: Answers
    rows: dict[str, list[Answers]] = field(default_factory=dict)


def moment(when: datetime) -> str:
    """Write a moment as a phone does: milliseconds and the offset from UTC."""
    return when.isoformat(timespec="milliseconds")


def code(prefix: str, uuid: str) -> str:
    """Make the short code that the forms make from a random UUID: PREFIX-7F3A-91C2-0B."""
    upper = uuid.upper()
    return f"{prefix}-{upper[:4]}-{upper[4:8]}-{upper[9:11]}"


def write(schema: Schema, filled: Filled) -> bytes:
    """Write the submission. Raises ValueError where an answer or a row names no field of the form."""
    answers = {
        "start": moment(filled.start),
        "end": moment(filled.end),
        "today": filled.end.date().isoformat(),
        "username": "",
        **filled.answers,
    }
    _check(schema, "", answers)
    root = ET.Element(schema.root, {"id": schema.form_id, "version": schema.version, **NAMESPACES})
    nodes = {"": root}
    for here in schema.fields:
        if here.path.startswith("/meta") or here.repeat:
            continue
        if here.kind == "repeat":
            _repeat(nodes, schema, here, filled.rows.get(here.name, []))
        elif here.kind == "leaf" and here.name in answers:
            _leaf(nodes, here, answers[here.name])
    _meta(root, filled)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b"<?xml version='1.0' encoding='UTF-8' ?>" + written


def _repeat(nodes: dict[str, ET.Element], schema: Schema, repeat: Field, rows: Iterable[Answers]) -> None:
    for row in rows:
        _check(schema, repeat.path, row)
        element = ET.SubElement(_group(nodes, _above(repeat.path)), repeat.name)
        inside = {repeat.path: element}
        for leaf in schema.level(repeat.path):
            if leaf.name in row:
                _leaf(inside, leaf, row[leaf.name])


def _leaf(nodes: dict[str, ET.Element], leaf: Field, value: str) -> None:
    ET.SubElement(_group(nodes, _above(leaf.path)), leaf.name).text = value


def _group(nodes: dict[str, ET.Element], path: str) -> ET.Element:
    """Find the element of a group, making it when its first child comes."""
    if path not in nodes:
        nodes[path] = ET.SubElement(_group(nodes, _above(path)), path.rpartition("/")[2])
    return nodes[path]


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _meta(root: ET.Element, filled: Filled) -> None:
    meta = ET.SubElement(root, "meta")
    attributes = {name: value for name, value in filled.entity.items() if name != "label"}
    entity = ET.SubElement(meta, "entity", attributes)
    if "label" in filled.entity:
        ET.SubElement(entity, "label").text = filled.entity["label"]
    ET.SubElement(meta, "instanceID").text = f"uuid:{filled.instance_id}"
    ET.SubElement(meta, "instanceName").text = filled.name


def _check(schema: Schema, repeat: str, answers: Mapping[str, str]) -> None:
    unknown = sorted(set(answers) - {leaf.name for leaf in schema.level(repeat)})
    if unknown:
        raise ValueError(f"form {schema.form_id} has no question {', '.join(unknown)}; the recipe and the form differ")
