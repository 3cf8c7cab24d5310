"""Many people at once, from an Excel workbook: accounts, roles and values.

A workbook is read and judged as a whole (`plan`), shown, and carried out as a whole or not at all. A line gives one
person one role, on the project or on one form; the values of a person's lines are put together, and stand in place of
what was said of the person before in those dimensions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from forms import access, accounts, catalogue, grants, policy, workbook
from forms.access import Actor, Permission
from forms.db import db
from forms.models import Form, Project, User
from forms.policy import DIMENSIONS
from forms.problems import InsufficientRights
from forms.roster.values import LONGEST_NAME, wrong_values
from forms.vault import Vault
from forms.workbook import Finding, finding

SHEET: Final = "people"
EMAIL, NAME, ROLE, FORM = "email", "display_name", "role", "form"
HEADINGS: Final = (EMAIL, NAME, ROLE, FORM, *DIMENSIONS)
_MOST = 2_000
#: ODK Central's, for accounts.
_LONGEST_EMAIL = 320
#: What a role may be called in a workbook.
_ROLES: Final = {name.casefold(): role for role in policy.FOR_PEOPLE for name in (role.name, role.name_id, role.system)}


@dataclass(frozen=True)
class Line:
    """One line as it will be carried out; `person` is None where the account is made first."""

    email: str
    name: str
    person: int | None
    role: policy.Role
    form: Form | None
    is_held: bool


@dataclass(frozen=True)
class Plan:
    """What a workbook comes to: its lines in order, everybody's values by address, and what gives cause to think."""

    lines: tuple[Line, ...]
    values: dict[str, dict[str, str]]
    warnings: tuple[Finding, ...]


def plan(actor: Actor, project: Project, data: bytes, *, vault: Vault) -> Plan:
    """Read a workbook of people and tell what would be done; nothing is written.

    Raises:
        InvalidWorkbook: something in it is wrong; each finding names its cell.
    """
    sheet, findings = workbook.read_table(data, SHEET, HEADINGS, required={EMAIL, ROLE}, exact=DIMENSIONS, aliases={})
    if len(sheet.rows) > _MOST:
        raise workbook.refusal([finding("people-too-many", sheet.place(), limit=_MOST)])
    reading = _Reading(actor, project, sheet, vault)
    if not workbook.has_errors(findings):
        findings = (*findings, *reading.judge())
    found = workbook.in_order(findings, [sheet.title])
    if workbook.has_errors(found):
        raise workbook.refusal(found)
    return Plan(tuple(reading.lines), {email: values for email, values in reading.values.items() if values}, found)


def carry_out(actor: Actor, project: Project, planned: Plan, *, vault: Vault) -> None:
    """Make the accounts, say the values, give the roles."""
    people = {line.email: line.person for line in planned.lines}
    for line in planned.lines:
        if people[line.email] is None:
            people[line.email] = accounts.create_user(actor, line.email, display_name=line.name)
    for email, values in planned.values.items():
        person = people[email]
        if person is not None:
            grants.set_properties(actor, project.id, person, values, vault=vault)
    for line in planned.lines:
        person = people[line.email]
        if person is not None and not line.is_held:
            form_id = line.form.id if line.form else None
            grants.assign(actor, person, line.role.id, project_id=project.id, form_id=form_id, vault=vault)


