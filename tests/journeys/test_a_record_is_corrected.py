"""A sent record is opened again on the phone, changed, and sent: one record with a history, whatever the order."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.collect import refusal
from tests.support.odk import xlsx
from tests.support.site import unlike

FORM = """
| survey |
|        | type         | name  | label |
|        | text         | nama  | Nama  |
|        | integer      | umur  | Umur  |
|        | image        | foto  | Foto  |
|        | begin_repeat | anak  | Anak  |
|        | text         | nama  | Nama  |
|        | end_repeat   |       |       |
"""


@pytest.fixture(scope="module")
def project(coordinator) -> int:
    made = coordinator.project("Perbaikan")
    coordinator.upload(made, xlsx(FORM), publish="true")
    return made


@pytest.fixture
def phone(coordinator, project):
    with coordinator.device(project).phone() as made:
        made.sync()
        yield made


@pytest.fixture
def first(phone, engine):
    return phone.fill(engine, "uji", answers={"/umur": 1}, repeats={"/anak": 3})


def corrected(phone, engine, old, umur: int):
    return phone.fill(engine, "uji", old=old, answers={"/umur": umur, "/anak[1]/nama": f"nomor {umur}"})


def history(site, project, *instances):
    """Give those of the instances that are kept, in the order of arrival: number in `instances`, current or not."""
    ids = [each.instance_id for each in instances]
    found = site.kept(project, "uji", *ids)
    assert all(content.xml == instances[ids.index(content.instance_id)].xml for content in found)
    assert [unlike(content) for content in found if content.is_current] in ([], [[]])
    return [(ids.index(content.instance_id), content.is_current) for content in found]


def test_a_chain_of_corrections_is_one_record(site, coordinator, project, phone, engine, first):
    second = corrected(phone, engine, first, 2)
    third = corrected(phone, engine, second, 3)
    for filled in (first, second, third):
        assert phone.send(filled).status == 201
    assert history(site, project, first, second, third) == [(0, False), (1, False), (2, True)]
    one = f"{coordinator.form(project, 'uji')}/submissions/{first.instance_id}"
    record = coordinator.json("GET", one)
    assert (record["reviewState"], record["currentVersion"]["instanceId"]) == ("edited", third.instance_id)
    assert coordinator.ask("GET", f"{one}.xml").data == third.xml
    [name] = third.files
    assert coordinator.ask("GET", f"{one}/attachments/{name}").data == first.files[name]
    versions = [version["instanceId"] for version in coordinator.json("GET", f"{one}/versions")]
    assert versions == [third.instance_id, second.instance_id, first.instance_id]


def test_a_correction_that_comes_before_its_original_waits_on_the_phone(site, project, phone, engine, first):
    second = corrected(phone, engine, first, 2)
    third = corrected(phone, engine, second, 3)
    assert [refusal(phone, third), refusal(phone, second)] == [404, 404]
    assert history(site, project, first, second, third) == []
    assert phone.send(first).status == 201
    assert refusal(phone, third) == 404
    assert [phone.send(second).status, phone.send(third).status] == [201, 201]
    assert history(site, project, first, second, third) == [(0, False), (1, False), (2, True)]


def test_a_correction_of_what_is_not_the_newest_any_more_is_refused(site, project, phone, engine, first):
    one, other = corrected(phone, engine, first, 2), corrected(phone, engine, first, 3)
    assert [phone.send(first).status, phone.send(one).status] == [201, 201]
    assert refusal(phone, other) == 409
    assert [phone.send(each).status for each in (one, first, one)] == [201, 201, 201]
    assert history(site, project, first, one, other) == [(0, False), (1, True)]


def test_two_corrections_at_once_leave_one_and_the_other_hears_why(site, coordinator, project, phone, engine, first):
    rivals = [corrected(phone, engine, first, number) for number in (2, 3)]
    phone.send(first)
    answers = [answer for rival in zip(*at_once(coordinator, project, rivals), strict=True) for answer in rival]
    statuses = [getattr(answer, "status", answer) for answer in answers]
    assert sorted(set(statuses)) == [201, 409]
    winner = statuses.index(201) % 2
    assert history(site, project, first, *rivals) == [(0, False), (1 + winner, True)]


def at_once(coordinator, project, rivals):
    """Send each rival three times, all at the same moment."""
    phones = [coordinator.device(project).phone() for _ in rivals]
    with ThreadPoolExecutor(len(rivals)) as pool:
        sending = [pool.submit(phone.send_at_once, rival, 3) for phone, rival in zip(phones, rivals, strict=True)]
        return [each.result() for each in sending]
