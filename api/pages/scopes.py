"""Values of dimensions on pages: whose records somebody sees, and where a phone's records belong."""

from collections.abc import Iterable, Mapping

from flask import request

from api.endpoint import server
from api.pages import door
from api.pages.contexts import DimensionLine, ValueOption
from api.pages.roles import dimension_name
from forms import catalogue, grants
from forms.models import Project

#: More than these are not ticked in a list but typed.
_MOST_OPTIONS = 60


def offered(project: Project) -> dict[str, dict[str, str]]:
    """Give the values that a project's forms offer by dimension, with labels in the page's language."""
    return catalogue.offered_values(project, door.language(), vault=server().vault)


def lines(
    names: Iterable[str], properties: Mapping[str, str], offers: Mapping[str, Mapping[str, str]]
) -> tuple[DimensionLine, ...]:
    """Show the values of somebody in some dimensions, with what is offered in each."""
    return tuple(_line(name, properties.get(name, ""), offers.get(name, {})) for name in names)


def _line(name: str, value: str, offers: Mapping[str, str]) -> DimensionLine:
    codes = value.split()
    listed = offers if len(offers) <= _MOST_OPTIONS else {}
    return DimensionLine(
        name=name,
        label=dimension_name(name),
        value=with_labels(value, offers),
        options=tuple(ValueOption(code, label, code in codes) for code, label in listed.items()),
        typed=" ".join(code for code in codes if code not in listed),
    )


def with_labels(value: str, offers: Mapping[str, str]) -> str:
    """Write the codes of a value with their labels, as far as forms offer any: "61.03 Sanggau, 61.99"."""
    labels = [(code, offers.get(code, code)) for code in value.split()]
    return ", ".join(code if label == code else f"{code} {label}" for code, label in labels)


def given(names: Iterable[str]) -> dict[str, str] | None:
    """Read the values that a form sent as `value.NAME`, each once; None where something can be no code."""
    codes = {name: " ".join(request.form.getlist(f"value.{name}")).split() for name in names}
    if not all(grants.is_code(code) for each in codes.values() for code in each):
        return None
    return {name: " ".join(dict.fromkeys(each)) for name, each in codes.items()}


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """Give what `grants.set_properties` has to change."""
    return {name: value or None for name, value in after.items() if value != before.get(name, "")}
