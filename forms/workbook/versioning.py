"""Another version on a finished XForm: one attribute is rewritten, every other byte stays (ODK Central API, publish).

Pure. The place is found with an XML parser, so that comments, prefixes and look-alikes do not mislead it.
"""

import re
from xml.parsers import expat
from xml.sax.saxutils import escape

from forms.problems import UnexpectedValue

#: The primary instance's root lies here, counted in local names from the document's root (ODK XForms specification).
_AROUND = ("html", "head", "model", "instance")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(rb"<[^\s/>]+")


def with_version(xform: bytes, version: str) -> bytes:
    """Give the XForm with `version` as its primary instance's version attribute, whatever prefix that had.

    Raises UnexpectedValue where the version has characters that XML cannot carry.
    """
    if _NOT_XML.search(version):
        raise UnexpectedValue(field="version", value=None, reason="it has characters that an XForm cannot carry")
    start = _root_at(xform)
    name = _NAME.match(xform, start)
    if name is None:
        raise ValueError("the primary instance's root is not where the parser said")
    value = b'"' + escape(version, {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}).encode() + b'"'
    position = name.end()
    while attribute := _ATTRIBUTE.match(xform, position):
        if not attribute[1].startswith(b"xmlns:") and attribute[1].rpartition(b":")[2] == b"version":
            return xform[: attribute.start(2)] + value + xform[attribute.end(2) :]
        position = attribute.end()
    return xform[: name.end()] + b" version=" + value + xform[name.end() :]


def _root_at(xform: bytes) -> int:
    """Tell at which byte the start tag of the primary instance's root begins."""
    path: list[str] = []
    found: list[int] = []
    parser = expat.ParserCreate()

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if tuple(path) == _AROUND and not found:
            found.append(parser.CurrentByteIndex)
        path.append(tag.rpartition(":")[2])

    def end(_tag: str) -> None:
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(xform, True)  # noqa: FBT003 -- expat takes it by position
    if not found:
        raise ValueError("there is no primary instance")
    return found[0]
