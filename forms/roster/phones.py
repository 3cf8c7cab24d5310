"""Many app users at once: a pasted list or an Excel workbook, a line for each phone.

A line gives the phone's name, where its records belong that do not say so themselves, and its last day. A name that an
app user with access has already makes no second one, so that the same list may be sent again with more names in it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from forms import accounts, catalogue, grants, workbook
from forms.access import Actor
from forms.models import Project
from forms.policy import DIMENSIONS
from forms.roster.values import LONGEST_NAME, wrong_values
from forms.vault import Vault
from forms.workbook import Finding, Sheet, finding

SHEET: Final = "app_users"
NAME, LAST_DAY = "name", "last_day"
MOST: Final = 500
#: How people name the columns when they copy them out of a workbook of their own.
_ALIASES: Final = {"nama": NAME, "hari terakhir": LAST_DAY, "last day": LAST_DAY}
#: Within emoji and some scripts two characters are joined, or kept apart, by one that is not seen itself.
_JOINERS: Final = re.compile(r"(?<=[^\x00-\xa0])[\u200c\u200d](?=[^\x00-\xa0])")
#: As Excel shows and keeps days, and as they are written here.
_DAY: Final = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[ T]00:00:00)?|(?P<D>\d\d?)[/.-](?P<M>\d\d?)[/.-](?P<Y>\d{4}|\d\d))"
)


@dataclass(frozen=True)
class Common:
    """What holds for every line that says nothing itself."""

    values: Mapping[str, str] = field(default_factory=dict)
    last_day: date | None = None


@dataclass(frozen=True)
class Line:
    """One app user as it will be made, or not where one of that name has access already."""

    name: str
    values: dict[str, str]
    last_day: date | None
    is_there: bool


@dataclass(frozen=True)
class Plan:
    """What a list comes to: its lines in order, and what gives cause to think."""

    lines: tuple[Line, ...]
    warnings: tuple[Finding, ...]
    zone: str

    @property
    def new(self) -> tuple[Line, ...]:
        """The lines of which an app user is made."""
        return tuple(line for line in self.lines if not line.is_there)


def dimensions(project: Project) -> tuple[str, ...]:
    """List the dimensions of the policy that the project's forms have."""
    names = catalogue.property_names(project)
    return tuple(name for name in DIMENSIONS if name in names)


def headings(project: Project) -> tuple[str, ...]:
    """Give the columns of a list, in order."""
    return (NAME, *dimensions(project), LAST_DAY)


def plan_pasted(project: Project, text: str, common: Common, *, zone: str, vault: Vault) -> Plan:
    """Read a pasted list and tell what would be made; nothing is written.

    Raises:
        InvalidWorkbook: something in it is wrong; each finding names its line.
    """
    sheet, findings = workbook.read_pasted(text, headings(project), _ALIASES)
    return _plan(project, sheet, findings, common, zone, vault)


def plan_workbook(project: Project, data: bytes, *, zone: str, vault: Vault) -> Plan:
    """Read a workbook and tell what would be made; nothing is written.

    Raises:
        InvalidWorkbook: something in it is wrong; each finding names its cell.
    """
    names = headings(project)
    sheet, findings = workbook.read_table(data, SHEET, names, required={NAME}, exact=DIMENSIONS, aliases=_ALIASES)
    return _plan(project, sheet, findings, Common(), zone, vault)


def carry_out(actor: Actor, project: Project, planned: Plan, *, vault: Vault) -> list[int]:
    """Make the app users, and let each fill every form of the project; give their numbers in the list's order."""
    wanted = [
        accounts.NewAppUser(line.name, line.values, end_of(line.last_day, planned.zone) if line.last_day else None)
        for line in planned.new
    ]
    made = accounts.make_app_users(actor, project, wanted, vault=vault)
    # On the project, not on each form: a form that is published tomorrow reaches the phones without another step.
    grants.assign_all(actor, made, accounts.APP_USER_ROLE, project_id=project.id, vault=vault)
    return made


