"""Privacy classes and scopes: what each answer is, and what flows from identity.

A group's class is the default of what is inside; a row's own word wins. What is stored and computed from an identity
answer is identity too, however many steps lie between, unless its row states another class, which is then a warning.
An instance name, an entity's label, id or property may never hold identity: those lie open. Labels of notes are not
stored, so they may greet by name. Reads the sheets only; what it decides goes into the schema.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from forms.schema import PRIVACIES as STRICTNESS
from forms.schema import Privacy
from forms.workbook.columns import (
    CALCULATION,
    DEFAULT,
    INSTANCE_NAME,
    LABEL,
    PARAMETERS,
    REPEAT_COUNT,
    SAVE_TO,
    Columns,
    Meaning,
)
from forms.workbook.findings import Finding, finding
from forms.workbook.references import ANY, reads
from forms.workbook.survey import SurveyRow, SurveyRows

PRIVACIES = ("quasi", "sensitive", "identity")

_SCOPE = re.compile(r"[a-z][a-z0-9_]*")

#: What people write instead of a class.
_MEANT = {
    "p1": "quasi", "p2": "sensitive", "p3": "identity", "sensitif": "sensitive", "identitas": "identity",
    "pribadi": "identity", "rahasia": "identity", "private": "identity", "personal": "identity",
}  # fmt: skip

#: What people write instead of a heading; the rest is found by likeness.
_MEANT_HEADINGS = {"privasi": "privacy", "kerahasiaan": "privacy", "lingkup": "scope", "cakupan": "scope"}

_LOCATIONS = frozenset({"geopoint", "geotrace", "geoshape"})


@dataclass
class Classes:
    """The class and the scope of every node, by path; findings about them."""

    privacy: dict[str, Privacy] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Stored:
    """A node that keeps a value computed from `names`, and the cell that computes it."""

    path: str
    name: str
    names: frozenset[str]
    row: SurveyRow
    column: Meaning


def classify(survey: SurveyRows, columns: dict[str, Columns]) -> Classes:
    """Decide the class and scope of every node and find what identity must not reach."""
    classes = Classes()
    classes.findings += _headings(survey.columns)
    privacy, scope = _column(survey.columns, "privacy"), _column(survey.columns, "scope")
    for row in survey.rows:
        _state(row, survey, privacy, scope, classes)
    sources = _flow(survey, classes)
    classes.findings += _openings(survey, columns, classes, sources)
    classes.findings += _scopes_on_identity(survey, scope, classes)
    if sources:
        classes.findings += _beside_identity(survey, classes)
        classes.privacy.update({path: "identity" for path in ("/meta/audit",) if path not in classes.stated})
    return classes


def _column(columns: Columns, word: str) -> str | None:
    """Find the heading, in any case: a column meant to protect must never be passed over for a capital letter."""
    return columns.header((word,)) or next((h for h in columns.unknown if h.lower() == word), None)


def _headings(columns: Columns) -> Iterator[Finding]:
    for header in columns.unknown:
        plain = header.lower()
        if header in ("privacy", "scope"):
            continue
        place = columns.sheet.place(1, header)
        if plain in ("privacy", "scope"):
            code = "privacy-column" if columns.header((plain,)) else "privacy-column-case"
            yield finding(code, place, header=header, meant=plain)
            continue
        like = difflib.get_close_matches(plain, ("privacy", "scope"), n=1, cutoff=0.75)
        if meant := _MEANT_HEADINGS.get(plain) or next(iter(like), None):
            yield finding("privacy-column", place, header=header, meant=meant)


def _state(row: SurveyRow, survey: SurveyRows, privacy: str | None, scope: str | None, classes: Classes) -> None:
    """Take a row's own words, else the class of what is around it."""
    sheet = survey.columns.sheet
    inherited = classes.privacy.get(row.parent.path, "") if row.parent else ""
    word = row.cells.get(privacy, "").strip() if privacy else ""
    if word in PRIVACIES:
        classes.stated.add(row.path)
        classes.privacy[row.path] = cast("Privacy", word)
    else:
        classes.privacy[row.path] = inherited
        if word:
            hint, hint_id = _suggestion(word)
            place = sheet.place(row.number, privacy)
            classes.findings.append(finding("privacy-unknown", place, value=word, hint=hint, hint_id=hint_id))
    if dimension := row.cells.get(scope, "").strip() if scope else "":
        place = sheet.place(row.number, scope)
        if not row.is_leaf:
            classes.findings.append(finding("scope-not-on-a-question", place))
        elif not _SCOPE.fullmatch(dimension):
            classes.findings.append(finding("scope-malformed", place, value=dimension))
        else:
            classes.scopes[row.path] = dimension


def _suggestion(word: str) -> tuple[str, str]:
    plain = word.lower()
    like = difflib.get_close_matches(plain, PRIVACIES, n=1, cutoff=0.6)
    meant = _MEANT.get(plain) or next(iter(like), None)
    return (f" (did you mean {meant}?)", f" (maksudnya {meant}?)") if meant else ("", "")


