"""A phone on a bad network: cut off, answered in vain, impatient. What it sent is there once, with every file."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.support.collect import Cut, Refused, refusal
from tests.support.instances import instance, new_id, on_phone
from tests.support.network import Dropped
from tests.support.odk import xlsx
from tests.support.phone import Filled

FORM = """
| survey |
|        | type         | name  | label |
|        | text         | nama  | Nama  |
|        | integer      | umur  | Umur  |
|        | begin_repeat | album | Album |
|        | image        | foto  | Foto  |
|        | end_repeat   |       |       |
"""
FILES = {f"foto {n}.jpg": bytes([n]) * 3000 for n in range(6)}
#: So few that each request carries two of the files.
TWO_A_REQUEST = 7000

_numbers = count(1)


@pytest.fixture(scope="module")
def project(coordinator) -> int:
    made = coordinator.project("Jaringan buruk")
    coordinator.upload(made, xlsx(FORM), publish="true")
    return made


@pytest.fixture(scope="module")
def device(coordinator, project):
    return coordinator.device(project)


@pytest.fixture
def phone(device):
    with device.phone() as made:
        yield made


def filled(files: dict[str, bytes] | None = None) -> Filled:
    """An instance unlike any other, which names its files."""
    named = "".join(f"<album><foto>{name}</foto></album>" for name in files or {})
    made = new_id()
    return on_phone(instance("uji", answers=f"<umur>{next(_numbers)}</umur>{named}", instance_id=made), made, files)


def kept(site, project, sent: Filled):
    """Find what was kept of an instance, which must be there once."""
    [found] = site.kept(project, "uji", sent.instance_id)
    return found.xml, found.files


@pytest.mark.parametrize("on_post", [0, 1, 2], ids=["first", "second", "last"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99, 1], ids=["begin", "head", "half", "end", "answer"])
def test_a_dropped_request_is_sent_again_and_stored_once(site, project, phone, share, on_post):
    sent = filled(FILES)
    before = site.counts(project, "uji")
    with pytest.raises(Dropped):
        phone.send(sent, cut=Cut(share, on_post), batch_bytes=TWO_A_REQUEST)
    assert phone.send(sent, batch_bytes=TWO_A_REQUEST).posts == 3
    assert phone.send(sent).posts == 1
    assert kept(site, project, sent) == (sent.xml, FILES)
    once = {"submissions": 1, "contents": 1, "rows": 1, "files": 6, "submission.create": 1}
    assert site.counts(project, "uji") - before == {**once, "submission.attachment.update": 6}


def test_an_impatient_phone_that_sends_the_same_at_once_is_thanked_each_time(site, project, phone):
    sent = filled(FILES)
    before = site.counts(project, "uji")
    answers = phone.send_at_once(sent, 8)
    assert [getattr(answer, "status", answer) for answer in answers] == [201] * 8
    once = {"submissions": 1, "contents": 1, "rows": 1, "files": 6, "submission.create": 1}
    assert site.counts(project, "uji") - before == {**once, "submission.attachment.update": 6}
    assert kept(site, project, sent) == (sent.xml, FILES)


@pytest.mark.parametrize("seed", range(4))
def test_files_may_come_in_any_order_and_more_than_once(site, project, phone, seed):
    dice = random.Random(seed)  # noqa: S311 - it only shuffles
    sent = filled(FILES)
    names = [*FILES, *dice.choices(list(FILES), k=3)]
    dice.shuffle(names)
    while names:
        some = [names.pop() for _ in range(min(len(names), dice.randint(1, 3)))]
        assert phone.send(Filled(sent.xml, {n: FILES[n] for n in some}, sent.instance_id, sent.filename)).status == 201
    assert kept(site, project, sent) == (sent.xml, FILES)


def test_batches_of_one_instance_may_cross_on_the_way(site, project, device):
    sent = filled(FILES)
    parts = [{name: data} for name, data in FILES.items()] * 2

    def send(files):
        with device.phone() as twin:
            return twin.send(Filled(sent.xml, files, sent.instance_id, sent.filename)).status

    with ThreadPoolExecutor(len(parts)) as pool:
        assert list(pool.map(send, parts)) == [201] * len(parts)
    assert kept(site, project, sent) == (sent.xml, FILES)


def test_a_slow_phone_arrives_in_the_end(site, project, device):
    sent = filled({"foto 1.jpg": bytes(30_000)})
    with device.phone(rate=20_000) as slow:
        assert slow.send(sent).status == 201
    assert kept(site, project, sent) == (sent.xml, sent.files)


def test_a_file_that_no_question_names_is_kept_all_the_same(site, project, phone):
    sent = filled({"foto 1.jpg": b"asked for"})
    stale = {**sent.files, "lama.jpg": b"a stale capture"}
    assert phone.send(Filled(sent.xml, stale, sent.instance_id, sent.filename)).status == 201
    assert kept(site, project, sent) == (sent.xml, stale)


def test_other_content_under_a_known_id_is_refused_in_words_and_the_first_stays(site, project, phone):
    first = filled()
    phone.send(first)
    other = instance("uji", answers="<nama>lain</nama>", instance_id=first.instance_id)
    before = site.counts(project, "uji")
    assert refusal(phone, on_phone(other, first.instance_id, {"foto 1.jpg": b"of the other"})) == 409
    assert kept(site, project, first) == (first.xml, {})
    assert site.counts(project, "uji") == before


def test_two_phones_with_one_id_and_unlike_content_at_once_leave_one(site, project, device):
    made = new_id()
    rivals = [on_phone(instance("uji", answers=f"<umur>{n}</umur>", instance_id=made), made) for n in range(6)]

    def send(rival: Filled) -> int:
        with device.phone() as phone:
            try:
                return phone.send(rival).status
            except Refused as e:
                return e.status

    with ThreadPoolExecutor(len(rivals)) as pool:
        answers = list(pool.map(send, rivals))
    assert sorted(answers) == [201, *[409] * 5]
    assert kept(site, project, rivals[0])[0] == rivals[answers.index(201)].xml
