"""Making a form's answer tables anew from the kept XML, in one transaction of the caller's.

While it runs, submissions of that form wait, and so do its readers; every other form goes on. Places of answers stay
what they were, so that a running server's knowledge of them stays right.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select, text

from forms import answers, catalogue, instance
from forms.db import EVERYTHING, db, see
from forms.instance import Value
from forms.models import Form, FormVersion
from forms.problems import RebuildStopped
from forms.submissions.receive import answer_context
from forms.upkeep.kept import PIECE, PIECE_BYTES, lay_out, open_xml
from forms.upkeep.turn import take_alone
from forms.vault import ProjectKeys, Vault


def list_forms(xml_form_id: str | None = None) -> list[Form]:
    """List the forms that have answer tables, also those in the trash, of this form id or of any."""
    published = select(FormVersion.id).where(FormVersion.form_id == Form.id, FormVersion.published_at.is_not(None))
    rows = select(Form).where(published.exists()).order_by(Form.id)
    if xml_form_id is not None:
        rows = rows.where(Form.xml_form_id == xml_form_id)
    return list(db.session.execute(rows).scalars())


def rebuild(form: Form, *, vault: Vault) -> int:
    """Write the answers of every submission of a form again; give how many there are.

    Raises RebuildStopped for XML that cannot be laid out, and Busy where readers do not let go of the tables.
    """
    take_alone()
    see(EVERYTHING)
    # Whoever writes a submission holds the form's row shared until it commits; this waits for those and stops new ones.
    db.session.execute(text("select from forms where id = :form for update"), {"form": form.id})
    answers.recreate(form.id)
    keys = vault.project(form.project_id)
    count = 0
    for content in _contents(form.id):
        _write(form, content, keys)
        count += 1
    return count


_CONTENTS = text(
    """
    select * from (
        select *, sum(octet_length(xml)) over (order by id) - octet_length(xml) as before from (
            select s.id, s.form_id, s.instance_id, s.scopes, s.misfits, v.form_version_id, v.xml, v.xml_hash
            from submissions s join submission_versions v on v.submission_id = s.id and v.current
            where s.form_id = :form and s.id > :last order by s.id limit :limit
        ) next
    ) piece where before < :bytes order by id
    """
)


def _contents(form_id: int) -> Iterator[Row[Any]]:
    values = {"limit": PIECE, "bytes": PIECE_BYTES}
    last, found = 0, None
    while found is None or found:
        found = db.session.execute(_CONTENTS, {"form": form_id, "last": last, **values}).all()
        for content in found:
            last = content.id
            yield content


_MISFITS = text("update submissions set misfits = cast(:misfits as text[]) where id = :id")


def _write(form: Form, content: Row[Any], keys: ProjectKeys) -> None:
    xml = open_xml(keys, content)
    rows = lay_out(xml, content.form_version_id) if xml is not None else None
    if rows is None:
        raise RebuildStopped(form=form.xml_form_id, instance=content.instance_id)

    def sealed(path: str, value: Value) -> bytes:
        return keys.seal(instance.as_text(value).encode(), answer_context(form.id, path, content.id))

    layout = answers.layout(form.id, content.form_version_id, catalogue.schema(content.form_version_id))
    answers.write(layout, content.id, rows.rows, content.scopes, sealed)
    if list(rows.misfits) != content.misfits:
        db.session.execute(_MISFITS, {"id": content.id, "misfits": list(rows.misfits)})
