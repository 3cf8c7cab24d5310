"""One submission in full: its answers and files, what was done with it, and the forms with which people review it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.endpoint import server, undone_when_refused
from api.pages import activity, door, records
from api.pages.contexts import Answer, Group, Misfit, Node, Repeat, RepeatRow, StoredFile, SubmissionPage
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.words import Words
from forms import access, accounts, answers, catalogue
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import SEALED
from forms.models import Form, Project, SubmissionVersion
from forms.problems import MissingParameter, NotFound, Problem
from forms.schema import Field
from forms.submissions import File, Kept

_ONE = "/projects/<project_id>/forms/<xml_form_id>/submissions/<instance_id>"
#: What a browser shows in a page without running anything.
SHOWN = {"image/jpeg": "image", "image/png": "image", "image/gif": "image", "image/webp": "image"}
#: The states that people give; "received" and "edited" come by themselves.
_GIVEN = ("approved", "hasIssues", "rejected")


@pages.on("GET", _ONE, may=Permission.SUBMISSION_READ)
def submission(actor: Actor, project: Project, form: Form, instance_id: str) -> SubmissionPage:
    """Show one submission in full."""
    history = keeping.contents(actor, form, instance_id)
    kept = history[0]
    content = _asked_content(history)
    words = Words(catalogue.version(content.form_version_id))
    layout = answers.layout(form.id, words.version.id, words.schema)
    if content is kept.content:
        tree = answers.one(actor, layout, kept.submission.id)
    else:
        tree = keeping.laid_out(actor, form, content, vault=server().vault)
    files = keeping.files(actor, form, content, vault=server().vault)
    shows_blanks = request.args.get("blanks") == "1"
    writer = Writer(words, {f.name: f for f in files}, set(kept.submission.misfits), shows_blanks=shows_blanks)
    items = writer.nodes("", tree)
    beside = records.around(actor, form, kept.submission.id)
    names = accounts.names_by_id()
    needed = keeping.needed_for_comments(catalogue.schema(kept.content.form_version_id))
    held = access.verbs(actor, project_id=project.id, form_id=form.id)
    lines = activity.lines(actor, form, history, content, names, may_audit=Permission.ACCESS_LOG_READ in held)
    keeping.looked(actor, form, words.schema, submission_id=kept.submission.id, vault=server().vault)
    return SubmissionPage(
        project=head(actor, project),
        form=form_head(actor, form),
        instance_id=kept.submission.instance_id,
        name=keeping.instance_name(content, actor.look.clearance) or "",
        version=words.version.version,
        received=kept.submission.created_at,
        submitter=names.get(kept.submission.submitter_id or 0, ""),
        device=kept.submission.device_id or "",
        review=kept.submission.review_state or "received",  # type: ignore[arg-type]
        items=items,
        asides=tuple(writer.asides),
        has_masked=writer.masked > 0,
        may_reveal=Permission.IDENTITY_REVEAL in held,
        blanks=writer.blanks,
        shows_blanks=shows_blanks,
        files=tuple(stored(f) for f in files),
        misfits=tuple(Misfit(words.label_of(path), path) for path in kept.submission.misfits),
        activity=lines,
        older_id=beside.older_id,
        newer_id=beside.newer_id,
        way=beside.query,
        may_review=Permission.SUBMISSION_UPDATE in held,
        may_comment=actor.look.clearance >= needed,
    )


@pages.on("POST", f"{_ONE}/review", may=Permission.SUBMISSION_UPDATE)
def submission_review(actor: Actor, project: Project, form: Form, instance_id: str) -> AnyResponse:
    """Give a submission a review state, with what there is to say about it."""
    state = request.form.get("state", "")
    if state not in _GIVEN:
        door.say("problem", _("Choose what you found: approved, has issues, or rejected."))
        return _back(project, form, instance_id)
    try:
        with undone_when_refused():
            said = request.form.get("comment", "")
            keeping.review(actor, form, [instance_id], state, said, vault=server().vault)
    except NotFound:
        raise
    except Problem as refusal:
        door.say("problem", refusal.text(door.language()))
    else:
        door.say("good", _("The review is kept."))
    return _back(project, form, instance_id)


@pages.on("POST", f"{_ONE}/comments", may=Permission.SUBMISSION_READ)
def submission_comment(actor: Actor, project: Project, form: Form, instance_id: str) -> AnyResponse:
    """Keep what somebody says of a submission."""
    try:
        with undone_when_refused():
            keeping.comment(actor, form, instance_id, request.form.get("comment", ""), vault=server().vault)
    except NotFound:
        raise
    except MissingParameter:
        door.say("problem", _("Write something first."))
    except Problem as refusal:
        door.say("problem", refusal.text(door.language()))
    return _back(project, form, instance_id)


def _back(project: Project, form: Form, instance_id: str) -> AnyResponse:
    """Go back to the submission's page, with the filter of the table that it was opened from."""
    there = url_for("pages.submission", project_id=project.id, xml_form_id=form.xml_form_id, instance_id=instance_id)
    way = request.query_string.decode("ascii", errors="replace")
    return redirect(f"{there}?{way}" if way else there, 303)


