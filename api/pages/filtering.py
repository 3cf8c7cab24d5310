"""What is filtered, alike on the table, the map and the gallery; and the filters that people keep under a name."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from api.endpoint import as_id, undone_when_refused
from api.pages import listing
from api.pages.contexts import Chip, Choice, ColumnFilter, Filtered, SavedLine
from api.pages.door import pages, say
from api.pages.listing import Listing
from api.pages.words import Words
from forms import accounts, answers, catalogue, filters
from forms.access import Actor, Permission
from forms.answers import Layout
from forms.models import Form, Project
from forms.problems import Problem
from forms.schema import Field

#: As many choices as a list shows; of more, some are offered while one types.
_LISTED, _SUGGESTED = 60, 300
_FORM = "/projects/<project_id>/forms/<xml_form_id>"
#: The pages that take a filter, by what `view` says.
_VIEWS = {"map": "pages.places", "gallery": "pages.gallery"}


def asked(actor: Actor, form: Form) -> tuple[Words, Layout, Listing]:
    """Read what the address asks for of a form's submissions."""
    version = catalogue.current(form)
    words = Words(version)
    return words, answers.layout(form.id, version.id, words.schema), listing.read(actor, words, request.args)


def filtered(actor: Actor, form: Form, layout: Layout, shown: Listing, fields: Sequence[Field]) -> Filtered:
    """Count what the filter leaves and say what it is; `fields` are the questions that the page has inputs for.

    What cannot be asked for is its `problem`: then nothing of the submissions is to be shown.
    """
    total = answers.count(actor, form.id)
    problem, matching = shown.problem, total
    if not problem and shown.is_filtered:
        try:
            matching = answers.count(actor, form.id, where=shown.where, layout=layout)
        except Problem as refusal:
            problem = shown.refused(refusal)
    wanted = {f.path: f for f in fields}.values()
    inputs = tuple(each for f in wanted if (each := column_filter(actor, shown, f)) is not None)
    return Filtered(
        total=total,
        matching=0 if problem else matching,
        is_filtered=shown.is_filtered or bool(problem),
        chips=tuple(Chip(text, shown.without(name)) for text, name in shown.chips()),
        since=shown.since,
        until=shown.until,
        submitter=shown.submitter,
        review=shown.review,  # type: ignore[arg-type]
        asked=inputs,
        query=shown.query,
        filter_query=shown.filter_query,
        view_query=shown.view_query,
        carried=tuple(_carried(shown, inputs)),
        saved=tuple(_saved(actor, form)),
        problem=problem,
    )


def column_filter(actor: Actor, shown: Listing, field: Field) -> ColumnFilter | None:
    """Say how a question is asked for, and what is asked of it now; None where it cannot be."""
    if not listing.can_be_asked_whether(actor, field):
        return None
    words, kind = shown.words, answers.storage(field)
    now: dict[str, str] = {each.operator: each.value for each in shown.conditions if each.question == field}
    given: dict[str, Any] = {
        "path": field.path,
        "label": listing.full_label(words, field),
        "answered": now.get("answered", ""),
    }
    if not listing.can_be_asked_for(actor, field):
        return ColumnFilter(**given, kind="answered")
    if field.choice_list or field.choices_file:
        operator = "has" if field.is_multiple else "is"
        choices = words.choices(field)
        chosen = words.name_of_choice(field, now[operator]) if operator in now else ""
        if len(choices) <= _LISTED:
            listed = tuple(Choice(name, name if shown.shows_names else label) for name, label in choices.items())
            return ColumnFilter(**given, kind="choice", operator=operator, value=chosen, choices=listed)
        some = tuple(Choice(name, label) for name, label in list(choices.items())[:_SUGGESTED])
        value = choices.get(chosen, now.get(operator, ""))
        return ColumnFilter(**given, kind="suggested", operator=operator, value=value, choices=some)
    if kind == "boolean":
        truths = (Choice("true", _("yes")), Choice("false", _("no")))
        return ColumnFilter(**given, kind="choice", operator="is", value=now.get("is", ""), choices=truths)
    if kind == "text":
        return ColumnFilter(**given, kind="text", operator="contains", value=now.get("contains", ""))
    types = {"date": "date", "timestamptz": "date", "time": "time"}
    return ColumnFilter(
        **given, kind="range", input_type=types.get(kind, "text"), low=now.get("from", ""), high=now.get("to", "")
    )


def _carried(shown: Listing, inputs: Sequence[ColumnFilter]) -> Iterator[tuple[str, str]]:
    """Give the pairs of the address that the page's inputs do not send themselves."""
    sent = {name for each in inputs for name in each.names} | {"since", "until", "submitter", "review"}
    return ((name, text) for name, text in listing.pairs(shown.query) if name not in sent)


def _saved(actor: Actor, form: Form) -> Iterator[SavedLine]:
    names = accounts.names_by_id()
    for each in filters.listed(actor, form):
        yield SavedLine(
            id=each.id,
            name=each.name,
            is_shared=each.is_shared,
            owner="" if each.owner_id == actor.id else names.get(each.owner_id, ""),
            may_drop=filters.may_drop(actor, form, each),
        )


def there(project: Project, form: Form, query: listing.Query) -> str:
    """Give the address of what is filtered so: the table, or the page that `view` in the present address names."""
    view = request.args.get("view", "")
    pairs: Any = dict(query)
    if view == "map" and "question" in request.args:
        pairs["question"] = request.args["question"]
    page = _VIEWS.get(view, "pages.submissions")
    return url_for(page, project_id=project.id, xml_form_id=form.xml_form_id, **pairs)


@pages.on("POST", f"{_FORM}/filters", may=Permission.SUBMISSION_LIST)
def filter_keep(actor: Actor, project: Project, form: Form) -> AnyResponse:
    """Keep what is shown under a name."""
    _words, layout, shown = asked(actor, form)
    problem = shown.problem
    try:
        if not problem:
            with undone_when_refused():
                name, is_shared = request.form.get("name", ""), request.form.get("shared") == "1"
                pairs = listing.pairs(shown.query)
                filters.keep(actor, form, layout, name, pairs, shown.where, shown.order, is_shared=is_shared)
    except Problem as refusal:
        problem = shown.refused(refusal)
    if problem:
        say("problem", problem)
    else:
        say("good", _("Kept. You find it under “Saved filters”."))
    return redirect(there(project, form, shown.query), 303)


@pages.on("GET", f"{_FORM}/filters/<filter_id>", may=Permission.SUBMISSION_LIST)
def filter_open(actor: Actor, project: Project, form: Form, filter_id: str) -> AnyResponse:
    """Go to what was kept under a name."""
    _words, layout, _shown = asked(actor, form)
    found = filters.find(actor, form, layout, as_id(filter_id, "filterId"))
    kept = MultiDict((name, text) for name, text in found.query)
    return redirect(there(project, form, dict(kept.lists())), 303)


@pages.on("POST", f"{_FORM}/filters/<filter_id>/drop", may=Permission.SUBMISSION_LIST)
def filter_drop(actor: Actor, project: Project, form: Form, filter_id: str) -> AnyResponse:
    """Take a kept filter away."""
    filters.drop(actor, form, as_id(filter_id, "filterId"))
    say("good", _("The saved filter is gone."))
    _words, _layout, shown = asked(actor, form)
    return redirect(there(project, form, shown.query), 303)
