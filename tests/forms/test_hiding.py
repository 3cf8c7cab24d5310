"""Readers without access to cases: what one figure hides, no other tells, whatever the form knows of its answers."""

import pytest

from forms import figures, submissions
from forms.access import Actor
from forms.figures import Filters
from forms.policy import Clearance
from forms.submissions import Sender
from tests.support.instances import instance, new_id
from tests.support.odk import xlsx
from tests.support.survey import reader

#: How many records say so. With 5 in b another one must be hidden too: alone it would be a, and c1 among the towns.
RECORDS = {("a", "a1"): 50, ("b", "b1"): 5, ("c", "c1"): 12, ("c", "c2"): 70}

ANALYST = reader("*", clearance=Clearance.PROGRAMME)

CHOICES = """
| choices |
| | list_name | name | label | kab |
| | kab | a | A | |
| | kab | b | B | |
| | kab | c | C | |
| | kec | a1 | A1 | a |
| | kec | b1 | B1 | b |
| | kec | c1 | C1 | c |
| | kec | c2 | C2 | c |
| views |
| | type | name | by | privacy |
| | table | per_kab | ${kab} | people |
| | table | per_kec | ${kec} | people |
"""

SURVEYS = {
    "the_filter_of_its_choices": """
| survey |
| | type | name | label | choice_filter |
| | select_one kab | kab | Kabupaten | |
| | select_one kec | kec | Kecamatan | kab = ${kab} |
""",
    "its_constraint": """
| survey |
| | type | name | label | constraint |
| | select_one kab | kab | Kabupaten | |
| | select_one kec | kec | Kecamatan | starts-with(., ${kab}) |
""",
    "the_constraint_of_a_third": """
| survey |
| | type | name | label | constraint |
| | select_one kab | kab | Kabupaten | |
| | select_one kec | kec | Kecamatan | |
| | text | yakin | Cocok? | starts-with(${kec}, ${kab}) |
""",
}


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_what_is_hidden_by_one_answer_does_not_follow_from_one_that_is_bound_to_it_by(world, survey):
    project = world.project()
    form = world.form(project, xlsx(survey + CHOICES))
    phone = Actor(world.app_user(project, form).id, "field_key")
    for (kab, kec), count in RECORDS.items():
        for _ in range(count):
            xml = instance("uji", answers=f"<kab>{kab}</kab><kec>{kec}</kec>", instance_id=new_id())
            submissions.receive(Sender(phone), project.id, xml, {}, vault=world.vault)
    board = figures.board_of_form(ANALYST, form)
    of_kab, of_kec = (
        {row.key.value: row.cells[0] for row in figures.figure(ANALYST, board, board.view(name), Filters()).rows}
        for name in ("per_kab", "per_kec")
    )
    assert of_kab["b"].mark == of_kec["b1"].mark == "small"
    assert any(of_kab[kab].mark for kab in "ac")
    assert of_kab["a"].value == of_kec["a1"].value
    assert of_kab["c"].value is not None or None in (of_kec["c1"].value, of_kec["c2"].value)
