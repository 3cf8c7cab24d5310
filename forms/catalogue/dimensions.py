"""What a project says of its people: the names that may be used, and the values that its forms offer."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import func, insert, select

from forms import audit
from forms.access import Actor
from forms.catalogue.attachments import choices_of_file
from forms.catalogue.versions import schema
from forms.db import db
from forms.models import ActorProperty, ActorPropertyName, Form, FormVersion, Project
from forms.policy import DIMENSIONS
from forms.problems import UnexpectedValue, UniquenessViolation
from forms.schema import localized
from forms.vault import Vault

#: The rule of entity properties, which is that of these names too (ODK Central API, names).
_NAME = re.compile(r"(?!__)[^\W\d][\w.-]*")
_TAKEN = frozenset({"name", "label", "displayname"})


def property_names(project: Project) -> list[str]:
    """List the names that a project declared, and the dimensions of its published forms, in order."""
    declared = select(ActorPropertyName.name).where(ActorPropertyName.project_id == project.id)
    found = set(db.session.execute(declared).scalars())
    for version in _published(project):
        found.update(schema(version.id).dimensions)
    return sorted(found)


def declare_property(actor: Actor, project: Project, name: str) -> None:
    """Declare a name; UnexpectedValue where none may be so, UniquenessViolation where it was declared before."""
    if not _NAME.fullmatch(name) or name.lower() in _TAKEN:
        reason = "it must begin with a letter, and letters, digits, “_”, “-” and “.” may follow"
        raise UnexpectedValue(field="name", value=name, reason=reason)
    known = select(ActorPropertyName).where(ActorPropertyName.project_id == project.id, ActorPropertyName.name == name)
    if db.session.execute(known).first():
        raise UniquenessViolation(fields=["projectId", "name"], values=[project.id, name], table="actor_property_names")
    db.session.execute(insert(ActorPropertyName).values(project_id=project.id, name=name))
    audit.record(actor, "actor_property.create", actee_id=project.actee_id, details={"name": name})


def demand_declared(project: Project, names: Iterable[str], *, known: Iterable[str] = ()) -> None:
    """Raise UnexpectedValue for the first name that is neither declared nor `known`."""
    wanted = [name for name in names if name not in known]
    declared = property_names(project) if wanted else []
    for name in wanted:
        if name not in declared:
            raise UnexpectedValue(field="properties", value=name, reason="there is no property of this name")


def values_in_use(project: Project) -> dict[str, list[str]]:
    """Give the values that a project's people have, by name, in order."""
    rows = select(ActorProperty.name, func.array_agg(ActorProperty.value.distinct()))
    rows = rows.where(ActorProperty.project_id == project.id).group_by(ActorProperty.name)
    return {name: sorted(values) for name, values in db.session.execute(rows)}


def offered_values(project: Project, language: str, *, vault: Vault) -> dict[str, dict[str, str]]:
    """Give the values that the project's published forms let people choose for each dimension of the policy.

    By dimension, each value with its label, in the order of the first form's list. A dimension that is typed into the
    forms has none.
    """
    offered: dict[str, dict[str, str]] = {}
    for version in _published(project):
        described = schema(version.id)
        for field in described.leaves:
            if field.scope not in DIMENSIONS:
                continue
            known = offered.setdefault(field.scope, {})
            if field.choices_file:
                found = choices_of_file(version, field.choices_file, language, vault=vault)
            else:
                choices = described.choices.get(field.choice_list, ())
                found = {c.name: localized(c.labels, language, described.default_language) or c.name for c in choices}
            for name, label in found.items():
                known.setdefault(name, label)
    return {name: values for name, values in offered.items() if values}


def _published(project: Project) -> Iterator[FormVersion]:
    rows = select(FormVersion).join(Form, Form.current_id == FormVersion.id)
    rows = rows.where(Form.project_id == project.id, Form.deleted_at.is_(None)).order_by(Form.id)
    yield from db.session.execute(rows).scalars()
