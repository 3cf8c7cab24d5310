"""A server under test: over HTTP as its people meet it, and from inside, to see what it has really kept."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import func, select, text

import app as lentera
from forms import accounts, answers, catalogue, grants, upkeep
from forms.access import SERVER
from forms.answers import SEALED
from forms.db import EVERYTHING, db, see
from forms.instance import Geo
from forms.models import Blob, Form, Submission, SubmissionFile, SubmissionVersion
from forms.submissions.receive import file_context, xml_context
from forms.vault import Vault
from tests.support.coordinator import Coordinator

EMAIL, PASSWORD = "koordinator@example.org", "kata-sandi-uji-1"


@dataclass(frozen=True)
class Content:
    """A content as it is kept: its ids, the XML's bytes, its files (None where one has not arrived), its answers."""

    instance_id: str
    is_current: bool
    xml: bytes
    files: dict[str, bytes | None]
    answers: dict[str, Any]


@dataclass
class Site:
    """A server at `address`, on the database and data folder that `settings` name."""

    address: str
    settings: dict[str, str | None]

    @cached_property
    def _app(self) -> Flask:
        return lentera.create_app(self.settings)

    def coordinator(self, email: str = EMAIL, password: str = PASSWORD) -> Coordinator:
        """Log somebody in: the administrator, where nobody else is named."""
        return Coordinator(self.address, email, password)

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """Work beside the server, on the same database and files."""
        # Versions are remembered by number, and another database has the same numbers.
        catalogue.schema.cache_clear()
        with self._app.app_context():
            try:
                yield self._app
            finally:
                db.session.remove()
                db.engine.dispose()
                catalogue.schema.cache_clear()

    def add_administrator(self) -> None:
        """Make the first user, through the same functions as the command line."""
        with self.inside() as app:
            made = accounts.create_user(SERVER, EMAIL, password=PASSWORD)
            grants.assign(SERVER, made, accounts.ADMIN_ROLE, vault=app.extensions["lentera"].vault)
            db.session.commit()

    def kept(self, project: int, form_id: str, *instance_ids: str) -> list[Content]:
        """Give the contents of these ids, or all of a form's, unsealed, in the order of arrival."""
        with self.inside() as app:
            vault: Vault = app.extensions["lentera"].vault
            form = catalogue.form(catalogue.project(project), form_id)
            see(EVERYTHING)
            rows = select(SubmissionVersion).where(SubmissionVersion.form_id == form.id)
            if instance_ids:
                rows = rows.where(SubmissionVersion.instance_id.in_(instance_ids))
            return [_content(form, row, vault) for row in db.session.scalars(rows.order_by(SubmissionVersion.id))]

    def counts(self, project: int, form_id: str) -> Counter[str]:
        """Count what was written for a form: submissions, contents, root rows, files, and the audit's lines of each."""
        with self.inside():
            form = catalogue.form(catalogue.project(project), form_id)
            see(EVERYTHING)
            found: Counter[str] = Counter()
            for name, model in (("submissions", Submission), ("contents", SubmissionVersion)):
                rows = select(func.count()).select_from(model).where(model.form_id == form.id)
                found[name] = db.session.execute(rows).scalar_one()
            found["rows"] = db.session.execute(text(f"select count(*) from answers.a{form.id}_0_0")).scalar_one()
            held = select(func.count()).where(
                SubmissionFile.version_id == SubmissionVersion.id,
                SubmissionVersion.form_id == form.id,
                SubmissionFile.blob_id.is_not(None),
            )
            found["files"] = db.session.execute(held).scalar_one()
            lines = text("select action, count(*) from audits where actee_id = :actee group by 1")
            found.update(dict(db.session.execute(lines, {"actee": form.actee_id}).all()))
            return found

    def differences(self) -> list[str]:
        """Compare all answer tables with the kept XML and all files with their hashes; say what differs."""
        found: list[upkeep.Finding] = []
        with self.inside() as app:
            upkeep.check(found.append, vault=app.extensions["lentera"].vault)
        return [finding.text() for finding in found]


def _content(form: Form, row: SubmissionVersion, vault: Vault) -> Content:
    keys = vault.project(form.project_id)
    slots = select(SubmissionFile, Blob).outerjoin(Blob, Blob.id == SubmissionFile.blob_id)
    files = {}
    for slot, blob in db.session.execute(slots.where(SubmissionFile.version_id == row.id)):
        name = keys.unseal(slot.name, file_context(form.id)).decode()
        files[name] = b"".join(vault.read(blob)) if blob is not None else None
    layout = answers.layout(form.id, row.form_version_id, catalogue.schema(row.form_version_id))
    tree = answers.one(SERVER, layout, row.submission_id) if row.current else {}
    return Content(row.instance_id, row.current, keys.unseal(row.xml, xml_context(form.id)), files, tree)


def unlike(content: Content) -> list[str]:
    """List the questions whose typed answer is not what the kept XML says, read without any of our own parser."""
    return list(_unlike(content.answers, fromstring(content.xml), ""))


def _unlike(tree: dict[str, Any], element: Element, path: str) -> Iterator[str]:
    nodes: dict[str, list[Element]] = {}
    for node in element:
        nodes.setdefault(node.tag.rpartition("}")[2], []).append(node)
    missing = nodes.keys() - tree.keys() - {"deprecatedID"}  # which is of the history, not an answer
    yield from (f"{path}/{name} is in no table" for name in missing)
    for name, value in tree.items():
        here, found = f"{path}/{name}", nodes.get(name, [])
        if isinstance(value, list):
            if len(value) != len(found):
                yield f"{here} has {len(found)} in the XML and {len(value)} rows"
            for row, node in zip(value, found, strict=False):
                yield from _unlike(row, node, here)
        elif isinstance(value, dict):
            yield from _unlike(value, found[0] if found else Element(name), here)
        elif not _means(value, (found[0].text or "") if found else ""):
            yield here


def _means(value: Any, answer: str) -> bool:
    """Tell whether a typed value is what an answer's text says; a blank says nothing."""
    if value is None or not answer.strip() or value is SEALED:
        return (value is None) == (not answer.strip())
    if isinstance(value, bool):
        return value == (answer in ("true", "1"))
    if isinstance(value, datetime):
        return value == datetime.fromisoformat(answer)
    if isinstance(value, time):
        return value.replace(tzinfo=None) == time.fromisoformat(answer).replace(tzinfo=None)
    if isinstance(value, date):
        return value == date.fromisoformat(answer)
    if isinstance(value, int | float):
        return value == type(value)(answer)
    if isinstance(value, Geo):
        return value.text.split() == answer.split()
    # Around the names of choices, white space means nothing.
    return value in (answer, answer.strip())
