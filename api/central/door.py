"""The door of the ODK Central API: how it answers, and what several of its resources read from a request."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from flask import Response, request

from api.endpoint import Door, refuse_json, server, write_json
from forms.models import Blob
from forms.problems import InvalidDataType, InvalidHeader

#: Address of one form.
FORM = "/projects/<project_id>/forms/<xml_form_id>"
#: The answer to a deed that gives nothing back.
SUCCESS = {"success": True}

_LEADING_DIGITS = re.compile(r"\d+", re.ASCII)
_NOT_IN_FILE_NAMES = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f-\x9f]')
_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")
_LARGEST = 2**31 - 1


def _write(result: object) -> Response:
    """Write JSON with a tag of its content, so that who asks again for the same gets 304."""
    response = write_json(result)
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:  # noqa: PLR2004
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


central = Door("central", _write, refuse_json, "/v1")


def is_extended() -> bool:
    """Tell whether the client asks for counts and people along with the thing itself."""
    return request.headers.get("X-Extended-Metadata", "").lower() == "true"


def flag(name: str) -> bool:
    """Read a yes or no from the query; clients in Python write it with a capital letter."""
    return request.args.get(name, "").lower() == "true"


def is_refused(name: str) -> bool:
    """Tell whether the query says an explicit no."""
    return request.args.get(name, "").lower() == "false"


def paging() -> tuple[int | None, int]:
    """Read limit and offset from the query; InvalidDataType where one does not begin with a digit."""
    return _number("limit"), _number("offset") or 0


def _number(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    digits = _LEADING_DIGITS.match(text)
    if digits is None:
        raise InvalidDataType(field=name, value=text, expected="integer")
    return min(int(digits[0]), _LARGEST) if len(digits[0]) < len(str(_LARGEST)) else _LARGEST


def action_notes() -> str | None:
    """Read what the client wants noted with its deed; InvalidHeader where it is not UTF-8."""
    text = request.headers.get("X-Action-Notes")
    try:
        return unquote(text, errors="strict") if text else None
    except UnicodeDecodeError:
        raise InvalidHeader(field="x-action-notes", value=None) from None


def clean_file_name(name: str) -> str:
    """Drop what no file name may hold."""
    clean = _NOT_IN_FILE_NAMES.sub("", name).encode(errors="replace").decode()
    return clean if clean.strip(". ") else "_"


def set_file_name(response: Response, name: str, *, is_inline: bool = False) -> Response:
    """Say under which name to save an answer, in ASCII and in full (ODK Central API, response headers)."""
    clean = clean_file_name(name)
    plain = _NOT_ASCII.sub("-", clean)
    how = "inline" if is_inline else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
    return response


def give_bytes(read: Callable[[], bytes], content_type: str, tag: str) -> Response:
    """Answer with bytes and their tag; where the client has them, with 304 and without reading them."""
    is_known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if is_known else Response(read(), content_type=content_type)
    response.set_etag(tag)
    return response


def give_file(blob: Blob, content_type: str | None, name: str, *, is_inline: bool = False) -> Response:
    """Answer with a kept file and its tag, or 304 where the client has it."""
    # A file that phones sent has no MD5 (see Vault); its keyed name tells equal content as well.
    tag = blob.md5 or blob.hash.hex()
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(server().vault.read(blob), content_type=content_type or "application/octet-stream")
        response.content_length = blob.size
    response.set_etag(tag)
    return set_file_name(response, name, is_inline=is_inline)
