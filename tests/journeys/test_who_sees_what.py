"""The database decides who sees a record: without scopes an error, with scopes one's own records on every way to them."""

import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound, ProgrammingError

from forms import answers, catalogue, submissions
from forms.access import SERVER, Actor
from forms.answers import Box, Condition, Filter, Layout
from forms.db import EVERYTHING, db, see
from forms.models import Form, Project
from forms.problems import NotFound
from forms.submissions import Kept, Part, Sender
from forms.vault import Vault
from tests.support.instances import instance
from tests.support.odk import xlsx
from tests.support.survey import reader

FORM = """
| survey |
|        | type         | name    | label   | scope   |
|        | text         | kabkota | Kab     | kabkota |
|        | text         | tujuan  | Tujuan  | kabkota |
|        | text         | nama    | Nama    |         |
|        | integer      | umur    | Umur    |         |
|        | select_one k | kerja   | Kerja   |         |
|        | geopoint     | titik   | Titik   |         |
|        | image        | foto    | Foto    |         |
|        | begin_repeat | anak    | Anak    |         |
|        | integer      | usia    | Usia    |         |
|        | end_repeat   |         |         |         |
| choices |
|         | list_name | name | label |
|         | k         | tani | Tani  |
"""

#: The records: a name and the districts that it names, one for each side. The last names none.
RECORDS = {"a": ("61.01", ""), "b": ("61.02", ""), "c": ("61.01", "61.02"), "d": ("61.03", ""), "e": ("", "")}

#: Who asks: under which scopes, and which records are theirs.
ACTORS = {
    "one district": (("kabkota=61.01",), "ac"),
    "another district": (("kabkota=61.02",), "bc"),
    "two districts": (("kabkota=61.01", "kabkota=61.03"), "acd"),
    "a district without records": (("kabkota=61.09",), ""),
    "another kind of scope": (("kantor=61.01",), ""),
    "no scope at all": ((), ""),
    "whoever sees everything": (EVERYTHING, "abcde"),
}


@dataclass(frozen=True)
class Archive:
    """What is kept, for a reader to be tried on."""

    project: Project
    form: Form
    layout: Layout
    vault: Vault
    kept: dict[str, Kept]
    trials: dict[str, int]

    def name(self, instance_id: str) -> str:
        """The record's name, from its id."""
        return instance_id.rpartition("-")[2]

    def each(self, read: Callable[[str, Kept], Any]) -> str:
        """The names of the records that can be read one by one."""
        seen = ""
        for name, kept in self.kept.items():
            # Only `find` is asked with an id from outside; the others get what it found.
            with suppress(NotFound, NoResultFound):
                seen += name if read(name, kept) else ""
        return seen


@pytest.fixture
def archive(world) -> Archive:
    project = world.project()
    form = world.form(project, xlsx(FORM))
    catalogue.copy_to_draft(SERVER, form)
    sender = Sender(Actor(world.app_user(project, form).id, "field_key"))
    for name, (here, there) in RECORDS.items():
        xml = instance(
            "uji",
            answers=f"<kabkota>{here}</kabkota><tujuan>{there}</tujuan><nama>{name}</nama><umur>7</umur>"
            f"<kerja>tani</kerja><titik>-0.02 109.34 0 0</titik><foto>{name}.jpg</foto><anak><usia>1</usia></anak>",
            instance_id=f"uuid:first-{name}",
        )
        submissions.receive(sender, project.id, xml, {f"{name}.jpg": Part(io.BytesIO(b"x"), None)}, vault=world.vault)
        submissions.comment(SERVER, form, f"uuid:first-{name}", "ada", vault=world.vault)
        submissions.receive_trial(form, xml, [], device_id=name, vault=world.vault)
        db.session.commit()
    version = catalogue.current(form)
    layout = answers.layout(form.id, version.id, catalogue.schema(version.id))
    kept = {kept.submission.instance_id[-1]: kept for kept in submissions.list_kept(SERVER, form)}
    trials = {trial.device: trial.id for trial in submissions.list_trials(SERVER, form)}
    # What was read is kept as it is: the tests end one transaction after another.
    db.session.expunge_all()
    db.session.rollback()
    return Archive(project, form, layout, world.vault, dict(sorted(kept.items())), trials)


def rows_of(blocks: Iterator[bytes]) -> str:
    """The names in a CSV's key column, whatever else is in a row."""
    lines = b"".join(blocks).decode().splitlines()[1:]
    return "".join(sorted(line.partition("uuid:first-")[2][:1] for line in lines))


def latest(counted: Any, archive: Archive) -> str:
    """The record that came last, as a count tells it."""
    return "".join(name for name, kept in archive.kept.items() if kept.submission.created_at == counted)


