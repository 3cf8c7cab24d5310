"""What was done, by whom, to what: a line per deed, only ever added to.

Actions are ODK Central's names where Central has one. Details never hold an answer, a password or a token.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from forms.access import Actor
from forms.db import db, insert_all
from forms.models import Audit


def record(
    actor: Actor,
    action: str,
    *,
    actee_id: UUID | None = None,
    submission_id: int | None = None,
    details: dict[str, Any] | None = None,
    notes: str | None = None,
) -> None:
    """Add a line in the current transaction. `actee_id` is the form's, project's or actor's own."""
    db.session.execute(
        insert(Audit).values(
            actor_id=actor.id,
            action=action,
            actee_id=actee_id,
            submission_id=submission_id,
            details=details,
            notes=notes,
        )
    )


def record_all(actor: Actor, lines: Iterable[tuple[str, UUID, dict[str, Any] | None]]) -> None:
    """Add a line for each of many deeds of one actor: its action, whose it is (`actee_id`) and its details."""
    rows = [
        {"actor_id": actor.id, "action": action, "actee_id": actee_id, "details": details}
        for action, actee_id, details in lines
    ]
    insert_all(Audit, rows)
