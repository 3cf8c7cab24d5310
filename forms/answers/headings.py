"""The columns of an export: which there are, what they are called, and how SQL gives them.

Names and order are those of ODK Central's CSV (API, CSV export), which Briefcase began and R and Python libraries
read: a group's questions as `group-question`, a geopoint in four columns, what we know of the submission at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from forms.answers.places import Layout, Place
from forms.schema import Texts, localized

#: Where the parts of a geopoint are in its text.
_GEOPOINT = {"Latitude": 1, "Longitude": 2, "Altitude": 3, "Accuracy": 4}

_SUBMISSION: dict[str, Texts] = {
    "KEY": {"en": "Record id", "id": "ID data"},
    "SubmitterID": {"en": "Sender's number", "id": "Nomor pengirim"},
    "SubmitterName": {"en": "Sender", "id": "Pengirim"},
    "AttachmentsPresent": {"en": "Files received", "id": "Berkas diterima"},
    "AttachmentsExpected": {"en": "Files expected", "id": "Berkas seharusnya"},
    "Status": {"en": "Status", "id": "Status"},
    "ReviewState": {"en": "Review", "id": "Tinjauan"},
    "DeviceID": {"en": "Device", "id": "Perangkat"},
    "Edits": {"en": "Edits", "id": "Jumlah perbaikan"},
    "FormVersion": {"en": "Form version", "id": "Versi formulir"},
}
_DATE: Texts = {"en": "Received", "id": "Diterima"}
_REPEAT: dict[str, Texts] = {
    "PARENT_KEY": {"en": "Belongs to", "id": "Bagian dari"},
    "KEY": {"en": "Row id", "id": "ID baris"},
}


@dataclass(frozen=True)
class Heading:
    """One column of an export: `name` as API clients expect it, and what it holds.

    `path` is of a question, "" for what we know of the submission or row (`name` then says what). `part` is
    "Latitude" and so on where a column holds a part of a geopoint. `labels` are the question's own, by language.
    """

    name: str
    path: str = ""
    part: str = ""
    labels: Texts = field(default_factory=dict)

    def label(self, language: str, default: str = "") -> str:
        """Give the text for people in a language ("id", "en"), else in the form's default one, else the name."""
        text = localized(self.labels, language, default) or self.name
        return f"{text} ({self.part})" if self.part and text != self.name else text


def columns(layout: Layout, repeat: str = "", *, group_paths: bool = True) -> tuple[Heading, ...]:
    """List the columns of the CSV of the root or a repeat; `group_paths=False` leaves the groups' names out."""
    answers = [h for place in layout.levels[repeat].places for h in _of_place(place, repeat, group_paths=group_paths)]
    if repeat:
        return (*answers, *(Heading(name, labels=labels) for name, labels in _REPEAT.items()))
    around = (Heading(name, labels=labels) for name, labels in _SUBMISSION.items())
    return (Heading("SubmissionDate", labels=_DATE), *answers, *around)


def _of_place(place: Place, repeat: str, *, group_paths: bool) -> list[Heading]:
    asked = place.field
    name = asked.path[len(repeat) + 1 :].replace("/", "-") if group_paths else asked.name
    if asked.type != "geopoint" or place.column.type != "geo":
        return [Heading(name, asked.path, labels=asked.labels)]
    return [Heading(f"{name}-{part}", asked.path, part, asked.labels) for part in _GEOPOINT]


@dataclass(frozen=True)
class Style:
    """How values are written.

    `neutral` puts an apostrophe before a text that a spreadsheet would take for a formula. Instants are ISO 8601 in
    UTC with milliseconds, or, with a `zone`, the wall clock there as spreadsheets read it. `typed` writes values for
    `stream` to read back instead. A sealed or hidden answer is null.
    """

    neutral: bool = False
    zone: str | None = None
    typed: bool = False


#: The characters that begin a formula, or that a spreadsheet drops from before one: = + - @, tab, line feed, return.
_FORMULA = ", ".join(str(ord(c)) for c in "=+-@\t\n\r")


def cell(layout: Layout, heading: Heading, style: Style) -> str:
    """Give a column as SQL over `s`, the pages p0, p1, … and what `copying` joins: `a`, `v`, `f` and the keys."""
    if not heading.path:
        return _SUBMISSION_CELLS[heading.name](style)
    return _answer(layout.places[heading.path], heading, style)


def _answer(place: Place, heading: Heading, style: Style) -> str:
    kind = place.column.type
    if place.is_closed:
        # Never a mask: somebody would send it back as the answer.
        return "null"
    if heading.part:
        return f"nullif(split_part({place.sql}, ' ', {_GEOPOINT[heading.part]}), '')"
    if style.typed:
        return place.sql
    if kind == "timestamptz":
        return _instant(place.sql, style)
    if kind == "boolean":
        return f"{place.sql}::text"
    return _text(place.sql, style) if kind in ("text", "geo") else place.sql


def _instant(sql: str, style: Style) -> str:
    if style.typed:
        return sql
    if style.zone is not None:
        return f"to_char({sql} at time zone %(wall)s, 'YYYY-MM-DD HH24:MI:SS')"
    # The connection's own time zone is UTC.
    return f"""to_char({sql}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


def _text(sql: str, style: Style) -> str:
    # The code of the first character is the cheapest look at it: half of what left() and a quarter of what ~ takes.
    return f"case when ascii({sql}) in ({_FORMULA}) then '''' || {sql} else {sql} end" if style.neutral else sql


_SUBMISSION_CELLS: dict[str, Callable[[Style], str]] = {
    "SubmissionDate": lambda style: _instant("s.created_at", style),
    "KEY": lambda style: _text("key", style),
    "PARENT_KEY": lambda style: _text("parent_key", style),
    "SubmitterID": lambda _: "s.submitter_id",
    "SubmitterName": lambda style: _text("a.display_name", style),
    "AttachmentsPresent": lambda _: "f.present",
    "AttachmentsExpected": lambda _: "f.expected",
    # Filled only where ODK's own encryption is used.
    "Status": lambda _: "null",
    "ReviewState": lambda _: "s.review_state",
    "DeviceID": lambda style: _text("s.device_id", style),
    "Edits": lambda _: "s.edits",
    "FormVersion": lambda style: _text("v.version", style),
}


def reader(layout: Layout, heading: Heading) -> Callable[[str], Any]:
    """Give what makes a typed value of a column's text as PostgreSQL writes it."""
    if not heading.path:
        if heading.name == "SubmissionDate":
            return datetime.fromisoformat
        return int if heading.name in ("SubmitterID", "AttachmentsPresent", "AttachmentsExpected", "Edits") else str
    kind = layout.places[heading.path].column.type
    return float if heading.part else _READERS[kind]


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "geo": str,
    "bigint": int,
    "double precision": float,
    "boolean": "t".__eq__,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "sealed": str,
}