EARTH = Box(-90, -180, 90, 180)
tani = Filter((Condition("/kerja", "is", "tani"),))

#: Every function that reads collected values: the records that it shows, by name, or their number.
READERS: dict[str, Callable[[Actor, Archive], str | int]] = {
    "answers.select": lambda who, a: "".join(a.name(r.instance_id) for r in answers.select(who, a.layout)),
    "answers.rounds": lambda who, a: "".join(
        name
        for name, kept in a.kept.items()
        if answers.rounds(who, a.layout, "/anak", [kept.submission.id], paths=["/anak/usia"], most=9)
    ),
    "answers.one": lambda who, a: a.each(lambda _, kept: answers.one(who, a.layout, kept.submission.id)),
    "answers.copy": lambda who, a: rows_of(answers.copy(who, a.layout, answers.columns(a.layout))),
    "answers.stream": lambda who, a: len(list(answers.stream(who, a.layout, answers.columns(a.layout)))),
    "answers.hand_over": lambda who, a: "".join(
        sorted(a.name(row[0]) for row in answers.hand_over(who, a.layout, "", set(), lambda *_: "")[1])
    ),
    "answers.count": lambda who, a: answers.count(who, a.form.id, where=tani, layout=a.layout),
    "answers.count_rows": lambda who, a: answers.count_rows(who, a.layout, "/anak"),
    "answers.totals": lambda who, a: answers.totals(who, [a.form.id])[a.form.id].count,
    "answers.counts_per_day": lambda who, a: sum(
        n for _, n in answers.counts_per_day(who, a.form.id, zone="UTC", days=3)
    ),
    "answers.answered": lambda who, a: answers.answered(who, a.layout, ["/nama"])["/nama"],
    "answers.choice_counts": lambda who, a: answers.choice_counts(who, a.layout, paths=["/kerja"])["/kerja"].answered,
    "answers.extent": lambda who, a: answers.extent(who, a.layout, "/titik").count,
    "answers.clusters": lambda who, a: sum(
        each.count for each in answers.clusters(who, a.layout, "/titik", EARTH, columns=3, rows=3)
    ),
    "answers.points": lambda who, a: "".join(
        a.name(point.instance_id) for point in answers.points(who, a.layout, "/titik", EARTH, limit=9)
    ),
    "submissions.list_trials": lambda who, a: "".join(t.device for t in submissions.list_trials(who, a.form)),
    "submissions.count_trials": lambda who, a: submissions.count_trials(who, a.form),
    "submissions.open_trial": lambda who, a: a.each(
        lambda name, _: submissions.open_trial(who, a.form, a.trials[name], vault=a.vault)
    ),
    "submissions.list_kept": lambda who, a: "".join(
        a.name(kept.submission.instance_id) for kept in submissions.list_kept(who, a.form)
    ),
    "submissions.find": lambda who, a: a.each(lambda name, _: submissions.find(who, a.form, f"uuid:first-{name}")),
    "submissions.find_sent": lambda who, a: a.each(
        lambda name, _: submissions.find_sent(who, a.form, f"uuid:first-{name}")
    ),
    "submissions.contents": lambda who, a: a.each(lambda n, _: submissions.contents(who, a.form, f"uuid:first-{n}")),
    "submissions.xml": lambda who, a: a.each(lambda _, kept: submissions.xml(who, a.form, kept.content, vault=a.vault)),
    "submissions.laid_out": lambda who, a: a.each(
        lambda _, kept: submissions.laid_out(who, a.form, kept.content, vault=a.vault)
    ),
    "submissions.files": lambda who, a: a.each(lambda _, k: submissions.files(who, a.form, k.content, vault=a.vault)),
    "submissions.file": lambda who, a: a.each(
        lambda name, kept: submissions.file(who, a.form, kept.content, f"{name}.jpg", vault=a.vault)
    ),
    "submissions.media": lambda who, a: "".join(f.name[0] for f in submissions.media(who, a.form, vault=a.vault)),
    "submissions.gallery": lambda who, a: "".join(
        a.name(each.instance_id) for each in submissions.gallery(who, a.form, a.layout, limit=9, vault=a.vault)
    ),
    "submissions.count_pictured": lambda who, a: submissions.count_pictured(who, a.layout)[1],
    "submissions.comments": lambda who, a: a.each(
        lambda _, kept: submissions.comments(who, a.form, kept.submission.id, vault=a.vault)
    ),
    "submissions.changes": lambda who, a: a.each(
        lambda _, kept: submissions.changes(who, a.form, [kept, kept], vault=a.vault)
    ),
    "submissions.count_files": lambda who, a: submissions.count_files(who, a.form),
    "submissions.count_by_form": lambda who, a: (
        submissions.count_by_form(who, a.project.id, [a.form])[a.form.id].submissions
    ),
}


