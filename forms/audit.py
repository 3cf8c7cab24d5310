"""What was done, by whom, to what: a line per deed, only ever added to.

Actions are ODK Central's names where Central has one. Details never hold an answer, a password or a token.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from forms.access import Actor
from forms.db import db
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
