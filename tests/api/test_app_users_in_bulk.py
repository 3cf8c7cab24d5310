"""Many app users at once, pasted or from Excel: seen first, made as a whole, and their cards right after."""

import io
import re
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import event, func, select

from api.pages import reach
from api.pages.outdated import collect_year
from api.pages.phones import _ranges, phone_words
from forms import accounts, catalogue
from forms.access import SERVER
from forms.catalogue import Upload
from forms.db import db
from forms.models import Actor, Assignment, Audit, FieldKey
from forms.problems import NotFound
from forms.roster.phones import read_day
from tests.support.odk import xlsx
from tests.support.visitor import MANAGER, VIEWER, make_scene

SCOPED = """
| survey |
|        | type           | name | label | scope   |
|        | select_one kab | kab  | Kab   | kabkota |
|        | text           | tim  | Tim   | lembaga |
| choices |
|         | list_name | name  | label       |
|         | kab       | 61.03 | Sanggau     |
|         | kab       | 61.71 | Kota Pontianak |
| settings |
|          | form_title  | form_id | version |
|          | Sosialisasi | sosial  | 1       |
"""
COLLECT = "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0 (Linux; U; Android 11; SM-T505 Build/RP1A.200720.012)"
LATER = (datetime.now(ZoneInfo("Asia/Pontianak")) + timedelta(days=40)).date()


@pytest.fixture
def scene(world):
    made = make_scene(world)
    world.form(made.project, xlsx(SCOPED))
    return made


@pytest.fixture
def users(scene):
    return f"/projects/{scene.project.id}/app-users"


@pytest.fixture
def manager(scene):
    return scene.with_role(MANAGER)


