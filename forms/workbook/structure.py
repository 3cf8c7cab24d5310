"""What pyxform would refuse, found everywhere at once.

pyxform stops at its first error. The common mistakes (names, lists, types, references, nesting) are looked for here
on all rows and said in pyxform's own words, so that one upload shows them together and the one that pyxform then
raises is recognised as a repetition.
"""

import re
from collections import Counter
from collections.abc import Iterator

from pyxform import aliases
from pyxform.constants import EXTERNAL_INSTANCE_EXTENSIONS
from pyxform.errors import ErrorCode, PyXFormError
from pyxform.parsing.expression import is_xml_tag
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.validators.pyxform.pyxform_reference import parse_pyxform_references
from pyxform.xls2json import RE_OSM, RE_SELECT

from forms.workbook.columns import CALCULATION, DEFAULT, LIST_NAME, NAME, TYPE, Columns, Meaning
from forms.workbook.survey import SurveyRow, SurveyRows, question_rows

_TRIGGER: Meaning = ("trigger",)
_LABEL: Meaning = ("label",)
_ALLOW_DUPLICATES: Meaning = ("allow_choice_duplicates",)

#: Columns of the survey sheet whose references pyxform does not look up by name alone.
_UNCHECKED = {("type",), ("name",), _TRIGGER}


def messages(survey: SurveyRows, columns: dict[str, Columns]) -> Iterator[str]:
    """Yield every message that pyxform would raise about the common mistakes, in its own words."""
    yield from survey.messages
    yield from _rows_without(survey.columns)
    yield from _names(survey)
    yield from _types(survey, columns)
    yield from _choices(columns)
    yield from _references(survey, columns)


def _rows_without(columns: Columns) -> Iterator[str]:
    """Rows without a type, and calculations without a formula."""
    if columns.header(TYPE) is None:
        return
    for number, cells, kind in question_rows(columns):
        if not kind:
            if columns.cell(cells, NAME) or any(columns.meanings[header][0] == "label" for header in cells):
                yield f"[row : {number}] Question with no type."
        elif kind == "calculate" and not columns.cell(cells, CALCULATION) and not columns.cell(cells, DEFAULT):
            yield f"[row : {number}] Missing calculation."


def _names(survey: SurveyRows) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for row in survey.rows:
        if not row.name:
            yield f"[row : {row.number}] Question or group with no name."
        elif not is_xml_tag(row.name):
            yield ErrorCode.NAMES_008.value.format(row=row.number, sheet="survey", column="name")
        elif row.name == "meta":
            yield ErrorCode.NAMES_005.value.format(row=row.number)
        elif row.type != "audit":
            place = (row.parent.path if row.parent else "", row.name)
            if place in seen:
                yield ErrorCode.NAMES_001.value.format(row=row.number, value=row.name)
            seen.add(place)


def _types(survey: SurveyRows, columns: dict[str, Columns]) -> Iterator[str]:
    lists: dict[str, set[str]] = {
        name: _list_names(columns[name]) for name in ("choices", "external_choices") if name in columns
    }
    for row in survey.rows:
        select = RE_SELECT.search(row.type) if row.is_leaf else None
        if select is not None:
            yield from _missing_list(row, select["select_command"], select["list_name"], lists)
        elif row.is_leaf and row.type not in QUESTION_TYPE_DICT and not RE_OSM.search(row.type):
            yield f"Unknown question type '{aliases._type_alias_map.get(row.type, row.type)}'."  # noqa: SLF001


def _missing_list(row: SurveyRow, command: str, name: str, lists: dict[str, set[str]]) -> Iterator[str]:
    if command == "select_one_external":
        if lists.get("external_choices") and name not in lists["external_choices"]:
            yield f"[row : {row.number}]List name not in external choices sheet: {name}"
    elif (
        lists.get("choices")
        and name not in lists["choices"]
        and not name.endswith(tuple(EXTERNAL_INSTANCE_EXTENSIONS))
        and command not in aliases.select_from_file
        and "${" not in name
    ):
        yield f"[row : {row.number}] List name not in choices sheet: {name}"


def _list_names(columns: Columns) -> set[str]:
    return {columns.cell(cells, LIST_NAME) for cells in columns.sheet.rows} - {""}


def _choices(columns: dict[str, Columns]) -> Iterator[str]:
    choices = columns.get("choices")
    if choices is None or choices.header(NAME) is None:
        return
    seen: set[tuple[str, str]] = set()
    for number, cells in choices.sheet.numbered():
        list_name, name = choices.cell(cells, LIST_NAME), choices.cell(cells, NAME)
        if not list_name:
            continue
        if not name:
            yield ErrorCode.NAMES_006.value.format(row=number)
        elif (list_name, name) in seen and not _duplicates_are_allowed(columns):
            yield ErrorCode.NAMES_007.value.format(row=number)
        seen.add((list_name, name))


def _duplicates_are_allowed(columns: dict[str, Columns]) -> bool:
    settings = columns.get("settings")
    first = settings.sheet.rows[0] if settings and settings.sheet.rows else {}
    return settings is not None and bool(aliases.yes_no.get(settings.cell(first, _ALLOW_DUPLICATES)))


def _references(survey: SurveyRows, columns: dict[str, Columns]) -> Iterator[str]:
    """References that name no question, or several, or are not written as one."""
    names = Counter(row.name for row in survey.rows if row.type != "audit")
    names["instanceID"] += 1
    questions = {row.name for row in survey.rows if row.is_leaf}
    for name, sheet_columns in columns.items():
        if name in ("external_choices", "osm"):
            continue
        for header, meaning in sheet_columns.meanings.items():
            if name == "survey" and meaning in _UNCHECKED:
                continue
            if (name == "choices" and meaning[0] not in aliases.TRANSLATABLE_CHOICES_COLUMNS) or (
                name == "entities" and meaning in (("dataset",), LIST_NAME, ("repeat",))
            ):
                continue
            for number, cells in sheet_columns.sheet.numbered():
                if "${" in (text := cells.get(header, "")):
                    yield from _broken_references(text, name, number, header, names)
    yield from _triggers(survey, questions)


def _broken_references(text: str, sheet: str, row: int, column: str, names: Counter[str]) -> Iterator[str]:
    place = {"sheet": sheet, "row": row, "column": column}
    try:
        references = parse_pyxform_references(text)
    except PyXFormError:
        yield ErrorCode.PYREF_001.value.format(**place)
        return
    for reference in references:
        if not names[reference.name]:
            yield ErrorCode.PYREF_003.value.format(**place, q=reference.name)
        elif names[reference.name] > 1:
            yield ErrorCode.PYREF_004.value.format(**place, q=reference.name)


def _triggers(survey: SurveyRows, questions: set[str]) -> Iterator[str]:
    for row in survey.rows:
        for name in re.findall(r"\$\{([^}]*)\}", survey.cell(row, _TRIGGER)):
            if name not in questions:
                yield ErrorCode.PYREF_003.value.format(sheet="survey", row=row.number, column="trigger", q=name)
