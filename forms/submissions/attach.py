"""One file given to a submission that is kept already, by a program (ODK Central API, submissions, 9.6)."""

from sqlalchemy import text

from forms import access
from forms.access import Actor, Permission
from forms.db import EVERYTHING, db, see
from forms.models import Form, SubmissionFile
from forms.problems import InsufficientRights, NotFound
from forms.submissions.read import Kept
from forms.submissions.receive import Part, keep_bytes, name_hash
from forms.vault import Vault

_FILL = text(
    """
    with slot as (
        update submission_files
        set blob_id = :blob, original_id = cast(:original as bigint), content_type = :type, updated_at = now()
        where version_id = :version and name_hash = :hash
    )
    insert into audits (actor_id, action, actee_id, submission_id, details)
    values (:actor, 'submission.attachment.update', :actee, :submission,
            jsonb_build_object('instanceId', cast(:instance as text), 'submissionDefId', cast(:version as bigint),
                               'oldBlobId', cast(:old as bigint), 'newBlobId', cast(:blob as bigint)))
    """
)


def attach(actor: Actor, form: Form, kept: Kept, name: str, part: Part, *, vault: Vault) -> None:
    """Keep a file in the slot of its name; NotFound where the XML names no such file.

    Whoever may not change submissions may still complete one: an empty slot of what they sent themselves, unedited.
    """
    # Whoever sent it may complete it, also where they see nothing.
    see(EVERYTHING if actor.id is not None and kept.submission.submitter_id == actor.id else actor.scopes)
    hashed = name_hash(vault.project(form.project_id), name)
    slot = db.session.get(SubmissionFile, (kept.content.id, hashed))
    if slot is None:
        raise NotFound
    if not access.can(actor, Permission.SUBMISSION_UPDATE, project_id=form.project_id, form_id=form.id):
        is_original = kept.content.instance_id == kept.submission.instance_id
        if not (is_original and kept.content.submitter_id == actor.id and slot.blob_id is None):
            raise InsufficientRights
    blob_id, original_id = keep_bytes(form.project_id, part, vault)
    db.session.execute(
        _FILL,
        {
            "version": kept.content.id,
            "hash": hashed,
            "blob": blob_id,
            "original": original_id,
            "type": part.content_type,
            "actor": actor.id,
            "actee": form.actee_id,
            "submission": kept.submission.id,
            "instance": kept.submission.instance_id,
            "old": slot.blob_id,
        },
    )
