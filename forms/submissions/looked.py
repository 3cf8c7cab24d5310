"""Telling the access log what was shown of records, from whichever door."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from forms import looks
from forms.access import Actor
from forms.db import EVERYTHING, db, see
from forms.models import Form, Submission
from forms.schema import Schema
from forms.vault import Vault


def looked(actor: Actor, form: Form, schema: Schema, *, vault: Vault, submission_id: int | None = None) -> None:
    """Log that a record, or without an id a list of them, was shown; the last thing before it is.

    Not where the form asks nothing about people, nor where the actor sees nothing about them.
    """
    if schema.strictest and looks.counts(actor):
        place = looks.Place(form.project_id, form.id, submission_id)
        looks.record(actor, "list" if submission_id is None else "read", place, vault=vault)


def took(actor: Actor, form: Form, schema: Schema, *, vault: Vault, details: dict[str, Any] | None = None) -> None:
    """Log that a form's answers were taken away, in the same cases; the last thing before they are."""
    taking = replace(actor, look=actor.take)
    if schema.strictest and looks.counts(taking):
        looks.record(taking, "export", looks.Place(form.project_id, form.id), vault=vault, details=details)


def names_of(places: Iterable[looks.Place]) -> dict[looks.Place, tuple[str, str]]:
    """Give the form's id and the record's instanceID of places in the log, "" where they have none.

    For the auditor, who sees no record: from the log's own numbers, whatever their scope.
    """
    wanted = list(places)
    see(EVERYTHING)
    forms = {place.form_id for place in wanted if place.form_id}
    records = {place.submission_id for place in wanted if place.submission_id}
    form_names = dict(db.session.execute(select(Form.id, Form.xml_form_id).where(Form.id.in_(forms))).all())
    record_names = dict(
        db.session.execute(select(Submission.id, Submission.instance_id).where(Submission.id.in_(records))).all()
    )
    return {
        place: (form_names.get(place.form_id or 0, ""), record_names.get(place.submission_id or 0, ""))
        for place in wanted
    }
