"""Reviewing records, and what people say of them: states, comments, and the lines that the audit has of a record.

A review is of one record or of many at once, all or nothing. What is said along with it is a comment like any other:
free text about people, so it lies sealed, and whoever reads it sees the record and has the clearance for all that its
form asks for short of identity. The audit's own line holds the state alone; `lines` puts the words to it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, text

from forms import catalogue
from forms.access import Actor
from forms.db import db, see
from forms.models import Audit, Comment, Form, Submission
from forms.policy import NEEDED, Clearance
from forms.problems import MissingParameter, NotCleared, NotFound, UnexpectedValue, ValueTooLong
from forms.schema import Schema
from forms.submissions.read import Kept
from forms.vault import ProjectKeys, Vault

#: ODK Central's states; None is one that nobody has looked at (API, submissions, 9.5).
STATES: Final = (None, "hasIssues", "edited", "rejected", "approved")
LONGEST_COMMENT: Final = 4000


@dataclass(frozen=True)
class Said:
    """A comment, opened: who said it, when; `audit_id` is the review that it came with."""

    id: int
    actor_id: int | None
    at: datetime
    body: str = field(repr=False)
    audit_id: int | None = None


@dataclass(frozen=True)
class Line:
    """A line of the audit about a record; `notes` are what was said along with a review, for whoever may read it."""

    id: int
    actor_id: int | None
    at: datetime
    action: str
    actee_id: Any
    details: dict[str, Any]
    notes: str | None = field(repr=False, default=None)


def needed_for_comments(schema: Schema) -> Clearance:
    """Tell which clearance reads and writes comments: that for all answers, short of opening identity."""
    return min(NEEDED[schema.strictest], Clearance.SENSITIVE)


_LOCK = text(
    """
    select s.id, s.scopes, c.id as content_id, c.form_version_id
    from submissions s join submission_versions c on c.submission_id = s.id and c.current
    where s.form_id = :form and s.instance_id = any(:instances) and s.deleted_at is null
    order by s.id
    for update of s
    """
)
_SET = text("update submissions set review_state = :state, updated_at = now() where id = any(:ids)")
_NOTE = text(
    """
    insert into audits (actor_id, action, actee_id, submission_id, details)
    select :actor, 'submission.update', :actee, each.id,
           jsonb_build_object('submissionId', each.id, 'submissionDefId', each.content_id,
                              'reviewState', cast(:state as text))
    from unnest(cast(:ids as bigint[]), cast(:contents as bigint[])) each (id, content_id)
    returning id, submission_id
    """
)


def review(
    actor: Actor, form: Form, instance_ids: Sequence[str], state: str | None, comment: str = "", *, vault: Vault
) -> int:
    """Give records of a form a review state, all or none of them, and say how many there were.

    A comment is kept with each. Raises UnexpectedValue for a state that there is not, NotFound where any record is not
    there or out of scope, NotCleared for a comment by whoever could not read it, ValueTooLong.
    """
    if state not in STATES:
        raise UnexpectedValue(field="state", value=None, reason="it is none of the review states")
    said = _checked(comment)
    wanted = sorted(set(instance_ids))
    see(actor.scopes)
    rows = db.session.execute(_LOCK, {"form": form.id, "instances": wanted}).all()
    if len(rows) != len(wanted):
        raise NotFound
    if not rows:
        return 0
    ids = [row.id for row in rows]
    db.session.execute(_SET, {"ids": ids, "state": state})
    line = {
        "actor": actor.id,
        "actee": form.actee_id,
        "ids": ids,
        "contents": [row.content_id for row in rows],
        "state": state,
    }
    lines = {each.submission_id: each.id for each in db.session.execute(_NOTE, line)}
    if said:
        keys = vault.project(form.project_id)
        needs = {version: _demand(actor, version) for version in {row.form_version_id for row in rows}}
        comments = [
            _comment(actor, form, row.id, said, needs[row.form_version_id], row.scopes, keys)
            | {"audit_id": lines[row.id]}
            for row in rows
        ]
        db.session.execute(insert(Comment), comments)
    return len(rows)


def comment(actor: Actor, form: Form, instance_id: str, body: str, *, vault: Vault) -> Said:
    """Keep what somebody says of a record.

    Raises NotFound, MissingParameter where nothing is said, ValueTooLong, NotCleared for whoever could not read it.
    """
    said = _checked(body)
    if not said:
        raise MissingParameter(field="body")
    see(actor.scopes)
    # Locked, so that an edit which moves the record elsewhere takes this along.
    row = db.session.execute(_LOCK, {"form": form.id, "instances": [instance_id]}).one_or_none()
    if row is None:
        raise NotFound
    needs = _demand(actor, row.form_version_id)
    values = _comment(actor, form, row.id, said, needs, row.scopes, vault.project(form.project_id))
    kept = db.session.execute(insert(Comment).values(values).returning(Comment.id, Comment.created_at)).one()
    return Said(kept.id, actor.id, kept.created_at, said)


def comments(actor: Actor, form: Form, submission_id: int, *, vault: Vault) -> list[Said]:
    """List what was said of a record and the actor may read, the newest first."""
    see(actor.scopes)
    rows = select(Comment).join(Submission, Submission.id == Comment.submission_id)
    rows = rows.where(
        Comment.submission_id == submission_id,
        Submission.form_id == form.id,
        Submission.deleted_at.is_(None),
        Comment.needs <= actor.look.clearance,
    )
    keys = vault.project(form.project_id)
    return [
        Said(
            row.id,
            row.actor_id,
            row.created_at,
            keys.unseal(row.body, comment_context(form.id, submission_id)).decode(),
            row.audit_id,
        )
        for row in db.session.execute(rows.order_by(Comment.id.desc())).scalars()
    ]


def lines(
    actor: Actor, form: Form, kept: Kept, *, vault: Vault, limit: int | None = None, offset: int = 0
) -> list[Line]:
    """List what the audit has of a record, the newest first, with what was said along with each review."""
    said = {
        each.audit_id: each.body for each in comments(actor, form, kept.submission.id, vault=vault) if each.audit_id
    }
    rows = select(Audit).where(Audit.submission_id == kept.submission.id)
    rows = rows.order_by(Audit.id.desc()).limit(limit).offset(offset)
    return [
        Line(
            row.id,
            row.actor_id,
            row.logged_at,
            row.action,
            row.actee_id,
            row.details or {},
            said.get(row.id, row.notes),
        )
        for row in db.session.execute(rows).scalars()
    ]


def comment_context(form_id: int, submission_id: int) -> str:
    """Name what a sealed comment is of."""
    return f"form {form_id} submission {submission_id} comment"


def _checked(body: str) -> str:
    said = body.strip()
    if len(said) > LONGEST_COMMENT:
        raise ValueTooLong(field="body", limit=LONGEST_COMMENT)
    return said


def _demand(actor: Actor, form_version_id: int) -> Clearance:
    needs = needed_for_comments(catalogue.schema(form_version_id))
    if actor.look.clearance < needs:
        raise NotCleared(path="comments")
    return needs


def _comment(
    actor: Actor, form: Form, submission_id: int, said: str, needs: Clearance, scopes: Iterable[str], keys: ProjectKeys
) -> dict[str, Any]:
    return {
        "submission_id": submission_id,
        "actor_id": actor.id,
        "audit_id": None,
        "body": keys.seal(said.encode(), comment_context(form.id, submission_id), compress=True),
        "needs": int(needs),
        "scopes": list(scopes),
    }
