"""A form's answers to take away: the root's table as CSV, or a ZIP with every table and the files.

Programs get values as they are. What is above the clearance that the actor's role has for downloads is blank, its files
are not there, and the ZIP says in a file of its own what was left out.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath

from flask import Response, request

from api import exports
from api.central.door import FORM, central, clean_file_name, flag, is_refused, set_file_name
from api.endpoint import server
from forms import answers, audit, catalogue, policy, submissions
from forms.access import Actor, Permission
from forms.models import Form, Project
from forms.policy import Clearance
from forms.problems import FeatureNotBuilt, InsufficientRights
from forms.vault import Vault


@central.on("GET POST", f"{FORM}/submissions.csv", may=Permission.SUBMISSION_READ)
def csv(actor: Actor, project: Project, form: Form) -> Response:
    """Give the root's table as CSV, the newest submission first."""
    del project
    _demand(actor)
    (_, root), *_ = _tables(actor, form, with_repeats=False)
    _record(actor, form)
    return set_file_name(Response(root, content_type="text/csv; charset=utf-8"), f"{form.xml_form_id}.csv")


@central.on("GET POST", f"{FORM}/submissions.csv.zip", may=Permission.SUBMISSION_READ)
def csv_zip(actor: Actor, project: Project, form: Form) -> Response:
    """Give every table as CSV, and the files that phones sent."""
    del project
    _demand(actor)
    vault = server().vault
    tables = _tables(actor, form, with_repeats=True)
    with_media = not is_refused("attachments")
    files = [(clean_file_name(name), blocks) for name, blocks in tables]
    media = _media(actor, form, vault) if with_media else iter(())
    response = Response(exports.archive(chain(files, media, _note(actor, form))), content_type="application/zip")
    _record(actor, form)
    return set_file_name(response, f"{form.xml_form_id}.zip" if with_media else f"{form.xml_form_id}.csv.zip")


def _record(actor: Actor, form: Form) -> None:
    audit.record(actor, "form.submission.export", actee_id=form.actee_id)
    submissions.took(actor, form, catalogue.schema(catalogue.current(form).id), vault=server().vault)


def _demand(actor: Actor) -> None:
    """Refuse whose role takes nothing away, and what is not built.

    That would change the rows or columns: to leave it out in silence would give wrong figures.
    """
    if actor.take.clearance == Clearance.NONE:
        raise InsufficientRights
    if "$filter" in request.args:
        raise FeatureNotBuilt(feature="$filter")
    for name in ("splitSelectMultiples", "deletedFields"):
        if flag(name):
            raise FeatureNotBuilt(feature=name)


def _tables(actor: Actor, form: Form, *, with_repeats: bool) -> list[tuple[str, Iterator[bytes]]]:
    """Copy the tables of the current version, each with its file name; repeats of one name are told apart by `~1`."""
    version = catalogue.current(form)
    schema = catalogue.schema(version.id)
    layout = answers.layout(form.id, version.id, schema)
    group_paths = not is_refused("groupPaths")
    repeats = schema.repeats if with_repeats else ()
    often = Counter(repeat.name for repeat in repeats)
    seen: Counter[str] = Counter()
    found = []
    for path, name in [("", ""), *((repeat.path, repeat.name) for repeat in repeats)]:
        seen[name] += 1
        ending = f"-{name}" if name else ""
        ending += f"~{seen[name]}" if often[name] > 1 else ""
        headings = answers.columns(layout, path, group_paths=group_paths)
        found.append((f"{form.xml_form_id}{ending}.csv", answers.copy(actor, layout, headings, repeat=path)))
    return found


def _note(actor: Actor, form: Form) -> Iterator[tuple[str, Iterator[bytes]]]:
    schema = catalogue.schema(catalogue.current(form).id)
    missing = [f.path for f in schema.leaves if not policy.lies_open(f.privacy, actor.take.clearance)]
    if missing:
        lines = ["Blank here, because your role does not take it away:", *(f"- {path}" for path in missing)]
        yield "left-out.txt", iter(("\n".join(lines).encode(),))


def _media(actor: Actor, form: Form, vault: Vault) -> Iterator[tuple[str, Iterator[bytes]]]:
    taken: Counter[str] = Counter()
    for file in submissions.media(actor, form, vault=vault):
        if file.blob is not None:
            yield f"media/{_unused(clean_file_name(file.name), taken)}", vault.read(file.blob)


def _unused(name: str, taken: Counter[str]) -> str:
    """Tell apart files that two phones gave the same name: `a.jpg`, `a~1.jpg`, and so on."""
    taken[name] += 1
    path = PurePath(name)
    return name if taken[name] == 1 else f"{path.stem}~{taken[name] - 1}{path.suffix}"
