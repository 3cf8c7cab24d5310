"""People, roles and values from an Excel workbook: what is wrong is named by its cell, and all is done or nothing."""

import io
import re
from html import unescape

import openpyxl
import pytest
from sqlalchemy import func, select

from forms import grants, policy
from forms.access import SERVER
from forms.db import db
from forms.models import Assignment, Audit, User
from forms.roster import people as roster
from tests.support.odk import sheets
from tests.support.odk import xlsx as form_workbook
from tests.support.visitor import MANAGER, make_scene

SCOPED = """
| survey |
|        | type           | name | label | scope   |
|        | select_one kab | kab  | Kab   | kabkota |
|        | text           | nama | Nama  |         |
| choices |
|         | list_name | name  | label   |
|         | kab       | 61.03 | Sanggau |
|         | kab       | 61.10 | Melawi  |
| settings |
|          | form_title  | form_id | version |
|          | Sosialisasi | sosial  | 1       |
"""
CASES = (
    SCOPED.replace("sosial", "perkara")
    .replace("| scope   |", "| scope   | privacy |")
    .replace("| kabkota |", "| kabkota | quasi |")
)
GOOD = """
| people |
|        | email             | display_name | role     | form   | kabkota     | kantor | lembaga |
|        | baru@example.org  | Orang Baru   | district |        | 61.03 61.10 |        |         |
|        | BARU@example.org  |              | Analis   | sosial |             |        |         |
|        | {known}           |              | Outreach team | sosial |        |        | L-1     |
"""


