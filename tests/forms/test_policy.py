"""The policy is one table: what the database holds, what the API says and what the reference page shows follow from it."""

from collections import Counter

from sqlalchemy import text

from forms import policy
from forms.db import db
from forms.policy import DEEDS, DIMENSIONS, FOR_PEOPLE, OVER_PEOPLE, ROLES, Clearance

COLUMNS = ("id", "system", "name", "verbs", "sees", "takes", "scoped_by", "cases")

#: ODK Central's roles as its API gives them: number, name, how many verbs, and some that tell them apart.
CENTRALS = {
    "admin": (1, "Administrator", 56, {"config.set", "user.create", "audit.read"}),
    "app-user": (2, "App User", 2, {"open_form.read", "submission.create"}),
    "pwreset": (3, "Password Reset Token", 1, {"user.password.reset"}),
    "manager": (5, "Project Manager", 41, {"project.delete", "assignment.create", "field_key.update"}),
    "viewer": (6, "Project Viewer", 10, {"submission.read", "entity.list"}),
    "formview": (7, "Form Viewer (system internal)", 1, {"open_form.read"}),
    "formfill": (8, "Data Collector", 4, {"project.read", "open_form.list", "open_form.read", "submission.create"}),
    "pub-link": (9, "Public Link", 2, {"open_form.read", "submission.create"}),
}


def _rows():
    rows = db.session.execute(text(f"select {', '.join(COLUMNS)} from roles order by id")).mappings()
    return [{**row, "verbs": frozenset(row["verbs"]), "scoped_by": tuple(row["scoped_by"])} for row in rows]


def test_the_database_holds_the_policy_and_nothing_else(app):
    expected = [{name: getattr(role, name) for name in COLUMNS} for role in ROLES]
    english = {row["id"]: row["name"] for row in _rows()}
    for row, role in zip(_rows(), expected, strict=True):
        assert row == role, english[row["id"]]
    assert db.session.execute(
        text("select array_agg(cardinality(verbs) = (select count(distinct v) from unnest(verbs) v)) from roles")
    ).scalar_one() == [True] * len(ROLES)


def test_centrals_roles_are_given_as_central_gives_them(world):
    given = {role["system"]: role for role in world.login(world.person()).get("/v1/roles").json}
    assert set(given) == {role.system for role in ROLES}
    for system, (number, name, count, some) in CENTRALS.items():
        role = given[system]
        assert (role["id"], role["name"], len(role["verbs"])) == (number, name, count), system
        assert some <= set(role["verbs"]), system
        assert not OVER_PEOPLE & set(role["verbs"]), system


def test_an_administrator_sees_nothing_of_people_by_that_role(app):
    for role in ROLES:
        if role.id < 20:
            assert max(role.sees, role.takes) <= Clearance.PROGRAMME, role.system
            assert not role.has_clearance, role.system


def test_no_role_downloads_more_than_it_sees_and_none_downloads_identity():
    for role in ROLES:
        assert role.takes <= role.sees, role.system
        assert role.takes < Clearance.IDENTITY, role.system


def test_only_who_reads_records_reveals_identity_and_only_the_provincial_coordinator_asks_for_exports():
    for role in ROLES:
        if "identity.reveal" in role.verbs:
            assert "submission.read" in role.verbs, role.system
            assert role.sees == Clearance.IDENTITY, role.system
    assert [role.system for role in ROLES if "identity_export.request" in role.verbs] == ["province"]
    assert [role.system for role in ROLES if "access_log.read" in role.verbs] == ["auditor"]


def test_every_verb_stands_under_exactly_one_deed():
    count = Counter(verb for verbs in DEEDS.values() for verb in verbs)
    assert set(count.values()) == {1}
    assert set(count) == set().union(*(role.verbs for role in ROLES))
    assert policy.deeds(policy.BY_ID[2]) == ("get", "fill")


def test_dimensions_are_those_that_roles_are_scoped_by():
    assert set(DIMENSIONS) == {name for role in ROLES for name in role.scoped_by}


def test_people_are_given_roles_of_people_alone():
    assert {role.system for role in FOR_PEOPLE} == {
        "manager",
        "viewer",
        "formfill",
        *(r.system for r in ROLES if r.id >= 20),
    }


def test_numbers_and_names_are_each_used_once():
    for names in (
        [r.id for r in ROLES],
        [r.system for r in ROLES],
        [r.name for r in ROLES],
        [r.name_id for r in ROLES],
    ):
        assert len(set(names)) == len(names)
