"""A plain table in Excel, such as a list of people: one sheet under headings that are known beforehand."""

from collections.abc import Container, Mapping, Sequence

from forms.workbook import book, codes
from forms.workbook.book import Sheet
from forms.workbook.findings import Finding, finding, refusal


def read_table(
    data: bytes,
    name: str,
    headings: Sequence[str],
    *,
    required: Container[str],
    exact: Container[str],
    aliases: Mapping[str, str],
) -> tuple[Sheet, tuple[Finding, ...]]:
    """Read the sheet `name`, or the only sheet there is; give it with what was found in its headings and cells.

    Headings count in any letter case, and as `aliases` (in small letters) have them; they are given as `headings` write
    them. In columns that are `exact`, what Excel
    made of a code is found.

    Raises:
        InvalidWorkbook: the bytes are no workbook, or it has no such sheet, or the sheet no filled row.
    """
    found = book.read(data, {name}, name)
    if name not in found.sheets:
        raise refusal([finding("table-missing", sheet=name)])
    sheet = _renamed(found.sheets[name], {**{heading.lower(): heading for heading in headings}, **aliases})
    if not any(sheet.rows):
        raise refusal([finding("table-empty", sheet.place())])
    findings = [*found.findings, *codes.errors_in_cells(sheet), *codes.damaged_in(sheet, exact)]
    missing = [heading for heading in headings if heading in required and heading not in sheet.headers]
    unknown = [header for header in sheet.headers if header is not None and header not in headings]
    findings += [finding("table-column-missing", sheet.place(1), header=header) for header in missing]
    findings += [finding("table-column-unknown", sheet.place(1, header), header=header) for header in unknown]
    return sheet, tuple(findings)


def _renamed(sheet: Sheet, known: Mapping[str, str]) -> Sheet:
    names = {header: known.get(header.lower(), header) for header in sheet.headers if header is not None}
    if len(set(names.values())) < len(names):
        # Two columns are the same one; they stay as they are, and one of them is found to be unknown.
        return sheet
    return Sheet(
        sheet.title,
        tuple(names[header] if header is not None else None for header in sheet.headers),
        tuple({names[header]: text for header, text in cells.items()} for cells in sheet.rows),
        {(row, names[header]): odd for (row, header), odd in sheet.odd.items()},
    )
