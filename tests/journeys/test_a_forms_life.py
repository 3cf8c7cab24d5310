"""A form's life on its phones: new versions, closing, closed; and whose phone may do what."""

import pytest

from tests.support.collect import Refused, refusal
from tests.support.coordinator import XLSX
from tests.support.instances import instance, new_id, on_phone
from tests.support.odk import xlsx

SURVEY = """
| survey |
|        | type    | name | label | media::image |
|        | text    | nama | Nama  | {picture}    |
|        | integer | umur | Umur  |              |
{more}
| settings |
|          | form_title | form_id | version   |
|          | Uji        | {form_id} | {version} |
"""


def workbook(version: int, more: str = "", picture: str = "", form_id: str = "uji") -> bytes:
    return xlsx(SURVEY.format(version=version, more=more, picture=picture, form_id=form_id))


@pytest.fixture
def project(coordinator) -> int:
    made = coordinator.project("Riwayat formulir")
    coordinator.upload(made, workbook(1), publish="true")
    return made


@pytest.fixture
def device(coordinator, project):
    return coordinator.device(project, "uji")


@pytest.fixture
def phone(device):
    with device.phone() as made:
        yield made


def by_hand(version: object = 1, form_id: str = "uji"):
    """An instance of a version, unlike any other."""
    made = new_id()
    return on_phone(instance(form_id, str(version), answers="<umur>3</umur>", instance_id=made), made)


def test_a_phone_learns_of_a_new_version_and_what_it_filled_before_is_still_taken(
    site, coordinator, project, phone, engine
):
    assert phone.sync() == {"uji": "new"}
    old = phone.fill(engine, "uji")
    coordinator.publish_again(project, "uji", workbook(2, "| | text | desa | Desa | |"))
    assert phone.sync() == {"uji": "updated"}
    new = phone.fill(engine, "uji")
    assert [phone.send(new).status, phone.send(old).status, phone.send(by_hand(1)).status] == [201, 201, 201]
    assert refusal(phone, by_hand(3)) == 404
    assert refusal(phone, by_hand(form_id="lain")) == 404
    assert [each.answers.get("desa", "no such question") for each in site.kept(project, "uji")] == [
        new.values("/desa")[0],
        "no such question",
        "no such question",
    ]


def test_media_come_once_they_are_there_and_again_when_they_change(coordinator, project, phone):
    assert phone.form_list()[0].manifest_url is None
    form = coordinator.form(project, "uji")
    coordinator.json("POST", f"{form}/draft?ignoreWarnings=true", workbook(2, picture="a.png"), XLSX)
    attach(coordinator, project, b"first")
    coordinator.json("POST", f"{form}/draft/publish")
    assert (phone.sync(), phone.blanks["uji"].media) == ({"uji": "new"}, {"a.png": b"first"})
    coordinator.json("POST", f"{form}/draft")
    attach(coordinator, project, b"second")
    assert phone.sync() == {"uji": "on device"}
    coordinator.json("POST", f"{form}/draft/publish?version=3")
    assert (phone.sync(), phone.blanks["uji"].media) == ({"uji": "updated"}, {"a.png": b"second"})
    before = len(phone.log)
    assert phone.sync() == {"uji": "on device"}
    assert [(each.url.partition("?")[0].rpartition("/")[2], each.status) for each in phone.log[before:]] == [
        ("formList", 304),
        ("manifest", 304),
    ]


def attach(coordinator, project: int, data: bytes) -> None:
    coordinator.json("POST", f"{coordinator.form(project, 'uji')}/draft/attachments/a.png", data, "image/png")


def test_a_phone_that_asks_again_is_told_that_nothing_changed(phone):
    phone.sync()
    before = len(phone.log)
    assert phone.sync() == {"uji": "on device"}
    assert [(each.status, each.received) for each in phone.log[before:]] == [(304, 0)]


def test_a_closing_form_leaves_the_phones_and_a_closed_one_takes_nothing(site, coordinator, project, phone):
    phone.sync()
    for state, listed, status in (("closing", {}, 201), ("closed", {}, 409), ("open", {"uji": "new"}, 201)):
        reply = coordinator.ask("PATCH", coordinator.form(project, "uji"), {"state": state})
        assert (reply.status, phone.sync()) == (200, listed)
        filled = by_hand()
        assert (phone.send(filled).status if status == 201 else refusal(phone, filled)) == status
    assert len(site.kept(project, "uji")) == 2


def test_a_revoked_phone_gets_no_list_and_leaves_nothing(site, coordinator, project, device, phone):
    phone.sync()
    assert coordinator.json("DELETE", f"/v1/sessions/{device.token}") == {"success": True}
    with pytest.raises(Refused) as refused:
        phone.sync()
    assert refused.value.status == 403
    assert list(phone.blanks) == ["uji"]
    assert refusal(phone, by_hand()) == 403
    assert site.kept(project, "uji") == []


@pytest.mark.parametrize(("token", "status"), [("A" * 64, 403), ("too-short", 401)], ids=["unknown", "malformed"])
def test_a_wrong_token_opens_nothing(site, project, device, phone, token, status):
    phone.base_url = device.base.replace(device.token, token)
    with pytest.raises(Refused) as refused:
        phone.sync()
    assert refused.value.status == status
    assert refusal(phone, by_hand()) == status
    assert site.kept(project, "uji") == []


def test_a_phone_of_another_project_or_form_sees_and_sends_nothing_here(site, coordinator, project, device):
    other = coordinator.project("Proyek lain")
    coordinator.upload(other, workbook(1), publish="true")
    coordinator.upload(project, workbook(1, form_id="dua"), publish="true")
    for stranger in (coordinator.device(other), coordinator.device(project, "dua")):
        base = device.base.replace(device.token, stranger.token)
        with stranger.phone() as phone:
            phone.base_url = base
            assert "uji" not in phone.sync()
            assert refusal(phone, by_hand()) == 401
            head = phone.network.request("HEAD", f"{base}/submission?deviceID=x")
            assert head.status == 204
            for path in ("forms/uji.xml", "forms/uji/manifest"):
                assert phone.network.request("GET", f"{base}/{path}").status == 403
    assert site.kept(project, "uji") == []