class _Reading:
    """The one way through a sheet; gathers lines and values as it goes."""

    def __init__(self, actor: Actor, project: Project, sheet: workbook.Sheet, vault: Vault) -> None:
        self.actor, self.project, self.sheet = actor, project, sheet
        self.lines: list[Line] = []
        self.values: dict[str, dict[str, str]] = {}
        self._rows: dict[tuple[object, ...], int] = {}
        self._may: dict[tuple[int, int | None], bool] = {}
        self._may_make = access.can(actor, Permission.USER_CREATE)
        self._offered = catalogue.offered_values(project, "en", vault=vault)
        self._forms = {form.xml_form_id: form for form, _version in catalogue.list_forms(actor, project)}
        self._accounts = _accounts(cells.get(EMAIL, "").lower() for cells in sheet.rows)
        self._held: set[tuple[int | str, int, str | None]] = {
            (person.id, held.role.id, held.xml_form_id)
            for person in grants.list_people(project)
            for held in person.held
            if not held.is_site_wide
        }

    def judge(self) -> Iterator[Finding]:
        """Yield what is wrong, line by line, and after all lines who is left without a value."""
        scoped: list[tuple[int, Line]] = []
        for row, cells in self.sheet.numbered():
            found = list(self._wrong_cells(row, cells)) if cells else []
            yield from found
            if not cells or workbook.has_errors(found):
                continue
            line = self._line(cells)
            refused = self._refused(line)
            if refused is not None:
                code, header = refused
                yield finding(code, self.sheet.place(row, header))
                continue
            first = self._rows.setdefault(tuple(cells.get(name, "").lower() for name in HEADINGS if name != NAME), row)
            if first != row:
                yield finding("people-line-twice", self.sheet.place(row), row=first)
            if line.form is not None and line.form.has_cases and not line.role.cases:
                place = self.sheet.place(row, ROLE)
                yield finding("people-role-void", place, role=line.role.name, role_id=line.role.name_id)
            self._take(line, cells)
            if line.role.scoped_by:
                scoped.append((row, line))
        yield from self._without_value(scoped)

    def _wrong_cells(self, row: int, cells: dict[str, str]) -> Iterator[Finding]:
        email = cells.get(EMAIL, "")
        if "@" not in email or len(email) > _LONGEST_EMAIL or " " in email or not email.isprintable():
            yield finding("people-email", self.sheet.place(row, EMAIL))
        if len(cells.get(NAME, "")) > LONGEST_NAME:
            yield finding("people-name-too-long", self.sheet.place(row, NAME), limit=LONGEST_NAME)
        if cells.get(ROLE, "").casefold() not in _ROLES:
            known = ", ".join(role.system for role in policy.FOR_PEOPLE)
            yield finding("people-role", self.sheet.place(row, ROLE), known=known)
        elif FORM not in cells and _ROLES[cells[ROLE].casefold()].per_form:
            role = _ROLES[cells[ROLE].casefold()]
            place = self.sheet.place(row, FORM)
            yield finding("people-role-per-form", place, role=role.name, role_id=role.name_id)
        if FORM in cells and cells[FORM] not in self._forms:
            yield finding("people-form", self.sheet.place(row, FORM), value=cells[FORM])
        yield from wrong_values(self.sheet, row, cells, self._offered, unoffered="people-value-unoffered")

    def _line(self, cells: dict[str, str]) -> Line:
        written = cells[EMAIL]
        person, email = self._accounts.setdefault(written.lower(), (None, written))
        role, form = _ROLES[cells[ROLE].casefold()], self._forms.get(cells.get(FORM, ""))
        is_held = (person or email, role.id, form.xml_form_id if form else None) in self._held
        return Line(email, cells.get(NAME, ""), person, role, form, is_held)

    def _refused(self, line: Line) -> tuple[str, str] | None:
        """Tell why this actor may not give this line, and which column is to blame."""
        if line.person is None and not self._may_make:
            return "people-no-account", EMAIL
        if line.person is not None and line.person == self.actor.id:
            return "people-oneself", EMAIL
        return None if self._may_give(line) else ("people-more-than-held", ROLE)

    def _may_give(self, line: Line) -> bool:
        key = (line.role.id, line.form.id if line.form else None)
        if key not in self._may:
            try:
                role = access.role(str(line.role.id))
                access.demand_all(self.actor, role, project_id=self.project.id, form_id=key[1])
                self._may[key] = True
            except InsufficientRights:
                self._may[key] = False
        return self._may[key]

    def _take(self, line: Line, cells: dict[str, str]) -> None:
        self.lines.append(line)
        self._held.add((line.person or line.email, line.role.id, line.form.xml_form_id if line.form else None))
        values = self.values.setdefault(line.email, {})
        for dimension in DIMENSIONS:
            if dimension in cells:
                codes = f"{values.get(dimension, '')} {cells[dimension]}".split()
                values[dimension] = " ".join(dict.fromkeys(codes))

    def _without_value(self, scoped: list[tuple[int, Line]]) -> Iterator[Finding]:
        for row, line in scoped:
            before = grants.properties(self.project.id, line.person) if line.person is not None else {}
            said = {**before, **self.values[line.email]}
            if not any(said.get(name) for name in line.role.scoped_by):
                yield finding(
                    "people-value-missing",
                    self.sheet.place(row),
                    role=line.role.name,
                    role_id=line.role.name_id,
                    dimensions=", ".join(line.role.scoped_by),
                )


def _accounts(emails: Iterable[str]) -> dict[str, tuple[int | None, str]]:
    """Find web users by address in small letters: each one's number and the address as the account has it."""
    wanted = select(User.actor_id, User.email).where(func.lower(User.email).in_(set(emails)), ~User.deleted)
    return {row.email.lower(): (row.actor_id, row.email) for row in db.session.execute(wanted)}