def workbook(md):
    """A workbook with these sheets alone."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets(md).items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def scene(world):
    made = make_scene(world)
    world.form(made.project, form_workbook(SCOPED))
    return made


@pytest.fixture
def upload(scene):
    return f"/projects/{scene.project.id}/people/upload"


def _send(visitor, upload, md):
    return visitor.send(upload, {"workbook": (workbook(md) if isinstance(md, str) else md, "orang.xlsx")})


def _confirm(visitor, upload, planned):
    word = re.search(r'name="kept" value="([^"]+)"', planned.text)[1]
    return visitor.send(upload, {"kept": unescape(word)})


def _found(page):
    """What a page says was found: level, cell and text."""
    table = re.search(r'<table class="fold findings".*?</table>', page.text, re.DOTALL)
    rows = re.findall(
        r'<span class="badge (problem|warm).*?cell-place">(.*?)</td>\s*<td class="finding-text">(.*?)</td>',
        table[0] if table else "",
        re.DOTALL,
    )
    return [(level, re.sub(r"<.*?>", "", cell).strip(), unescape(text)) for level, cell, text in rows]


def _everything():
    counts = [select(func.count()).select_from(table) for table in (User, Assignment, Audit)]
    return [db.session.execute(count).scalar_one() for count in counts]


def _people(project):
    return {person.email: person for person in grants.list_people(project)}


def test_a_filled_workbook_is_shown_first_and_then_done_as_a_whole(world, scene, upload):
    known = world.person()
    admin = scene.visitor(world.administrator())
    before = _everything()
    planned = _send(admin, upload, GOOD.replace("{known}", known.email))
    assert planned.status_code == 200
    assert _found(planned) == []
    for said in ("baru@example.org", "akun baru", "Koordinator kabupaten/kota", "61.03 61.10", "Sosialisasi"):
        assert said in planned.text, said
    assert _everything() == before
    done = _confirm(admin, upload, planned)
    assert (done.status_code, done.location) == (303, upload.removesuffix("/upload"))
    people = _people(scene.project)
    made = people["baru@example.org"]
    assert (made.name, made.properties) == ("Orang Baru", {"kabkota": "61.03 61.10"})
    assert [(held.role.system, held.xml_form_id) for held in made.held] == [("district", None), ("analyst", "sosial")]
    assert people[known.email].properties == {"lembaga": "L-1"}
    assert [held.role.system for held in people[known.email].held] == ["outreach"]
    assert db.session.scalars(select(User.password).where(User.actor_id == made.id)).one() is None
    actions = db.session.scalars(select(Audit.action).where(Audit.id > 0).order_by(Audit.id.desc()).limit(6)).all()
    assert sorted(actions) == ["user.assignment.create"] * 3 + ["user.create"] + ["user.property.set"] * 2
    # Once more is harmless: what is held already stays, and no second account is made.
    again = _send(admin, upload, GOOD.replace("{known}", known.email))
    assert again.text.count("sudah punya") == 3
    users, assignments, _audits = _everything()
    assert _confirm(admin, upload, again).status_code == 303
    assert _everything()[:2] == [users, assignments]


WRONG = """
| people |
|        | email            | display_name | role      | form | kabkota | kantor | shelter |
|        | tanpa-alamat     |              | viewer    |      |         |        |         |
|        | a@example.org    |              | penyihir  |      |         |        |         |
|        | a@example.org    |              | admin     |      |         |        |         |
|        | b@example.org    |              | viewer    | lain |         |        |         |
|        | c@example.org    |              | district  |      |         | K-1    |         |
|        | {me}             |              | viewer    |      |         |        |         |
|        |                  | Tanpa        | viewer    |      |         |        |         |
|        | d@example.org    |              |           |      |         |        |         |
|        | e@example.org    |              | shelter   |      |         |        | {long}  |
|        | f@example.org    |              | outreach  |      | 61.03   |        |         |
"""


def test_everything_wrong_is_named_by_its_cell_and_nothing_is_done(world, scene, upload):
    me = world.administrator()
    admin = scene.visitor(me)
    before = _everything()
    refused = _send(admin, upload, WRONG.replace("{me}", me.email.upper()).replace("{long}", "x" * 201))
    assert refused.status_code == 400
    found = _found(refused)
    assert {level for level, _, _ in found} == {"problem"}
    expected = {
        "A2": "alamat surel",
        "C3": "salah satu peran",
        "C4": "salah satu peran",
        "D5": "tidak punya formulir “lain”",
        "baris 6": "kabkota",
        "A7": "akun Anda sendiri",
        "A8": "alamat surel",
        "C9": "salah satu peran",
        "G10": "paling banyak 200 karakter",
        "D11": "per formulir",
    }
    assert {cell for _, cell, _ in found} == set(expected)
    for _, cell, text in found:
        assert expected[cell] in text, cell
    assert _everything() == before
    assert 'name="kept"' not in refused.text


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("{61.1}", "mungkin aslinya 61.10"),
        ("{61}", "angka 61"),
        ("{2026-01-31}", "tanggal"),
        ("{TRUE}", "nilai logika"),
        ("{3171234567890123}", "15 digit"),
    ],
)
def test_a_code_that_excel_changed_is_refused(world, scene, upload, cell, said):
    admin = scene.visitor(world.administrator())
    md = f"| people |\n| | email | role | kabkota |\n| | a@example.org | district | {cell} |"
    refused = _send(admin, upload, md)
    assert refused.status_code == 400
    [(_, place, text)] = _found(refused)
    assert (place, said in text) == ("C2", True), text


def test_what_gives_cause_to_think_is_a_warning(world, scene, upload):
    world.form(scene.project, form_workbook(CASES))
    admin = scene.visitor(world.administrator())
    planned = _send(
        admin,
        upload,
        """
        | people |
        |        | Email         | ROLE     | form    | kabkota |
        |        | a@example.org | district |         | 61.3    |
        |        | a@example.org | district |         | 61.3    |
        |        | b@example.org | analyst  | perkara |         |
        """,
    )
    assert planned.status_code == 200
    found = _found(planned)
    assert {level for level, _, _ in found} == {"warm"}
    assert [cell for _, cell, _ in found] == ["D2", "baris 3", "D3", "B4"]
    assert "menawarkan “61.3”" in found[0][2]
    assert "sama dengan baris 2" in found[1][2]
    assert "hanya membuka angka ringkasan" in found[3][2]
    assert _confirm(admin, upload, planned).status_code == 303
    assert [held.role.system for held in _people(scene.project)["a@example.org"].held] == ["district"]


@pytest.mark.parametrize(
    ("md", "said"),
    [
        ("| people |\n| | email |\n| | a@example.org |", "Kolom “role”"),
        ("| people |\n| | email | role | kabkotta |\n| | a@example.org | viewer | x |", "Kolom “kabkotta”"),
        ("| people |\n| | email | Email | role |\n| | a@example.org | x | viewer |", "Kolom “Email”"),
        ("| people |\n| | email | role |", "Belum ada isian"),
        ("| orang |\n| | email |\n| roles |\n| | a |", "lembar “people”"),
    ],
)
def test_a_workbook_of_another_shape_says_what_is_missing(world, scene, upload, md, said):
    refused = _send(scene.visitor(world.administrator()), upload, md)
    assert (refused.status_code, said in unescape(refused.text)) == (400, True)


def test_what_is_no_workbook_is_refused(world, scene, upload):
    admin = scene.visitor(world.administrator())
    for data in (b"", b"email,role\n", b"PK\x03\x04" + bytes(200)):
        assert _send(admin, upload, data).status_code == 400
    assert "Pilih" in admin.send(upload).text
    for word in ("1.b3Jhbmc=.00", "", "x"):
        assert admin.send(upload, {"kept": word}).status_code in (400, 404)


def test_a_manager_gives_roles_but_makes_no_account_and_gives_no_more_than_they_hold(world, scene, upload):
    known = world.person()
    manager = scene.with_role(MANAGER)
    refused = _send(manager, upload, GOOD.replace("{known}", known.email))
    assert [cell for _, cell, _ in _found(refused)] == ["A2", "A3"]
    assert "hanya administrator" in _found(refused)[0][2]
    planned = _send(
        manager,
        upload,
        f"| people |\n| | email | role | form | lembaga |\n| | {known.email} | outreach | sosial | L-1 |",
    )
    assert _confirm(manager, upload, planned).status_code == 303
    assert _people(scene.project)[known.email].properties == {"lembaga": "L-1"}


def test_values_held_before_suffice_and_stay_where_a_column_is_empty(world, scene, upload):
    known = world.person()
    grants.set_properties(
        SERVER, scene.project.id, known.id, {"kabkota": "61.03", "lembaga": "L-1"}, vault=scene.world.vault
    )
    db.session.commit()
    manager = scene.with_role(MANAGER)
    planned = _send(
        manager, upload, f"| people |\n| | email | role | kabkota | lembaga |\n| | {known.email} | district | | L-2 |"
    )
    assert _confirm(manager, upload, planned).status_code == 303
    assert _people(scene.project)[known.email].properties == {"kabkota": "61.03", "lembaga": "L-2"}


def test_the_template_asks_for_text_and_lists_roles_and_values(world, scene, upload):
    admin = scene.visitor(world.administrator())
    answer = admin.get(f"{upload.removesuffix('/upload')}/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["people", "roles", "values"]
    assert [cell.value for cell in book["people"][1]] == list(roster.HEADINGS)
    assert {book["people"].column_dimensions[letter].number_format for letter in ("A",)} == {"@"}
    assert [row[0].value for row in book["roles"].iter_rows(min_row=2)] == [role.system for role in policy.FOR_PEOPLE]
    assert [tuple(cell.value for cell in row) for row in book["values"].iter_rows(min_row=2)] == [
        ("kabkota", "61.03", "Sanggau"),
        ("kabkota", "61.10", "Melawi"),
    ]
    # As it is, it has no line yet; filled below its headings it is read.
    assert "Belum ada isian" in _send(admin, upload, answer.data).text
    book["people"].append(["a@example.org", "A", "district", None, "61.10"])
    stream = io.BytesIO()
    book.save(stream)
    planned = _send(admin, upload, stream.getvalue())
    assert (planned.status_code, _found(planned)) == (200, [])


def test_more_lines_than_a_workbook_may_have_are_refused(world, scene, upload):
    lines = "\n".join(f"| | a{number}@example.org | viewer |" for number in range(2001))
    refused = _send(scene.visitor(world.administrator()), upload, f"| people |\n| | email | role |\n{lines}")
    assert (refused.status_code, "lebih dari 2000 baris" in refused.text) == (400, True)