def test_every_reader_shows_an_actor_their_own_records_and_no_other(archive):
    for name, read in READERS.items():
        for who, (scopes, theirs) in ACTORS.items():
            seen = read(reader(*scopes), archive)
            expected = len(theirs) if isinstance(seen, int) else theirs
            assert (name, who, seen if isinstance(seen, int) else "".join(sorted(seen))) == (name, who, expected)
            db.session.rollback()


def test_the_last_arrival_that_a_project_tells_of_is_the_actors_own(archive):
    for scopes, theirs in ACTORS.values():
        counted = submissions.count_by_project(reader(*scopes), [archive.project.id])
        assert latest(counted[archive.project.id]["last_submission"], archive) == theirs[-1:]
        db.session.rollback()


def test_a_later_content_leads_to_its_record_only_for_those_who_may_see_it(archive, world):
    edit = instance(
        "uji", answers="<kabkota>61.02</kabkota>", instance_id="uuid:second-a", deprecated_id="uuid:first-a"
    )
    sender = Sender(world.coordinator())
    submissions.receive(sender, archive.project.id, edit, {}, vault=world.vault)
    db.session.commit()
    roots = {
        scope: submissions.root_of(reader(scope), archive.form, "uuid:second-a")
        for scope in ("kabkota=61.01", "kabkota=61.02")
    }
    # The correction moved it to another district, and its history with it.
    assert roots == {"kabkota=61.01": None, "kabkota=61.02": "uuid:first-a"}
    for scope, count in (("kabkota=61.01", 1), ("kabkota=61.02", 3)):
        assert len(submissions.list_kept(reader(scope), archive.form)) == count
    with pytest.raises(NotFound):
        submissions.contents(reader("kabkota=61.01"), archive.form, "uuid:first-a")


def test_a_file_cannot_be_given_to_a_record_of_another_district(archive, world):
    stranger = replace(reader("kabkota=61.02"), id=world.coordinator().id)
    with pytest.raises(NotFound):
        submissions.attach(
            stranger, archive.form, archive.kept["a"], "a.jpg", Part(io.BytesIO(b"y"), None), vault=world.vault
        )


def test_no_reader_is_left_out():
    here = {*READERS, "submissions.count_by_project", "submissions.root_of", "submissions.attach"}
    # These open identity or tell the log of it: tests/api/test_reveal.py and test_identity_exports.py.
    here |= {f"submissions.{name}" for name in ("reveal", "request_handover", "decide_handover", "take_handover")}
    here |= {"submissions.looked", "submissions.took"}
    # These change what they read (tests/forms/test_review.py), or are told of a record by what `find` gave.
    here |= {"submissions.review", "submissions.comment", "submissions.lines"}
    # These read nothing: they say whether a filter may be asked for.
    here |= {"answers.check", "answers.check_open", "answers.ids"}
    assert here == {*readers(answers, "answers"), *readers(submissions, "submissions")}


def readers(module: ModuleType, name: str) -> Iterator[str]:
    """The functions of a module that are told who asks."""
    for each in module.__all__:
        function = getattr(module, each)
        if inspect.isfunction(function) and "actor" in inspect.signature(function).parameters:
            yield f"{name}.{each}"


RELATIONS = text(
    """
    select format('%I.%I', nspname, relname), relkind::text, relrowsecurity
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'v') and (nspname in ('answers', 'readable') or relrowsecurity)
    order by 1
    """
)


def test_whoever_has_not_said_whose_records_they_may_see_gets_an_error(archive):
    found = db.session.execute(RELATIONS).all()
    # Records, contents, files, comments, trials; the answers and the views of the root and the repeat.
    assert len(found) == 5 + 2 + 2
    for name, kind, is_bound in found:
        assert is_bound or kind == "v", name
        for statement in ("select count(*) from", "delete from") if kind == "r" else ("select count(*) from",):
            with pytest.raises(ProgrammingError, match="this transaction has no scopes"):
                db.session.execute(text(f"{statement} {name}"))
            db.session.rollback()


def test_whoever_reads_the_tables_themselves_sees_no_more(archive):
    for name, _, _ in db.session.execute(RELATIONS).all():
        for scopes, theirs in ACTORS.values():
            see(scopes)
            assert db.session.execute(text(f"select count(*) from {name}")).scalar_one() == len(theirs), name
            db.session.rollback()