def _flow(survey: SurveyRows, classes: Classes) -> set[str]:
    """Carry identity along what is stored, in any order of rows; give the names that hold it in the end."""
    readers: dict[str, list[_Stored]] = {}
    for node in _stored(survey, classes):
        for name in node.names:
            readers.setdefault(name, []).append(node)
    holding = {row.name for row in survey.rows if row.is_leaf and classes.privacy[row.path] == "identity"}
    waiting = sorted(holding)
    opened: dict[str, Finding] = {}
    while waiting:
        name = waiting.pop()
        for node in [*readers.get(name, ()), *readers.get(ANY, ())]:
            if node.path in classes.stated:
                if classes.privacy[node.path] != "identity":
                    opened.setdefault(node.path, _opened(node, name, survey, classes))
                continue
            classes.privacy[node.path] = "identity"
            if node.name not in holding:
                holding.add(node.name)
                waiting.append(node.name)
    classes.findings += opened.values()
    return holding


def _opened(node: _Stored, source: str, survey: SurveyRows, classes: Classes) -> Finding:
    place = survey.columns.sheet.place(node.row.number, survey.columns.header(node.column))
    stated = classes.privacy[node.path]
    return finding("identity-computed-open", place, source=f"${{{source}}}", stated=stated)


def _stored(survey: SurveyRows, classes: Classes) -> Iterator[_Stored]:
    """Yield the nodes that keep a computed value, those that pyxform adds included."""
    for row in survey.rows:
        if row.is_leaf:
            for column in (CALCULATION, DEFAULT):
                if names := reads(survey.cell(row, column)):
                    yield _Stored(row.path, row.name, names, row, column)
            if "${" in row.type:  # select_one ${name}: the choices, and so the answer, are answers to ${name}
                yield _Stored(row.path, row.name, reads(row.type), row, ("type",))
            if row.type.endswith(("or_other", "or other", "or specify other")):
                classes.privacy[f"{row.path}_other"] = classes.privacy[row.path]
        elif names := reads(survey.cell(row, REPEAT_COUNT)):
            yield _Stored(f"{row.path}_count", f"{row.name}_count", names, row, REPEAT_COUNT)


def _openings(
    survey: SurveyRows, columns: dict[str, Columns], classes: Classes, sources: set[str]
) -> Iterator[Finding]:
    """Yield the cells through which identity would lie open: instance name, entity label, id and property."""
    if settings := columns.get("settings"):
        yield from _holding(settings, INSTANCE_NAME, "identity-in-instance-name", sources)
    if entities := columns.get("entities"):
        yield from _holding(entities, LABEL, "identity-in-entity-label", sources)
        yield from _holding(entities, ("entity_id",), "identity-in-entity-id", sources)
    for row in survey.rows:
        if row.is_leaf and classes.privacy[row.path] == "identity" and survey.cell(row, SAVE_TO):
            place = survey.columns.sheet.place(row.number, survey.columns.header(SAVE_TO))
            yield finding("identity-saved-to-entity", place, source=f"${{{row.name}}}")


def class_of_name(instance_name: str, survey: SurveyRows, classes: Classes) -> Privacy:
    """Give an instance name's class, the strictest of the answers that it reads: whoever sees all of them sees it."""
    names = reads(instance_name)
    read = (classes.privacy[row.path] for row in survey.rows if row.is_leaf and (row.name in names or ANY in names))
    return max(read, key=STRICTNESS.index, default="")


def _holding(columns: Columns, meaning: Meaning, code: str, sources: set[str]) -> Iterator[Finding]:
    for number, cells in columns.sheet.numbered():
        names = reads(columns.cell(cells, meaning))
        held = sorted(names & sources) or (sorted(sources)[:1] if ANY in names and sources else [])
        if held:
            place = columns.sheet.place(number, columns.header(meaning))
            yield finding(code, place, source=f"${{{held[0]}}}")


def _scopes_on_identity(survey: SurveyRows, scope: str | None, classes: Classes) -> Iterator[Finding]:
    for path in classes.scopes:
        if classes.privacy[path] == "identity":
            yield finding("scope-on-identity", survey.columns.sheet.place(survey.by_path[path].number, scope))


def _beside_identity(survey: SurveyRows, classes: Classes) -> Iterator[Finding]:
    """Yield the places and recordings in a form that records who people are."""
    sheet = survey.columns.sheet
    for row in survey.rows:
        privacy = classes.privacy[row.path]
        kind = QUESTION_TYPE_DICT.get(row.type, {}) if row.is_leaf else {}
        located = row.type == "audit" and "location-" in survey.cell(row, PARAMETERS)
        place = sheet.place(row.number, survey.columns.header(("type",)))
        if located or (kind.get("bind", {}).get("type") in _LOCATIONS and privacy != "identity"):
            yield finding("location-beside-identity", place, what=row.type)
        elif not privacy and _records_people(row.type, kind.get("control", {})):
            yield finding("media-beside-identity", place, source=f"${{{row.name}}}")


def _records_people(question: str, control: dict[str, str]) -> bool:
    media: Iterable[str] = ("image", "audio", "video")
    return question == "background-audio" or control.get("mediatype", "").partition("/")[0] in media
