"""The kept XML of submissions, opened and laid out again: what check compares with and rebuild writes from."""

from typing import Any, Final

from sqlalchemy import Row

from forms import catalogue, instance
from forms.instance import Rows
from forms.problems import Problem, SealBroken
from forms.submissions.receive import xml_context
from forms.vault import ProjectKeys

#: What is read in one go, and held in memory: so many contents, or fewer where their sealed XML exceeds these bytes.
PIECE: Final = 200
PIECE_BYTES: Final = 2_000_000


def open_xml(keys: ProjectKeys, content: Row[Any]) -> bytes | None:
    """Open a content's XML, a row with form_id, xml and xml_hash; None where it is not what was kept."""
    try:
        xml = keys.unseal(content.xml, xml_context(content.form_id))
    except SealBroken:
        return None
    return xml if keys.hash("submission xml", xml) == content.xml_hash else None


def lay_out(xml: bytes, version_id: int) -> Rows | None:
    """Lay an XML out by a form version's schema; None where that refuses it, though it was accepted once."""
    try:
        return instance.rows(instance.parse(xml), catalogue.schema(version_id))
    except Problem:
        return None
