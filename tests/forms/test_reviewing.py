"""Reviewing: one record or many, all or nothing; what is said lies sealed and goes where the record goes."""

import pytest
from sqlalchemy import text

from forms import access, submissions
from forms.access import SERVER
from forms.db import EVERYTHING, as_owner, db, see
from forms.problems import MissingParameter, NotCleared, NotFound, UnexpectedValue, ValueTooLong
from tests.support.cases import cases

SAID = "CANARY-KOMENTAR tanyakan lagi kepada ibunya"


@pytest.fixture
def scene(world):
    """The case form with records 1 to 5, of districts 61.1, 61.2, 61.3, 61.0 and 61.1."""
    return cases(world)


@pytest.fixture
def district(world, scene):
    """A coordinator of 61.1, as they are on the form."""
    person = world.person("district", project=scene.project)
    db.session.execute(
        text("insert into actor_properties (project_id, actor_id, name, value) values (:p, :a, 'kabkota', '61.1')"),
        {"p": scene.project.id, "a": person.id},
    )
    db.session.commit()
    return access.at(person, project_id=scene.project.id, form_id=scene.form.id)[0]


def _ids(*numbers):
    return [f"uuid:{number:08}" for number in numbers]


def _states(scene):
    return {
        kept.submission.instance_id: kept.submission.review_state for kept in submissions.list_kept(SERVER, scene.form)
    }


def _lines(scene, number, actor=SERVER):
    kept = submissions.find(SERVER, scene.form, *_ids(number))
    return submissions.lines(actor, scene.form, kept, vault=scene.world.vault)


def test_many_records_get_a_state_at_once_and_the_audit_has_a_line_for_each(world, scene, district):
    ids = _ids(1, 5)
    done = submissions.review(district, scene.form, [*ids, ids[0]], "hasIssues", SAID, vault=world.vault)
    db.session.commit()
    db.session.expire_all()
    assert done == 2
    assert {i for i, state in _states(scene).items() if state} == set(ids)
    for number in (1, 5):
        line = _lines(scene, number, district)[0]
        kept = submissions.find(SERVER, scene.form, *_ids(number))
        assert (line.action, line.actor_id, line.notes) == ("submission.update", district.id, SAID)
        assert line.details == {
            "submissionId": kept.submission.id, "submissionDefId": kept.content.id, "reviewState": "hasIssues"
        }  # fmt: skip
        assert kept.submission.updated_at is not None


@pytest.mark.parametrize("numbers", [(1, 2), (1, 99)])
def test_where_one_record_is_out_of_scope_none_is_reviewed(world, scene, district, numbers):
    with pytest.raises(NotFound):
        submissions.review(district, scene.form, _ids(*numbers), "approved", vault=world.vault)
    assert set(_states(scene).values()) == {None}
    assert [line.action for line in _lines(scene, 1)] == ["submission.attachment.update", "submission.create"]


def test_every_state_follows_every_other_and_no_other_word_is_one(world, scene, district):
    for state in ("approved", "rejected", "edited", None, "hasIssues", "hasIssues"):
        submissions.review(district, scene.form, _ids(1), state, vault=world.vault)
        assert submissions.find(SERVER, scene.form, *_ids(1)).submission.review_state == state
    with pytest.raises(UnexpectedValue):
        submissions.review(district, scene.form, _ids(1), "received", vault=world.vault)
    assert submissions.review(district, scene.form, [], "approved", vault=world.vault) == 0


def test_what_is_said_lies_sealed(world, scene, district):
    submissions.review(district, scene.form, _ids(1), "rejected", SAID, vault=world.vault)
    submissions.comment(district, scene.form, *_ids(1), SAID, vault=world.vault)
    db.session.commit()
    with as_owner() as connection:
        tables = connection.execute(text("select tablename from pg_tables where schemaname in ('public', 'answers')"))
        names = [name for (name,) in tables]
    see(EVERYTHING)
    assert "comments" in names
    for name in names:
        schema = "answers." if name.startswith("a") and name[1].isdigit() else ""
        rows = db.session.execute(text(f"select t::text from {schema}{name} t")).scalars().all()
        assert not [row for row in rows if "KOMENTAR" in row or b"KOMENTAR".hex() in row], name


def test_comments_are_for_whoever_sees_the_record_and_all_that_its_form_asks(world, scene, district):
    kept = submissions.find(SERVER, scene.form, *_ids(1))
    submissions.comment(district, scene.form, *_ids(1), f"  {SAID}\n", vault=world.vault)
    db.session.commit()

    def read(actor):
        return [said.body for said in submissions.comments(actor, scene.form, kept.submission.id, vault=world.vault)]

    assert read(district) == [SAID]
    assert "KOMENTAR" not in repr(submissions.comments(district, scene.form, kept.submission.id, vault=world.vault))
    for role in ("manager", "analyst", "auditor"):
        person = world.person(role, project=scene.project)
        assert read(access.at(person, project_id=scene.project.id, form_id=scene.form.id)[0]) == [], role
    elsewhere = world.person("shelter", project=scene.project)
    assert read(access.at(elsewhere, project_id=scene.project.id, form_id=scene.form.id)[0]) == []


def test_whoever_could_not_read_a_comment_writes_none_and_reviews_without(world, scene):
    person = world.person("manager", project=scene.project)
    manager = access.at(person, project_id=scene.project.id, form_id=scene.form.id)[0]
    with pytest.raises(NotCleared):
        submissions.comment(manager, scene.form, *_ids(1), SAID, vault=world.vault)
    with pytest.raises(NotCleared):
        submissions.review(manager, scene.form, _ids(1), "approved", SAID, vault=world.vault)
    db.session.rollback()
    assert submissions.review(manager, scene.form, _ids(1, 2), "approved", vault=world.vault) == 2


def test_a_comment_says_something_and_not_a_book(world, scene, district):
    for body, problem in ((" \n", MissingParameter), ("x" * 4001, ValueTooLong)):
        with pytest.raises(problem):
            submissions.comment(district, scene.form, *_ids(1), body, vault=world.vault)
    with pytest.raises(NotFound):
        submissions.comment(district, scene.form, *_ids(2), SAID, vault=world.vault)


def test_a_record_that_moves_takes_what_was_said_of_it_along(world, scene, district):
    submissions.comment(district, scene.form, *_ids(1), SAID, vault=world.vault)
    db.session.commit()
    scene.send(replaces=_ids(1)[0], instance_id="uuid:pindah")  # number 6: of 61.2
    kept = submissions.find(SERVER, scene.form, *_ids(1))
    assert kept.submission.scopes == ["kabkota=61.2"]
    see(EVERYTHING)
    assert db.session.execute(text("select scopes from comments")).scalars().all() == [["kabkota=61.2"]]
    assert submissions.comments(district, scene.form, kept.submission.id, vault=world.vault) == []