def _asked_content(history: list[Kept]) -> SubmissionVersion:
    """Find the content that the address names among a submission's, the newest where it names none."""
    asked = request.args.get("version", history[0].content.instance_id)
    for each in history:
        if each.content.instance_id == asked:
            return each.content
    raise NotFound


class Writer:
    """Writes a record's tree as the page's nodes; on the way it counts what is blank and what is masked.

    What nobody was asked and has no label (start, end, calculations) is put aside: it reads like nothing to people.
    """

    def __init__(self, words: Words, files: dict[str, File], misfits: set[str], *, shows_blanks: bool) -> None:
        self.words = words
        self.files = files
        self.misfits = misfits
        self.shows_blanks = shows_blanks
        self.blanks = 0
        self.masked = 0
        self.asides: list[Answer] = []
        self._rounds: list[str] = []

    def nodes(self, path: str, tree: dict[str, Any]) -> tuple[Node, ...]:
        """Write what lies directly in a group, a repeat's round, or the form itself."""
        children = self.words.schema.children.get(path, {}).values()
        return tuple(node for f in children if f.path != "/meta" for node in self._node(f, tree.get(f.name)))

    def _node(self, field: Field, value: Any) -> Iterator[Node]:
        if field.kind == "group":
            items = self.nodes(field.path, value or {})
            if items:
                yield Group(self.words.label(field), items)
        elif field.kind == "repeat":
            rounds = tuple(self._round(field, n, each) for n, each in enumerate(value or (), 1))
            if rounds or self.shows_blanks:
                yield Repeat(self.words.label(field), rounds)
        elif field.question != "note":
            if field.control or field.labels or field.is_file:
                yield from self._answer(field, value, self.words.label(field))
            else:
                self.asides.extend(self._answer(field, value, " · ".join([*self._rounds, field.name])))

    def _round(self, field: Field, number: int, tree: dict[str, Any]) -> RepeatRow:
        self._rounds.append(f"{self.words.label(field)} {number}")
        row = RepeatRow(number, self.nodes(field.path, tree))
        self._rounds.pop()
        return row

    def _answer(self, field: Field, value: Any, label: str) -> Iterator[Answer]:
        is_misfit = field.path in self.misfits and value is None
        if value is None and not is_misfit:
            self.blanks += bool(field.control)
            if not (self.shows_blanks and field.control):
                return
        self.masked += value is SEALED
        file = self.files.get(value) if field.is_file and isinstance(value, str) else None
        yield Answer(
            label=label,
            name=field.name,
            text=self.words.text(field, value),
            is_masked=value is SEALED,
            is_misfit=is_misfit,
            file=stored(file) if file else None,
        )


def stored(file: File) -> StoredFile:
    """Give a file as pages show it."""
    kind = (file.content_type or "").partition("/")[0]
    return StoredFile(
        name=file.name,
        kind=kind if kind in ("image", "audio", "video") else "file",  # type: ignore[arg-type]
        has_arrived=file.blob is not None,
        size=file.blob.size if file.blob else 0,
        has_thumbnail=file.blob is not None and file.content_type in SHOWN,
    )


@pages.on(
    "GET",
    f"{_ONE}/files/<name>",
    may=Permission.SUBMISSION_READ,
)
def submission_file(actor: Actor, project: Project, form: Form, instance_id: str, name: str) -> Response:
    """Give a file of a submission: a picture to be shown, anything else to be saved."""
    content = _asked_content(keeping.contents(actor, form, instance_id))
    found = keeping.file(actor, form, content, name, vault=server().vault)
    if found.blob is None:
        raise NotFound
    is_shown = found.content_type in SHOWN
    response = Response(
        server().vault.read(found.blob),
        content_type=found.content_type if is_shown else "application/octet-stream",
    )
    place = "inline" if is_shown else "attachment"
    response.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Length"] = str(found.blob.size)
    return response
