"""A workbook, start to finish: bounds, sheets, our checks, pyxform, the XForm's schema, and all findings together.

`convert` either gives a form that can be published or refuses with every error it could find; `lint` gives the
findings alone. An XForm that was uploaded as XML takes the last step only.
"""

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, ParseError, fromstring

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException
from pyxform.constants import SUPPORTED_SHEET_NAMES
from pyxform.errors import PyXFormError
from pyxform.xls2xform import ConvertResult
from pyxform.xls2xform import convert as pyxform_convert

from forms.problems import InvalidWorkbook, InvalidXForm, MissingMeta, MissingParameter, Problem
from forms.schema import NAME_PATH, Schema, Texts
from forms.workbook import codes, settings, structure, xform
from forms.workbook.book import Book, read, survey_by_another_name
from forms.workbook.classes import Classes, class_of_name, classify
from forms.workbook.columns import INSTANCE_NAME, LABEL, Columns
from forms.workbook.container import MAX_BYTES
from forms.workbook.findings import NOWHERE, Finding, finding, has_errors, in_order, refusal
from forms.workbook.pyxform_texts import from_pyxform
from forms.workbook.slots import AttachmentSlot
from forms.workbook.survey import EACH_CHOICE, MAX_DEPTH, SurveyRow, SurveyRows, read_survey
from forms.workbook.views_sheet import VIEWS, ViewsSheet, read_views

#: What XML 1.0 cannot carry (§2.2), lone surrogates included.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_OLD_ENTITIES = ("2022.1", "2023.1")


@dataclass(frozen=True)
class Conversion:
    """A form ready to be kept: the XForm's bytes as phones will get them, its schema, and what was noticed.

    `itemsets` is the CSV for the slot itemsets.csv, where the workbook has an external_choices sheet in use. `views` is
    the views sheet as it was read: what it means depends on the project's other forms, and is checked there.
    """

    xform: bytes
    schema: Schema
    findings: tuple[Finding, ...]
    itemsets: bytes | None
    attachments: tuple[AttachmentSlot, ...]
    views: ViewsSheet | None = None
    sheets: tuple[str, ...] = ()


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Look for no cycles meanwhile: what a conversion makes lives until its end, and looking costs a fifth of it.

    The switch is the process's; of several conversions at once, the first that switched off switches on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_garbage_collection()
def convert(data: bytes, filename: str) -> Conversion:  # noqa: ARG001 -- what a file is, its bytes say
    """Convert a workbook (.xlsx, .xlsm, .xls) into a form.

    Raises:
        InvalidWorkbook: it has errors; `details["findings"]` holds them all, warnings included.
    """
    whole = read(data, {*SUPPORTED_SHEET_NAMES, VIEWS})
    misnamed = survey_by_another_name(data, whole)
    if misnamed is not None:
        raise refusal([finding("survey-misnamed", misnamed.place(), title=misnamed.title)])
    book, views, said_of_views = _without_views(whole)
    columns = {name: Columns(name, sheet) for name, sheet in book.sheets.items()}
    survey = read_survey(columns["survey"]) if "survey" in columns else None
    if survey is not None and survey.depth > MAX_DEPTH:
        raise refusal([finding("nested-too-deep", survey.columns.sheet.place(), limit=MAX_DEPTH)])
    classes = classify(survey, columns) if survey is not None else Classes()
    findings = [*book.findings, *said_of_views]
    if survey is not None:
        findings += _checks(book, columns, survey, classes)
    result, said = _run_pyxform(book, columns)
    findings += said
    form: xform.XForm | None = None
    if result is not None and not has_errors(findings):
        form, said = _read_result(result, book, columns)
        findings += said
    findings = list(in_order(findings, book.titles))
    if result is None or form is None or survey is None:
        raise refusal(findings)
    return Conversion(
        xform=result.xform.encode(),
        schema=_with_rows(form.schema, survey, classes, columns.get("settings")),
        findings=tuple(findings),
        itemsets=result.itemsets.encode() if result.itemsets is not None else None,
        attachments=form.slots,
        views=views,
        sheets=book.titles,
    )


def _without_views(book: Book) -> tuple[Book, ViewsSheet | None, tuple[Finding, ...]]:
    """Take the views sheet out, which is no part of the form that pyxform converts."""
    if VIEWS not in book.sheets:
        return book, None, ()
    views, said = read_views(book.sheets[VIEWS])
    return replace(book, sheets={n: s for n, s in book.sheets.items() if n != VIEWS}), views, said


def lint(data: bytes, filename: str) -> tuple[Finding, ...]:
    """Give everything that is to be said about a workbook, errors first; a bad workbook is no exception here."""
    try:
        return convert(data, filename).findings
    except InvalidWorkbook as problem:
        findings: tuple[Finding, ...] = problem.details["findings"]
        return findings


def read_xform(xml: bytes) -> Conversion:
    """Make schema and attachment slots from an XForm that was uploaded as XML; its bytes are kept as they are.

    Raises:
        MissingParameter: it is no XForm, or has no form id.
        InvalidXForm, UnexpectedValue, ValueTooLong, InvalidEntityForm, MissingMeta: as in `xform.read`.
    """
    form = xform.read(_parse_uploaded(xml))
    version = form.entities_version
    old = [finding("entities-version-old", version=version)] if version.startswith(_OLD_ENTITIES) else []
    return Conversion(xml, form.schema, tuple(old), None, form.slots)