def end_of(day: date, zone: str) -> datetime:
    """Give the moment at which a day ends; OverflowError for the last that there is."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))


def is_to_come(day: date, zone: str) -> bool:
    """Tell whether an app user may have this as its last day."""
    try:
        return datetime.now(UTC) < end_of(day, zone)
    except OverflowError:
        return False


def read_day(text: str) -> date | None:
    """Read a day as Excel shows it: 2026-12-31, 31/12/2026, 31-12-26; None where it is none."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[a] or found[a.swapcase()]) for a in "ymd")
    try:
        return date(year + 2000 if year < 100 else year, month, day)  # noqa: PLR2004 - two digits
    except ValueError:
        return None


def _plan(project: Project, sheet: Sheet, findings: Sequence[Finding], common: Common, zone: str, vault: Vault) -> Plan:
    if sum(bool(cells) for cells in sheet.rows) > MOST:
        raise workbook.refusal([finding("phones-too-many", sheet.place(), limit=MOST)])
    reading = _Reading(project, sheet, common, zone, vault)
    if not workbook.has_errors(findings):
        findings = (*findings, *reading.judge())
    found = workbook.in_order(findings, [sheet.title])
    if workbook.has_errors(found):
        raise workbook.refusal(found)
    return Plan(tuple(reading.lines), found, zone)


class _Reading:
    """The one way through a list; gathers its lines as it goes."""

    def __init__(self, project: Project, sheet: Sheet, common: Common, zone: str, vault: Vault) -> None:
        self.sheet, self.common, self.zone = sheet, common, zone
        self.lines: list[Line] = []
        self._rows: dict[str, int] = {}
        self._codes = {language: catalogue.offered_values(project, language, vault=vault) for language in ("id", "en")}
        live = (user for user in accounts.list_app_users(project, vault=vault) if user.token)
        self._there = {user.display_name.casefold() for user in live}

    def judge(self) -> Iterator[Finding]:
        """Yield what is wrong or odd, line by line."""
        for row, written in self.sheet.numbered():
            if written:
                cells = {name: self._as_codes(name, text) for name, text in written.items()}
                yield from self._wrong_cells(row, cells)
                self.lines.append(self._line(cells))

    def _as_codes(self, name: str, text: str) -> str:
        """Take a value that is written as the forms' own label for its code."""
        if name in DIMENSIONS:
            for offered in self._codes.values():
                for code, label in offered.get(name, {}).items():
                    if label.casefold() == text.casefold():
                        return code
        return text

    def _wrong_cells(self, row: int, cells: Mapping[str, str]) -> Iterator[Finding]:
        yield from self._wrong_name(row, cells.get(NAME, ""))
        yield from wrong_values(self.sheet, row, cells, self._codes["id"], unoffered="phones-value-unoffered")
        if LAST_DAY in cells:
            day = read_day(cells[LAST_DAY])
            if day is None or not is_to_come(day, self.zone):
                code = "phones-day" if day is None else "phones-day-over"
                yield finding(code, self.sheet.place(row, LAST_DAY), value=cells[LAST_DAY])

    def _wrong_name(self, row: int, name: str) -> Iterator[Finding]:
        place = self.sheet.place(row, NAME)
        if not name:
            yield finding("phones-name", place)
            return
        if len(name) > LONGEST_NAME:
            yield finding("people-name-too-long", place, limit=LONGEST_NAME)
        if not _JOINERS.sub("", name).isprintable():
            yield finding("phones-name-odd", place)
        first = self._rows.setdefault(name.casefold(), row)
        if first != row:
            yield finding("phones-name-twice", place, row=first, value=name)
        elif name.casefold() in self._there:
            yield finding("phones-name-taken", place, value=name)

    def _line(self, cells: Mapping[str, str]) -> Line:
        values = {**self.common.values, **{name: cells[name] for name in DIMENSIONS if name in cells}}
        return Line(
            name=cells.get(NAME, ""),
            values={name: _once(codes) for name, codes in values.items() if codes},
            last_day=read_day(cells[LAST_DAY]) if LAST_DAY in cells else self.common.last_day,
            is_there=cells.get(NAME, "").casefold() in self._there,
        )


def _once(codes: str) -> str:
    return " ".join(dict.fromkeys(codes.split()))
