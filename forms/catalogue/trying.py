"""Trying a draft on a phone: the token that opens it, and what goes when the draft goes.

Whoever has the token gets the draft and its files and may send records to it, without an account, as with ODK Central
(API, draft testing). It is made from the server's key and a word that the form is given with each new draft, so nothing
that opens a draft is kept anywhere, and another draft after this one has another. `submissions` keeps the records.
"""

import hmac

from sqlalchemy import delete

from forms.catalogue.projects import project
from forms.catalogue.versions import draft, form
from forms.db import as_owner
from forms.models import Form, Trial
from forms.problems import NotFound
from forms.vault import Vault


def draft_token(found: Form, *, vault: Vault) -> str:
    """Give the token of a form's draft, 64 letters and digits; NotFound where there is no draft."""
    draft(found)
    return vault.hash("draft token", f"{found.id}.{found.draft_word}").hex()


def demand_draft_token(project_id: int, xml_form_id: str, token: str, *, vault: Vault) -> None:
    """Raise NotFound unless this is the token of that form's draft (ODK Central API, draft testing)."""
    found = form(project(project_id), xml_form_id)
    if not hmac.compare_digest(token.encode(), draft_token(found, vault=vault).encode()):
        raise NotFound


def drop_trials(found: Form) -> None:
    """Delete what phones sent to try a form's draft: the whole of it, whoever may see which part."""
    with as_owner() as connection:
        connection.execute(delete(Trial).where(Trial.form_id == found.id))
