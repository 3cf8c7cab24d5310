"""Filled forms as XML, written by hand where a test is about the envelope and not about filling."""

from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from tests.support.phone import Filled


def instance(
    form_id: str,
    version: str = "1",
    answers: str = "",
    *,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    name: str | None = None,
) -> bytes:
    """Write a submission; `answers` is the XML of what was answered."""
    meta = "".join(
        f"<{tag}>{escape(value)}</{tag}>"
        for tag, value in (("instanceID", instance_id), ("deprecatedID", deprecated_id), ("instanceName", name))
        if value is not None
    )
    head = f"<data id={quoteattr(form_id)} version={quoteattr(version)}>"
    return f'<?xml version="1.0"?>{head}{answers}<meta>{meta}</meta></data>'.encode()


def new_id() -> str:
    """Make an instance id as phones do."""
    return f"uuid:{uuid4()}"


def on_phone(xml: bytes, instance_id: str, files: dict[str, bytes] | None = None) -> Filled:
    """Lay a submission written by hand on a phone, with the files beside it."""
    return Filled(xml, files or {}, instance_id, "Uji_2026-01-31_10-02-49.xml")