def entities_version(xform_bytes: bytes) -> str:
    """Tell which version of the entities specification a kept XForm follows ("2025.1.0"); "" where it has none."""
    return xform.entities_version(_parse_uploaded(xform_bytes))


def _checks(book: Book, columns: dict[str, Columns], survey: SurveyRows, classes: Classes) -> Iterator[Finding]:
    for sheet in book.sheets.values():
        yield from codes.errors_in_cells(sheet)
    yield from settings.check(book, columns)
    yield from codes.check(survey, classes, columns)
    yield from classes.findings
    for message in structure.messages(survey, columns):
        yield from from_pyxform("error", message, book, columns)


def _run_pyxform(book: Book, columns: dict[str, Columns]) -> tuple[ConvertResult | None, list[Finding]]:
    """Convert with pyxform; what it says becomes findings, whatever way it fails."""
    warnings: list[str] = []
    result: ConvertResult | None = None
    findings: list[Finding] = []
    try:
        result = pyxform_convert(book.for_pyxform(), warnings=warnings, validate=False)
    except PyXFormError as error:
        findings += from_pyxform("error", str(error), book, columns)
    except OSError:
        raise  # a full disk is not the workbook's fault
    except Exception as error:  # noqa: BLE001 -- pyxform fails in its own ways on forms it did not foresee
        findings += _unforeseen(error, book)
    for text in warnings:
        findings += from_pyxform("warning", text, book, columns)
    return result, findings


def _read_result(
    result: ConvertResult, book: Book, columns: dict[str, Columns]
) -> tuple[xform.XForm | None, list[Finding]]:
    """Read the XForm that pyxform made, as a phone would."""
    try:
        return xform.read(fromstring(result.xform.encode())), []  # noqa: S314 -- pyxform's own output, without a DTD
    except MissingMeta:
        sheet = columns["settings"].sheet if "settings" in columns else None
        place = sheet.place(2, "omit_instanceID") if sheet else NOWHERE
        return None, [finding("meta-missing", place)]
    except Problem as problem:
        return None, [Finding("error", problem.text("en"), problem.text("id"), code="xform")]
    except (ParseError, UnicodeEncodeError) as error:
        return None, _unforeseen(error, book)


def _unforeseen(error: Exception, book: Book) -> list[Finding]:
    """Explain a failure: by the characters that XML cannot carry where there are any, else by its kind."""
    places = [
        sheet.place(row, header)
        for sheet in book.sheets.values()
        for row, cells in sheet.numbered()
        for header, text in cells.items()
        if _NOT_XML.search(text)
    ]
    if places:
        return [finding("characters-not-allowed", place) for place in places]
    return [finding("converter-failed", kind=type(error).__name__)]


def _with_rows(schema: Schema, survey: SurveyRows, classes: Classes, settings_sheet: Columns | None) -> Schema:
    """Add to the XForm's fields what only the workbook knows: rows, types as written, classes and scopes."""
    first = settings_sheet.sheet.rows[0] if settings_sheet and settings_sheet.sheet.rows else {}
    name = settings_sheet.cell(first, INSTANCE_NAME) if settings_sheet else ""
    privacy = {**classes.privacy, NAME_PATH: class_of_name(name, survey, classes)}
    in_sheet = _path_in_sheet(survey)
    fields = []
    for field in schema.fields:
        path = in_sheet(field.path)
        row = survey.by_path.get(path)
        fields.append(
            replace(
                field,
                labels=field.labels or (_labels(row, survey, schema) if row is not None and row.is_leaf else {}),
                question=row.type if row is not None and row.is_leaf else "",
                privacy=privacy.get(path, ""),
                scope=classes.scopes.get(path, ""),
                row=row.number if row is not None else None,
            )
        )
    return replace(schema, fields=tuple(fields), instance_name=name or schema.instance_name)


def _labels(row: SurveyRow, survey: SurveyRows, schema: Schema) -> Texts:
    """Give the labels of a row that asks nothing, such as a calculation: a phone shows none, so the XForm has none."""
    plain = schema.default_language if schema.default_language in schema.languages else ""
    meanings = survey.columns.meanings
    return {
        meanings[header][1] if len(meanings[header]) > 1 else plain: text
        for header, text in row.cells.items()
        if text and meanings[header][0] == LABEL[0]
    }


def _path_in_sheet(survey: SurveyRows) -> Callable[[str], str]:
    """Give the function from a field's path to its row's: the rows in a loop stand for every choice of its list."""
    loops = [row.path for row in survey.rows if row.kind == "loop"]

    def path_in_sheet(path: str) -> str:
        for loop in loops:
            if path.startswith(f"{loop}/"):
                _, _, rest = path[len(loop) + 1 :].partition("/")
                path = f"{loop}/{EACH_CHOICE}/{rest}" if rest else f"{loop}/{EACH_CHOICE}"
        return path

    return path_in_sheet


def _parse_uploaded(xml: bytes) -> Element:
    if len(xml) > MAX_BYTES:
        raise InvalidXForm(
            reason=f"it is larger than {MAX_BYTES // 2**20} MB. Put long choice lists into CSV files.",
            reason_id=f"lebih besar dari {MAX_BYTES // 2**20} MB. Taruh daftar pilihan yang panjang di berkas CSV.",
        )
    try:
        xml.decode()
        document: Element = defusedxml.ElementTree.fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidXForm(
            reason="it has a document type declaration. Remove <!DOCTYPE …> and send it again.",
            reason_id="ada deklarasi tipe dokumen. Hapus <!DOCTYPE …> lalu kirim lagi.",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise MissingParameter(field="formId") from error
    return document
