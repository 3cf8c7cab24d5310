"""The row policies hold by themselves: where our own code forgets whose records it reads, others' are still not there."""

import sys
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from forms import answers, catalogue, submissions
from forms.answers import conditions
from forms.db import db, see
from forms.models import Submission, SubmissionVersion
from forms.submissions import read
from tests.support.programme import CANARY
from tests.support.survey import reader

OWN = ("kabkota=61.01",)

#: All that phones sent, and what is made of it for people with psql.
COLLECTED = text(
    """
    select format('%I.%I', nspname, relname) as name, relkind::text as kind
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'v') and (nspname in ('answers', 'readable') or relrowsecurity)
    order by 1
    """
)


@pytest.fixture
def collected(programme):
    found = db.session.execute(COLLECTED).all()
    db.session.rollback()
    # Records, contents, files, comments, trials; a root and its repeat of three forms, the root of one; a view of each.
    assert len(found) == 5 + 7 + 7
    return found


def names(rows) -> set[str]:
    """Whose records are in some rows, whatever they hold of them."""
    return {match[3] for row in rows for match in CANARY.finditer(str(tuple(row)))}


def keys(programme, scopes):
    """The records that these scopes show, deleted ones too."""
    return [record for record in programme.records if not record.scopes or set(record.scopes) & set(scopes)]


def test_a_select_of_everything_without_any_condition_shows_the_own_records(programme, collected):
    shown = set()
    for name, _ in collected:
        see(OWN)
        rows = db.session.execute(text(f"select t::text from {name} t")).all()
        shown |= (found := names(rows))
        # The unscoped form's record is called BARE, as those are that should have had a scope.
        assert found <= {record.name for record in keys(programme, OWN)}, name
        assert all("BEBAS" in str(row) for row in rows if "BARE" in str(row)), name
        db.session.rollback()
    assert "OWN" in shown


def test_a_change_of_everything_without_any_condition_changes_the_own_records(programme, collected):
    theirs = keys(programme, OWN)
    for name, kind in collected:
        if kind == "r":
            see(OWN)
            changed = db.session.execute(text(f"update {name} set scopes = scopes")).rowcount
            everything = _count_all(name)
            assert 0 < changed < everything or name.endswith(_only_theirs(programme)), name
            db.session.rollback()
    assert len(theirs) < len(programme.records)


def _count_all(name):
    see(("*",))
    return db.session.execute(text(f"select count(*) from {name}")).scalar_one()


def _only_theirs(programme):
    """The tables in which nothing is of others: project B's form, and the unscoped one."""
    forms = (programme.forms[programme.spot("B", "kasus")], programme.forms[programme.spot("A", "bebas")])
    return tuple(f"a{form.id}_{level}_0" for form in forms for level in (0, 1))


def test_a_row_cannot_be_written_into_a_scope_that_is_not_ones_own(programme):
    see(OWN)
    with pytest.raises(ProgrammingError, match="row-level security"):
        db.session.execute(
            text("update submissions set scopes = '{kabkota=61.02}' where instance_id like '%A-KASUS-OWN%'")
        )
    db.session.rollback()


def test_a_transaction_that_says_nothing_of_scopes_gets_an_error_from_every_reader(programme, collected, monkeypatch):
    """`see` forgotten: nothing is shown, and nothing is shown as empty."""
    for module in (
        answers.reading,
        answers.figures,
        answers.copying,
        answers.mapping,
        read,
        sys.modules["forms.submissions.review"],
    ):
        monkeypatch.setattr(module, "see", lambda *_: None)
    form, layout = _kasus(programme)
    who = reader(*OWN)
    for ask in (
        lambda: answers.select(who, layout),
        lambda: answers.count(who, form.id),
        lambda: answers.totals(who, [form.id]),
        lambda: submissions.list_kept(who, form),
        lambda: submissions.find(who, form, programme.record("A", "kasus", "OWN").id),
        lambda: submissions.count_files(who, form),
        lambda: list(submissions.media(who, form, vault=programme.world.vault)),
        lambda: submissions.gallery(who, form, layout, limit=1, vault=programme.world.vault),
        lambda: submissions.count_pictured(who, layout),
        lambda: submissions.comments(who, form, 1, vault=programme.world.vault),
        lambda: submissions.review(
            who, form, [programme.record("A", "kasus", "OWN").id], "approved", vault=programme.world.vault
        ),
        lambda: answers.extent(who, layout, "/titik"),
    ):
        with pytest.raises(ProgrammingError, match="this transaction has no scopes"):
            ask()
        db.session.rollback()


def test_a_reader_that_forgets_its_conditions_shows_the_own_records(programme, monkeypatch):
    """Form, deletion, filter forgotten: more than was asked for comes, but of nobody else."""
    form, layout = _kasus(programme)
    true_clause = conditions.clause
    monkeypatch.setattr(
        conditions, "clause", lambda *given: replace(true_clause(*given), sql="%(form)s::bigint is not null")
    )
    both = select(Submission, SubmissionVersion)
    both = both.join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
    monkeypatch.setattr(read, "_kept", lambda _form: both)
    theirs = {record.id for record in keys(programme, OWN)}
    who = reader(*OWN)
    assert {record.instance_id for record in answers.select(who, layout, limit=99)} == theirs
    assert answers.count(who, form.id) == len(theirs)
    assert {kept.submission.instance_id for kept in submissions.list_kept(who, form)} <= theirs
    assert programme.record("A", "kasus", "OTHER").id not in theirs
    db.session.rollback()


def _kasus(programme):
    form = programme.forms[programme.spot("A", "kasus")]
    version = catalogue.current(form)
    return form, answers.layout(form.id, version.id, catalogue.schema(version.id))
