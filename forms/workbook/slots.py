"""Attachment slots: the files that a form needs beside it, derived from the XForm alone.

Follows ODK Central's rules, since clients fill the slots that Central would have. The last saved submission is a
device's own file and never a slot.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from forms.problems import InvalidXForm

SlotType = Literal["image", "audio", "video", "file"]

_XFORMS = "{http://www.w3.org/2002/xforms}"
_MEDIA: dict[str, SlotType] = {"image": "image", "big-image": "image", "audio": "audio", "video": "video"}
_FILE = re.compile(r"jr://(?:file|file-csv)/(.+)")
_MEDIA_URL = re.compile(r"jr://(?:images|image|audio|video)/(.+)")
_DEFAULT_IMAGE = re.compile(r"jr://images/(.+)")
_SEARCH = re.compile(r"search\s*\(\s*['\"]([^'\"]+)['\"]")
_PULLDATA = re.compile(r"pulldata\s*\(\s*['\"]([^'\"]+)['\"]")


@dataclass(frozen=True)
class AttachmentSlot:
    """A file that the form expects under this name."""

    name: str
    type: SlotType


def slots(document: Element, model: Element, root: Element) -> tuple[AttachmentSlot, ...]:
    """List the files that the form refers to, by name.

    Raises:
        InvalidXForm: one name is used for files of two kinds.
    """
    kinds: dict[str, SlotType] = {}
    for name, kind in _wanted(document, model, root):
        known = kinds.setdefault(name, kind)
        if known != kind:
            raise InvalidXForm(
                reason=f"the file {name} is used as {known} and as {kind}. One file has one kind: rename one of them.",
                reason_id=f"berkas {name} dipakai sebagai {known} dan sebagai {kind}. Satu berkas satu jenis: ganti "
                "nama salah satunya.",
            )
    return tuple(AttachmentSlot(name, kinds[name]) for name in sorted(kinds))


def csv_name(name: str) -> str:
    """Give the file that `search('name')` and `pulldata('name', …)` read."""
    return name if name.endswith(".csv") else f"{name}.csv"


def search_file(control: Element) -> str:
    """Give the file that a select with `search()` in its appearance takes its choices from, "" for others."""
    found = _SEARCH.search(control.get("appearance", ""))
    return csv_name(found[1]) if found else ""


def source_file(instance: Element) -> str:
    """Give the file that a secondary instance is read from, "" where it is inside the form or on the device."""
    found = _FILE.fullmatch(instance.get("src", ""))
    return _last_segment(found[1]) if found else ""


def _wanted(document: Element, model: Element, root: Element) -> Iterator[tuple[str, SlotType]]:
    for instance in model.iterfind(f"{_XFORMS}instance"):
        if name := source_file(instance):
            yield name, "file"
    for value in model.iter(f"{_XFORMS}value"):
        kind = _MEDIA.get(value.get("form", ""))
        if kind and (found := _MEDIA_URL.fullmatch((value.text or "").strip())):
            yield _last_segment(found[1]), kind
    for element in root.iter():
        if element.text and (found := _DEFAULT_IMAGE.fullmatch(element.text.strip())):
            yield _last_segment(found[1]), "image"
    for name in _looked_up(document, model):
        yield name, "file"


def _looked_up(document: Element, model: Element) -> Iterator[str]:
    """Name the files that are read by functions and queries, not by instances."""
    for bind in model.iter(f"{_XFORMS}bind"):
        for text in bind.attrib.values():
            if "pulldata" in text:
                yield from map(csv_name, _PULLDATA.findall(text))
    for control in document.iter(f"{_XFORMS}input"):
        if control.get("query"):
            yield "itemsets.csv"
    for tag in ("select", "select1"):
        yield from filter(None, map(search_file, document.iter(f"{_XFORMS}{tag}")))


def _last_segment(path: str) -> str:
    """Devices keep all of a form's files in one folder."""
    return path.rpartition("/")[2]