def _workbook(*rows):
    made = openpyxl.Workbook()
    made.active.title = "app_users"
    for row in rows:
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _counts():
    tables = (FieldKey, Assignment, Audit)
    return [db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def _phones(scene):
    found = accounts.list_app_users(scene.project, vault=scene.world.vault)
    return {user.display_name: user for user in found}


def _found(page):
    """What a page says was found: level, place and text."""
    table = re.search(r'<table class="fold findings".*?</table>', page.text, re.DOTALL)
    rows = re.findall(
        r'<span class="badge (problem|warm).*?cell-place">(.*?)</td>\s*<td class="finding-text">(.*?)</td>',
        table[0] if table else "",
        re.DOTALL,
    )
    return [(level, place.strip(), unescape(text)) for level, place, text in rows]


def _planned(page):
    """What a page says will be made: each line's cells in one text."""
    table = re.search(r'id="planned".*?<tbody>(.*?)</tbody>', page.text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table[1] if table else "", re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in rows]


def test_a_pasted_list_is_shown_first_and_then_made_as_it_was_shown(scene, manager, users):
    before = _counts()
    day = f"{LATER:%d/%m/%Y}"
    text = f"Pos <1>\tkota pontianak\t\t{day}\r\nPos 2\t61.03 61.71\tL-1\r\n\r\nPos 3\r\n"
    sent = {"names": text, "value.kabkota": "61.03", "expires": ""}
    shown = manager.send(f"{users}/add", sent)
    assert shown.status_code == 200
    assert _found(shown) == []
    first, second, third = _planned(shown)
    assert first.startswith("Pos <1>")
    assert "61.71 Kota Pontianak" in first
    assert str(LATER.year) in first
    assert "61.03 Sanggau, 61.71 Kota Pontianak" in second
    assert "L-1" in second
    assert "61.03 Sanggau" in third
    assert _counts() == before
    # The page sends the same again, so that what was shown is what is made.
    assert unescape(re.search(r'<textarea name="names" hidden>\n(.*?)</textarea>', shown.text, re.DOTALL)[1]) == text
    assert '<input type="hidden" name="value.kabkota" value="61.03">' in shown.text
    assert manager.send(f"{users}/add", {**sent, "confirmed": "1"}).status_code == 303
    made = _phones(scene)
    assert made["Pos <1>"].properties == {"kabkota": "61.71"}
    assert made["Pos 2"].properties == {"kabkota": "61.03 61.71", "lembaga": "L-1"}
    assert made["Pos 3"].properties == {"kabkota": "61.03"}
    end = made["Pos <1>"].expires_at.astimezone(ZoneInfo("Asia/Pontianak"))
    assert end.isoformat() == f"{LATER + timedelta(days=1)}T00:00:00+07:00"
    assert made["Pos 2"].expires_at is None
    answer = scene.world.app.test_client().get(f"/v1/key/{made['Pos 3'].token}/projects/{scene.project.id}/formList")
    assert b"sosial" in answer.data


def test_the_cards_of_exactly_those_that_were_made_come_right_after(scene, manager, users, monkeypatch):
    monkeypatch.setattr(reach, "is_loopback", lambda _address: False)
    assert manager.send(f"{users}/add", {"names": "Pos lama", "confirmed": "1"}).status_code == 303
    made = manager.send(f"{users}/add", {"names": "Pos lama\nPos b\nPos a", "confirmed": "1"})
    sheet = manager.get(made.location)
    names = re.findall(r'<li class="qr-card">.*?<h2[^>]*>(.*?)</h2>', sheet.text, re.DOTALL)
    assert names == ["Pos a", "Pos b"]
    assert "2 pengguna aplikasi sudah dibuat" in sheet.text
    everybody = manager.get(f"{users}/cards").text
    assert everybody.count('class="qr-card"') == len(_phones(scene))
    manager.send(f"{users}/add", {"names": "Pos 10\nPos 9\npos 9b\nPos 100", "confirmed": "1"})
    numbered = manager.get(f"{users}/cards?name=Pos ").text
    names = re.findall(r'class="qr-card">.*?<h2[^>]*>(.*?)</h2>', numbered, re.DOTALL)
    assert names == ["Pos 9", "pos 9b", "Pos 10", "Pos 100", "Pos a", "Pos b", "Pos lama"]
    filtered = manager.get(f"{users}/cards?name=LAMA").text
    assert filtered.count('class="qr-card"') == 1


def test_a_name_that_is_there_already_makes_no_second_one(scene, manager, users):
    manager.send(f"{users}/add", {"names": "Pos 1", "confirmed": "1"})
    before = _counts()
    shown = manager.send(f"{users}/add", {"names": "pos 1"})
    assert [(level, place) for level, place, _ in _found(shown)] == [("warm", "1")]
    assert "sudah ada" in _planned(shown)[0]
    assert 'value="1">' in shown.text
    assert "Buat 0" not in shown.text
    again = manager.send(f"{users}/add", {"names": "pos 1", "confirmed": "1"})
    assert (again.status_code, again.location) == (303, users)
    assert "tidak ada yang dibuat" in manager.get(users).text
    assert _counts() == before
    # Whose access is withdrawn may be followed by another of its name.
    accounts.revoke_app_users(SERVER, scene.project, [_phones(scene)["Pos 1"].id])
    db.session.commit()
    assert "sudah ada" not in _planned(manager.send(f"{users}/add", {"names": "Pos 1"}))[0]


WRONG = (
    "{long}\t\t\t\n"
    "\t61.03\n"
    "Pos\t{code}\n"
    "POS\t\n"
    "Pos 5\t99.99\n"
    "Pos 6\t\t\tkapan\n"
    "Pos 7\t\t\t2020-01-01\n"
    "Pos\u200b8\n"
    "Pos 9\t\t\t31/12/9999\n"
    "Pos 10\t\t\t\tlebih\n"
)


def test_everything_wrong_is_named_by_its_line_and_nothing_is_made(manager, users):
    before = _counts()
    text = WRONG.replace("{long}", "x" * 65).replace("{code}", "y" * 201)
    refused = manager.send(f"{users}/add", {"names": text, "confirmed": "1"})
    assert refused.status_code == 400
    assert _found(refused) == [
        (
            "problem",
            "10",
            "Baris ini punya kolom lebih banyak dari yang ada: name, kabkota, lembaga, last_day. Hapus kolom lainnya.",
        )
    ]
    refused = manager.send(f"{users}/add", {"names": text.rpartition("Pos 10")[0], "confirmed": "1"})
    assert refused.status_code == 400
    expected = {
        ("problem", "1"): "lebih dari 64 karakter",
        ("problem", "2"): "Tulis nama ponsel",
        ("problem", "3"): "paling banyak 200 karakter",
        ("problem", "4"): "Baris 3 sudah memakai nama “POS”",
        ("warm", "5"): "menawarkan “99.99”",
        ("problem", "6"): "“kapan” bukan tanggal",
        ("problem", "7"): "sudah lewat",
        ("problem", "8"): "karakter yang tidak terlihat",
        ("problem", "9"): "sudah lewat",
    }
    found = {(level, place): text for level, place, text in _found(refused)}
    assert set(found) == set(expected)
    for place, said in expected.items():
        assert said in found[place], place
    assert _counts() == before
    # What was typed is still there to be mended.
    assert "Pos 9" in refused.text


def test_a_workbook_is_shown_and_then_made_and_every_error_has_its_cell(scene, manager, users):
    before = _counts()
    wrong = _workbook(
        ["name", "kabkota", "last_day"],
        ["Pos 1", 61.1, None],
        [None, "61.03", None],
        ["Pos 3", None, datetime(2020, 1, 1)],  # noqa: DTZ001 - Excel knows no zones
    )
    refused = manager.send(f"{users}/add", {"workbook": (wrong, "ponsel.xlsx")})
    assert refused.status_code == 400
    cells = {re.sub(r"<.*?>", "", place): text for _level, place, text in _found(refused)}
    # A damaged code is all that is said at first: what else a sheet has wrong may follow from it.
    assert set(cells) == {"B2"}
    wrong = _workbook(
        ["name", "kabkota", "last_day"],
        ["Pos 1", "61.03", None],
        [None, "61.03", None],
        ["Pos 3", None, datetime(2020, 1, 1)],  # noqa: DTZ001 - Excel knows no zones
    )
    refused = manager.send(f"{users}/add", {"workbook": (wrong, "ponsel.xlsx")})
    assert {place for _level, place, _text in _found(refused)} == {"A3", "C4"}
    assert _counts() == before
    right = _workbook(
        ["Name", "kabkota", "last_day"],
        ["Pos 1", "61.03", datetime(LATER.year, LATER.month, LATER.day)],  # noqa: DTZ001 - Excel knows no zones
    )
    shown = manager.send(f"{users}/add", {"workbook": (right, "ponsel.xlsx")})
    assert (shown.status_code, len(_planned(shown))) == (200, 1)
    kept = unescape(re.search(r'name="kept" value="([^"]+)"', shown.text)[1])
    assert manager.send(f"{users}/add", {"kept": kept}).status_code == 303
    made = _phones(scene)["Pos 1"]
    assert made.properties == {"kabkota": "61.03"}
    assert made.expires_at is not None
    assert manager.send(f"{users}/add", {"workbook": (b"", "")}).status_code == 400
    assert manager.send(f"{users}/add", {"workbook": (b"bukan", "a.xlsx")}).status_code == 400


def test_a_workbook_of_ones_own_may_have_indonesian_headings(scene, manager, users):
    book = _workbook([" NAMA ", "Hari  Terakhir"], ["Pos\u00a01", LATER.isoformat()], [12, None])
    shown = manager.send(f"{users}/add", {"workbook": (book, "ponsel.xlsx")})
    assert (_found(shown), [line.split("belum")[0].strip() for line in _planned(shown)]) == ([], ["Pos 1", "12"])
    twice = _workbook(["Nama", "name"], ["Pos 1", "Pos 2"])
    assert manager.send(f"{users}/add", {"workbook": (twice, "ponsel.xlsx")}).status_code == 400


def test_names_may_have_any_script_and_joined_emoji(scene, manager, users):
    names = ["بنت النيل", "שרה 2", "\U0001f469\u200d\u2695\ufe0f Bidan", "Posko é"]
    sent = {"names": "\r\n".join(names), "confirmed": "1"}
    assert manager.send(f"{users}/add", sent).status_code == 303
    assert set(names) <= set(_phones(scene))
    # One that turns the text around, or stands between letters unseen, is none of them.
    for odd in ("Pos\u200d1", "Pos \u202e1", "\u200dPos"):
        assert manager.send(f"{users}/add", {"names": odd}).status_code == 400, ascii(odd)


def test_the_template_is_taken_as_it_comes_back_filled(scene, manager, users):
    book = openpyxl.load_workbook(io.BytesIO(manager.get(f"{users}/template").data))
    assert [cell.value for cell in book["app_users"][1]] == ["name", "kabkota", "lembaga", "last_day"]
    assert ("kabkota", "61.71", "Kota Pontianak") in list(book["values"].iter_rows(values_only=True))
    book["app_users"].append(["Pos 1", "61.71", None, LATER.isoformat()])
    stream = io.BytesIO()
    book.save(stream)
    shown = manager.send(f"{users}/add", {"workbook": (stream.getvalue(), "isi.xlsx")})
    assert "61.71 Kota Pontianak" in _planned(shown)[0]


def test_several_lose_their_access_at_once_after_a_question(scene, manager, users):
    manager.send(f"{users}/add", {"names": "Pos 1\nPos 2\nPos 3", "confirmed": "1"})
    phones = _phones(scene)
    ticked = [str(phones["Pos 1"].id), str(phones["Pos 3"].id)]
    asked = manager.get(f"{users}/withdraw", query_string={"app_user": ticked})
    assert "Cabut akses 2 pengguna aplikasi?" in asked.text
    assert "Pos 2" not in asked.text
    assert _phones(scene)["Pos 1"].token is not None
    assert manager.send(f"{users}/withdraw", {"app_user": ticked}).status_code == 303
    after = _phones(scene)
    assert [after[name].token is None for name in ("Pos 1", "Pos 2", "Pos 3")] == [True, False, True]
    gone = scene.world.app.test_client().get(f"/v1/key/{phones['Pos 1'].token}/projects/{scene.project.id}/formList")
    assert gone.status_code in (401, 403)
    assert "Belum ada yang dicentang" in manager.get(f"{users}/withdraw").text
    # Once more finds nobody left, and says so.
    assert "Belum ada yang dicentang" in manager.send(f"{users}/withdraw", {"app_user": ticked}).text


def test_app_users_of_another_project_are_out_of_reach(scene, manager, users, world):
    other = world.app_user(world.project("Lain"))
    for address in (f"{users}/{other.id}", f"{users}/{other.id}/qr"):
        assert manager.get(address).status_code == 404
    manager.send(f"{users}/withdraw", {"app_user": str(other.id)})
    manager.send(f"{users}/withdraw", {"app_user": f"1-{2**31 - 1}"})
    key = db.session.execute(
        db.text("select count(*) from sessions where actor_id = :id and ended_at is null"), {"id": other.id}
    )
    assert key.scalar_one() == 1
    assert other.display_name not in manager.get(f"{users}/cards?app_user={other.id}").text


def test_only_who_manages_app_users_makes_or_withdraws_them(scene, users):
    viewer = scene.with_role(VIEWER)
    for path in ("", "/add", "/template", "/withdraw", f"/{scene.phone.id}"):
        assert viewer.get(users + path).status_code == 403, path
    assert viewer.send(f"{users}/add", {"names": "Pos", "confirmed": "1"}).status_code == 403
    assert viewer.send(f"{users}/withdraw", {"app_user": str(scene.phone.id)}).status_code == 403


def _names(page):
    return re.findall(r'<a class="strong-link" href="/projects/\d+/app-users/\d+">(.*?)</a>', page.text)


def test_the_list_is_filtered_and_ordered_by_its_address(scene, manager, users):
    text = f"Beting\t61.03\nAruk\t61.71\nCemara\t61.03 61.71\t\t{LATER}"
    manager.send(f"{users}/add", {"names": text, "confirmed": "1"})
    phones = _phones(scene)
    accounts.revoke_app_users(SERVER, scene.project, [phones["Aruk"].id])
    db.session.commit()
    client = scene.world.app.test_client()
    client.get(
        f"/v1/key/{phones['Beting'].token}/projects/{scene.project.id}/formList", headers={"User-Agent": COLLECT}
    )
    ours = {"Beting", "Aruk", "Cemara"}

    def listed(**query):
        return [name for name in _names(manager.get(users, query_string=query)) if name in ours]

    assert listed() == ["Cemara", "Beting", "Aruk"]
    assert listed(order="name") == ["Aruk", "Beting", "Cemara"]
    assert listed(order="-name") == ["Cemara", "Beting", "Aruk"]
    assert listed(order="-seen")[0] == "Beting"
    assert listed(order="-phone")[0] == "Beting"
    assert listed(name="RUK") == ["Aruk"]
    assert listed(state="active") == ["Beting"]
    assert listed(state="ends") == ["Cemara"]
    assert listed(state="withdrawn") == ["Aruk"]
    assert listed(**{"value.kabkota": "61.71"}) == ["Cemara", "Aruk"]
    assert listed(state="ends", **{"value.kabkota": "61.03"}) == ["Cemara"]
    assert listed(order="umur", state="lain") == ["Cemara", "Beting", "Aruk"]
    nobody = manager.get(users, query_string={"name": "tidak ada"})
    assert "Tidak ada yang cocok dengan saringan ini" in nobody.text
    sorted_page = manager.get(users, query_string={"order": "name", "state": "active"}).text
    assert 'aria-sort="ascending"' in sorted_page
    assert re.search(r'href="[^"]*state=active&amp;order=-name"', sorted_page)


def test_a_long_list_comes_in_pages_that_keep_the_filter(scene, manager, users):
    manager.send(f"{users}/add", {"names": "\n".join(f"Pos {n:03}" for n in range(205)), "confirmed": "1"})
    first = manager.get(users, query_string={"name": "Pos", "order": "name"})
    assert _names(first) == [f"Pos {n:03}" for n in range(100)]
    onward = unescape(re.search(r'href="([^"]*page=1[^"]*)"', first.text)[1])
    second = manager.get(onward)
    assert _names(second) == [f"Pos {n:03}" for n in range(100, 200)]
    assert _names(manager.get(users, query_string={"page": "999", "name": "Pos", "order": "name"}))[-1] == "Pos 204"
    for page in ("-1", "x", "²", "9" * 40):
        assert manager.get(users, query_string={"page": page}).status_code == 200


def test_the_list_says_with_what_a_phone_was_last_seen_and_what_it_sent(scene, manager, users):
    phone = scene.phone
    client = scene.world.app.test_client()
    address = f"/v1/key/{phone.token}/projects/{scene.project.id}/formList"
    # It has just sent a record.
    db.session.execute(db.text("update sessions set last_seen_at = last_seen_at - interval '2 minutes'"))
    db.session.commit()
    assert client.get(address, headers={"User-Agent": COLLECT}).status_code == 200
    for page in (users, f"{users}/{phone.id}"):
        text = manager.get(page).text
        assert "Collect 2026.2.1" in text
        assert "SM-T505, Android 11" in text
    seen = accounts.app_user(scene.project, phone.id, vault=scene.world.vault)
    assert seen.last_seen is not None
    # What it calls itself is kept as seldom as when it was seen: once a minute.
    client.get(address, headers={"User-Agent": "lain/1"})
    assert "lain/1" not in manager.get(users).text
    db.session.execute(db.text("update sessions set last_seen_at = last_seen_at - interval '2 minutes'"))
    db.session.commit()
    client.get(address, headers={"User-Agent": "<b>lain</b>/1"})
    assert "&lt;b&gt;lain&lt;/b&gt;/1" in manager.get(users).text


def test_a_person_who_logs_in_keeps_the_browser_that_they_came_with(scene, manager, users):
    """Only phones change what their session says of them."""
    said = db.text("select distinct user_agent from sessions join users using (actor_id)")
    before = db.session.execute(said).scalars().all()
    db.session.execute(db.text("update sessions set last_seen_at = last_seen_at - interval '2 minutes'"))
    db.session.commit()
    assert manager.get(users, headers={"User-Agent": "lain/1"}).status_code == 200
    assert db.session.execute(said).scalars().all() == before


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (COLLECT, ("Collect 2026.2.1", "SM-T505, Android 11")),
        ("org.odk.collect.android/v2025.4.0-beta.1 Dalvik/2.1.0 (Linux; U; Android 14; Redmi Note 12 Build/U)",
         ("Collect 2025.4.0-beta.1", "Redmi Note 12, Android 14")),
        ("org.odk.collect.android/v2024.1.3", ("Collect 2024.1.3", "")),
        ("Enketo/7.5.1 Mozilla/5.0 (X11; Linux x86_64)", ("Enketo/7.5.1", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_what_a_phone_calls_itself_is_read_as_program_and_device(said, words):
    assert phone_words(said) == words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31 00:00:00", "2026-12-31"),
        ("31/12/2026", "2026-12-31"),
        ("1-2-27", "2027-02-01"),
        ("5.6.2027", "2027-06-05"),
        ("30/02/2027", "None"),
        ("12/31/2026", "None"),
        ("2026-12-31 10:00:00", "None"),
        ("besok", "None"),
    ],
)
def test_days_are_read_as_excel_shows_them(text, day):
    assert str(read_day(text)) == day


def test_numbers_that_follow_on_one_another_take_one_word_in_an_address():
    assert _ranges([5, 1, 2, 3, 9, 10]) == ["1-3", "5", "9-10"]
    assert _ranges([7]) == ["7"]
    assert _ranges(range(1, 501)) == ["1-500"]


@contextmanager
def _counted():
    """Counts the statements that reach PostgreSQL; one that is executed for each of many rows counts for each."""
    counted = Counter()

    def count(_connection, _cursor, statement, parameters, _context, _many):
        counted[statement.split()[0].lower()] += len(parameters) if isinstance(parameters, list) else 1

    event.listen(db.engine, "before_cursor_execute", count)
    yield counted
    event.remove(db.engine, "before_cursor_execute", count)


def test_a_long_list_takes_no_more_statements_than_a_short_one(scene, manager, users):
    """Making five hundred, and withdrawing them, is as many ways to the database as making two."""

    def statements(prefix, people):
        names = "\n".join(f"{prefix} {n}\t61.03\tL-{n}\t{LATER}" for n in range(people))
        with _counted() as making:
            assert manager.send(f"{users}/add", {"names": names, "confirmed": "1"}).status_code == 303
        ticked = [str(user.id) for name, user in _phones(scene).items() if name.startswith(prefix)]
        assert len(ticked) == people
        with _counted() as withdrawing:
            assert manager.send(f"{users}/withdraw", {"app_user": ticked}).status_code == 303
        assert not any(user.token for name, user in _phones(scene).items() if name.startswith(prefix))
        return making, withdrawing

    statements("Awal", 1)
    assert statements("Sedikit", 2) == statements("Banyak", 120)


def test_each_of_a_list_has_its_own_key_and_its_own_lines_in_the_audit(scene, manager, users):
    names = "\n".join(f"Pos {n}\t61.03\tL-{n}" for n in range(30))
    assert manager.send(f"{users}/add", {"names": names, "confirmed": "1"}).status_code == 303
    made = {name: user for name, user in _phones(scene).items() if name.startswith("Pos ")}
    assert len({user.token for user in made.values()}) == 30
    # What is said of each is said of that one, and of no neighbour.
    assert {name: user.properties["lembaga"] for name, user in made.items()} == {
        f"Pos {n}": f"L-{n}" for n in range(30)
    }
    ids = [user.id for user in made.values()]
    manager.send(f"{users}/withdraw", {"app_user": [str(number) for number in ids[:10]]})
    actees = dict(db.session.execute(select(Actor.actee_id, Actor.id).where(Actor.id.in_(ids))).all())
    lines = Counter(
        (actees[line.actee_id], line.action)
        for line in db.session.execute(select(Audit).where(Audit.actee_id.in_(actees))).scalars()
    )
    each = ("field_key.create", "field_key.property.set", "field_key.assignment.create")
    expected = Counter({(number, action): 1 for number in ids for action in each})
    assert lines == expected + Counter({(number, "field_key.session.end"): 1 for number in ids[:10]})


def test_a_list_of_which_one_cannot_be_withdrawn_withdraws_nobody(scene, world):
    one, other = world.app_user(scene.project), world.app_user(world.project("Lain"))
    with pytest.raises(NotFound):
        accounts.revoke_app_users(SERVER, scene.project, [one.id, other.id])
    assert accounts.app_user(scene.project, one.id, vault=world.vault).token is not None


def _entity_form(form_id, version="2025.1.0"):
    """An XForm that makes entities, as an uploaded one may be: its specification's version is its own."""
    return f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
        <h:head><h:title>Rumah {form_id}</h:title>
        <model xmlns:e="http://www.opendatakit.org/xforms/entities" e:entities-version="{version}">
        <instance><data id="{form_id}" version="1"><nama/>
        <meta><instanceID/><entity dataset="rumah" create="1" id=""><label/></entity></meta></data></instance>
        <bind nodeset="/data/nama" type="string"/></model></h:head>
        <h:body><input ref="/data/nama"><label>Nama</label></input></h:body></h:html>""".encode()


def _seen_with(user, version):
    """Let a phone have been seen with a version of Collect."""
    said = {"id": user.id, "said": f"org.odk.collect.android/{version} Dalvik/2.1.0 (Linux; U; Android 11; SM-T505)"}
    seen = "update sessions set last_seen_at = now() + interval '1 second', user_agent = :said where actor_id = :id"
    db.session.execute(db.text(seen), said)
    db.session.commit()


@pytest.fixture
def outdated(scene, manager, users):
    """Phones with three versions of Collect, in a project with a form of 2025 and one of 2022."""
    for upload in (Upload(_entity_form("baru"), "baru.xml"), Upload(_entity_form("lama", "2022.1.0"), "lama.xml")):
        catalogue.create_form(SERVER, scene.project, upload, vault=scene.world.vault, ignore_warnings=True,
                              publish_now=True)  # fmt: skip
    db.session.commit()
    manager.send(f"{users}/add", {"names": "Baru\nLama\nKuno\nBelum dipakai\nDicabut", "confirmed": "1"})
    phones = _phones(scene)
    for name, version in (("Baru", "v2025.1.0"), ("Lama", "v2024.3.4"), ("Kuno", "v1.30.1"), ("Dicabut", "v1.30.1")):
        _seen_with(phones[name], version)
    accounts.revoke_app_users(SERVER, scene.project, [phones["Dicabut"].id])
    db.session.commit()
    return phones


def _too_old(page):
    """Each app user's name on a page of the list → the words on what its Collect may not open."""
    rows = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", page.text, re.DOTALL)
    said = {}
    for row in rows:
        found = re.search(r"Mungkin tidak bisa membuka (.*?)\. Perbarui ODK Collect", row)
        said[re.search(r'class="strong-link"[^>]*>(.*?)</a>', row)[1]] = found[1] if found else ""
    return said


def test_the_list_says_which_forms_a_phones_collect_is_too_old_for(manager, users, outdated):
    said = _too_old(manager.get(users))
    ours = ("Baru", "Lama", "Kuno", "Belum dipakai", "Dicabut")
    assert [said[name] for name in ours] == ["", "Rumah baru", "Rumah baru, Rumah lama", "", ""]
    for name in ("Lama", "Baru"):
        page = manager.get(f"{users}/{outdated[name].id}").text
        assert ("Mungkin tidak bisa membuka Rumah baru" in page) == (name == "Lama")


def test_a_form_that_a_phone_does_not_get_asks_nothing_of_it(scene, manager, users, outdated):
    form = catalogue.form(scene.project, "baru")
    catalogue.set_state(SERVER, form, "closed")
    # This one fills a single form, which has no entities.
    _seen_with(scene.phone, "v1.30.1")
    db.session.commit()
    said = _too_old(manager.get(users))
    assert (said["Lama"], said["Kuno"], said[scene.phone.display_name]) == ("", "Rumah lama", "")


def test_a_forms_page_counts_the_phones_in_use_that_are_too_old_for_it(scene, manager, outdated):
    address = f"/projects/{scene.project.id}/forms"
    new, old, other = (manager.get(f"{address}/{form_id}").text for form_id in ("baru", "lama", "sosial"))
    assert "ODK Collect di 2 ponsel terlalu lama untuk formulir ini" in new
    assert "Itu dari 3 ponsel yang dipakai" in new
    assert "ODK Collect di 1 ponsel terlalu lama untuk formulir ini" in old
    assert "terlalu lama" not in other
    # It leads to just these.
    those = manager.get(unescape(re.search(r'href="([^"]*state=old)"', new)[1]))
    assert sorted(_names(those)) == ["Kuno", "Lama"]
    # Who cannot list the phones could do nothing about it.
    assert "terlalu lama" not in scene.with_role(VIEWER).get(f"{address}/baru").text


@pytest.mark.parametrize(
    ("said", "year"),
    [
        (COLLECT, 2026),
        ("org.odk.collect.android/v2025.4.0-beta.1 Dalvik/2.1.0", 2025),
        ("org.odk.collect.android/v1.30.1 Dalvik/2.1.0", 1),
        ("org.odk.collect.android/unknown", None),
        ("Enketo/7.5.1", None),
        ("", None),
    ],
)
def test_only_collect_tells_its_year(said, year):
    assert collect_year(said) == year
