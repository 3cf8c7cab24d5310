"""Whatever roles and values somebody is given, what they see, read and take away is what the table of roles says."""

import csv
import io
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from forms import access, answers
from forms.access import Actor
from forms.answers import SEALED
from forms.db import db
from forms.models import Form
from forms.policy import ROLES, Clearance, lies_open
from tests.support.paper import BY_NAME, Held, Reader, Spot
from tests.support.survey import Survey, leaf, root

DIMENSIONS = ("kabkota", "kantor", "shelter", "lembaga")
KEYS = [f"{dimension}={value}" for dimension in DIMENSIONS for value in ("1", "2")]
#: Records of every scope that one or two values make, of none, and one that should have had some.
SCOPES = [(), ("?",), *((key,) for key in KEYS), *combinations(KEYS, 2)]
QUESTIONS = {"/p0": "", "/p1": "quasi", "/p2": "sensitive", "/p3": "identity"}


class Two:
    """Two forms of a project, one about people, with a record of every scope each; and somebody without a role."""

    def __init__(self, world):
        self.layouts, self.records = {}, {}
        self.project = world.project()
        self.person = world.person()
        for name, has_cases in (("kasus", True), ("kegiatan", False)):
            survey = Survey(name, self.project.id)
            layout = survey.publish(*(leaf(path, privacy=privacy) for path, privacy in QUESTIONS.items()))
            db.session.get_one(Form, survey.form_id).has_cases = has_cases
            db.session.commit()
            spot = Spot("A", name, has_cases=has_cases)
            self.layouts[spot] = layout
            self.records[spot] = {
                survey.submit(layout, [root(**{p[1:]: f"{p[1:]} {n}" for p in QUESTIONS})], scopes=scopes): scopes
                for n, scopes in enumerate(SCOPES)
            }

    def give(self, reader):
        """Let the person hold what the reader holds, until the transaction ends."""
        for each in reader.held:
            form = next((layout.form_id for spot, layout in self.layouts.items() if spot.form == each.form), None)
            project = self.project.id if each.project else None
            values = {"actor": self.person.id, "role": each.role.id, "project": project, "form": form}
            db.session.execute(_ASSIGN, values)
        for dimension, several in reader.values["A"].items():
            values = {
                "project": self.project.id,
                "actor": self.person.id,
                "name": dimension,
                "value": " ".join(several),
            }
            db.session.execute(_VALUE, values)
        return Actor(self.person.id, "user", is_proven=reader.is_proven)


_ASSIGN = text(
    "insert into assignments (actor_id, role_id, project_id, form_id) values (:actor, :role, :project, :form)"
)
_VALUE = text(
    "insert into actor_properties (project_id, actor_id, name, value) values (:project, :actor, :name, :value)"
)

places = st.sampled_from([(None, None), ("A", None), ("A", "kasus"), ("A", "kegiatan")])
held = st.builds(
    lambda role, place: Held(BY_NAME[role], *place), st.sampled_from([role.system for role in ROLES]), places
)
values = st.dictionaries(
    st.sampled_from(DIMENSIONS), st.lists(st.sampled_from("12"), min_size=1, unique=True).map(tuple), max_size=4
)
readers = st.builds(
    lambda held, theirs, is_proven: Reader(tuple(held), {"A": theirs}, is_proven=is_proven),
    st.lists(held, max_size=4, unique=True),
    values,
    st.booleans(),
)


@pytest.fixture
def two(world):
    return Two(world)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reader=readers)
def test_whatever_somebody_is_given_they_see_what_the_table_of_roles_says(two, reader):
    try:
        actor = two.give(reader)
        forms = [db.session.get_one(Form, layout.form_id) for layout in two.layouts.values()]
        by_form = access.on_forms(actor, two.project.id, forms)
        for spot, layout in two.layouts.items():
            here, verbs = access.at(actor, project_id=two.project.id, form_id=layout.form_id)
            assert verbs == reader.verbs(spot)
            assert (here, verbs) == by_form[layout.form_id]
            demand_seen(here, layout, two.records[spot], reader.look(spot))
            demand_taken(here, layout, two.records[spot], reader.take(spot))
    finally:
        db.session.rollback()


def demand_seen(actor, layout, records, sees):
    """Compare a list, each record, and the count with what is to be seen."""
    theirs = {submission for submission, scopes in records.items() if sees.reaches(scopes)}
    assert actor.look.clearance == sees.clearance
    listed = {record.id: record.values for record in answers.select(actor, layout, paths=[*QUESTIONS], limit=999)}
    assert set(listed) == theirs
    assert answers.count(actor, layout.form_id) == len(theirs)
    for submission, answered in listed.items():
        number = [*records].index(submission)
        for path, privacy in QUESTIONS.items():
            is_open = lies_open(privacy, sees.clearance)
            assert answered[path] == (f"{path[1:]} {number}" if is_open else SEALED)
    if theirs:
        one = answers.one(actor, layout, min(theirs))
        assert {name for name, value in one.items() if value is not SEALED and name in ("p0", "p1", "p2", "p3")} == {
            path[1:] for path, privacy in QUESTIONS.items() if lies_open(privacy, sees.clearance)
        }


def demand_taken(actor, layout, records, sees):
    """Compare a download with what is to be taken."""
    theirs = {n for n, scopes in enumerate(records.values()) if sees.reaches(scopes)}
    assert actor.take.clearance == sees.clearance
    copied = b"".join(answers.copy(actor, layout, answers.columns(layout))).decode()
    rows = list(csv.DictReader(io.StringIO(copied)))
    assert len(rows) == len(theirs) == answers.count_rows(actor, layout)
    for path, privacy in QUESTIONS.items():
        is_open = sees.clearance > Clearance.NONE and lies_open(privacy, sees.clearance)
        expected = {f"{path[1:]} {n}" for n in theirs} if is_open else set()
        assert {row[path[1:]] for row in rows} - {""} == expected
