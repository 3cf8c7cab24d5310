"""The test phone itself: what it fills in is what Collect would, and what Collect would not take it refuses."""

import hashlib
import re
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask, Response, request
from pyxform.xls2xform import convert
from werkzeug.serving import make_server

from tests.support import forms
from tests.support.collect import Phone, Refused, Sent
from tests.support.network import Cut, Dropped
from tests.support.phone import Filled, NotFilled


@cache
def on_a_phone(builder):
    """A workbook's XForm and media, as they would lie on a phone."""
    workbook = builder()
    converted = convert(workbook.data, file_type=".xlsx")
    media = dict(workbook.media)
    if converted.itemsets:
        media["itemsets.csv"] = converted.itemsets.encode()
    return workbook, converted.xform.encode(), media


def fill(engine, builder, **how) -> Filled:
    workbook, xform, media = on_a_phone(builder)
    how = {"answers": workbook.answers, "repeats": workbook.repeats, **how}
    return engine.fill(xform, media, **how)


# The form engine


@pytest.mark.parametrize("builder", forms.ALL.values(), ids=forms.ALL)
def test_every_workbook_is_filled_and_finalised(engine, builder):
    filled = fill(engine, builder)
    assert filled.asked >= {forms.wide: 5000, forms.many_repeats: 8001, forms.many_files: 124}.get(builder, 1)
    root = fromstring(filled.xml)
    assert root.get("id") == builder().form_id
    assert root.get("version") == "2026010100"
    assert filled.values("/meta/instanceID") == [filled.instance_id]
    assert re.fullmatch("uuid:[0-9a-f-]{36}", filled.instance_id)


def test_each_type_of_question_is_answered_in_its_own_way(engine):
    filled = fill(engine, forms.every_type)
    blank = {n.tag.rpartition("}")[2] for n in fromstring(filled.xml).iter() if not len(n) and not n.text}
    assert blank <= {"telepon", "surel", "catatan", "lain_other"}
    for path in ("/foto", "/paraf", "/suara", "/film", "/berkas", "/rekaman", "/meta/audit"):
        (name,) = filled.values(path)
        assert filled.files[name]
    assert filled.values("/alat") == ["collect:phone0000000001"]
    assert filled.values("/tarik") == [filled.values("/satu_csv")[0][:5]]
    assert filled.values("/waktu")[0].endswith("+07:00")


@pytest.mark.parametrize("seed", range(10))
def test_random_answers_keep_to_constraints_and_choice_filters(engine, seed):
    filled = fill(engine, forms.every_type, seed=seed)
    assert re.fullmatch("[A-H][0-9]{3}", filled.values("/kode")[0])
    assert 18 <= int(filled.values("/bulat")[0]) < 60
    assert 0 < float(filled.values("/pecahan")[0]) <= 1
    filled = fill(engine, forms.cascading, seed=seed)
    for path in ("/kab", "/pindah/ke_kab"):
        assert all(kab.startswith(filled.values("/prov")[0]) for kab in filled.values(path))
    for kab, kec in zip(filled.values("/pindah/ke_kab"), filled.values("/pindah/ke_kec"), strict=True):
        assert kec.startswith(kab)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others(engine):
    once, again, other = (fill(engine, forms.from_file, seed=seed) for seed in (1, 1, 2))
    assert once.instance_id != again.instance_id
    assert [once.values(f"/{q}") for q in ("kec", "semua")] == [again.values(f"/{q}") for q in ("kec", "semua")]
    assert once.values("/semua") != other.values("/semua")


def test_fixed_answers_and_files_arrive_as_given(engine):
    filled = fill(engine, forms.identity)
    for canary in forms.CANARIES:
        assert canary.encode() in filled.xml + b"".join(filled.files.values())
    assert list(filled.files) == ["CANARY-FOTO-1.jpg"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"/diri/nik": "123"}, "does not accept the answer given for /diri/nik"),
        ({"/kab": "61.99"}, "not offered"),
        ({"/diri/nama": None}, "does not accept"),
        ({"/diri/tidak_ada": "x"}, "has no /diri/tidak_ada"),
    ],
)
def test_an_answer_that_the_form_forbids_is_refused(engine, answers, reason):
    with pytest.raises(NotFilled, match=reason):
        fill(engine, forms.identity, answers={"/setuju": "ya", **answers})


def test_what_is_not_relevant_is_left_out(engine):
    filled = fill(engine, forms.identity, answers={"/setuju": "tidak"})
    assert filled.values("/diri/nama") == []
    assert filled.values("/diri") == []


@pytest.mark.parametrize("count", [0, 1, 5])
def test_repeats_come_in_the_numbers_asked_for(engine, count):
    repeats = {"/desa": 2, "/desa/isi/rumah": 3, "/desa/isi/rumah/orang": count}
    filled = fill(engine, forms.nested_repeats, repeats=repeats)
    assert len(filled.values("/desa")) == 2
    assert len(filled.values("/desa/isi/rumah")) == 6
    assert len(filled.values("/desa/isi/rumah/orang/nama")) == 6 * count
    assert len(filled.values("/saksi")) == 2  # the form itself fixes these
    assert filled.values("/desa/rumah_n") == ["3", "3"]


def test_a_question_that_is_not_required_may_stay_blank(engine):
    filled = fill(engine, forms.identity, skip=1.0, answers={"/setuju": "ya"})
    assert filled.values("/diri/nama") != [""]
    assert filled.values("/diri/nik") == [""]


def test_texts_follow_the_language(engine):
    labels = {
        language: fill(engine, forms.three_languages, language=language, answers={"/jk": "p"}).values("/tampil")
        for language in ("Bahasa Indonesia (id)", "English (en)", "العربية (ar)")
    }
    assert list(labels.values()) == [["Perempuan"], ["Female"], ["أنثى"]]


def test_an_edit_names_the_instance_that_it_replaces_and_keeps_the_rest(engine):
    _, xform, media = on_a_phone(forms.identity)
    old = fill(engine, forms.identity)
    new = engine.edit(xform, old, media, answers={"/diri/nama": "CANARY-NAMA-2"}, repeats={"/keluarga": 3})
    assert new.values("/meta/deprecatedID") == [old.instance_id]
    assert new.instance_id not in (old.instance_id, "")
    assert new.values("/diri/nama") == ["CANARY-NAMA-2"]
    assert new.values("/diri/nik") == old.values("/diri/nik")
    assert new.values("/keluarga/nama")[:2] == old.values("/keluarga/nama")
    assert len(new.values("/keluarga")) == 3
    assert new.files == old.files


def test_the_last_saved_instance_gives_its_answers_to_the_next(engine):
    _, xform, media = on_a_phone(forms.every_type)
    last = fill(engine, forms.every_type, answers={"/teks": "CANARY-TERAKHIR"})
    texts = {
        engine.fill(xform, {**media, "last-saved.xml": last.xml}, seed=seed).values("/teks")[0] for seed in range(8)
    }
    assert "CANARY-TERAKHIR" in texts


def test_an_entity_form_updates_the_record_that_was_chosen(engine):
    filled = fill(engine, forms.entities, answers={"/baru": "tidak", "/pilih": "00000002-0000-4000-8000-000000000000"})
    entity = fromstring(filled.xml).find("meta/entity")
    assert entity.get("id") == "00000002-0000-4000-8000-000000000000"
    assert (entity.get("update"), entity.get("create"), entity.get("baseVersion")) == ("1", "0", "2")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda xform, _: (xform, {}), "media lacks pohon.csv"),
        (lambda xform, media: (xform.replace(b"2024.1.0", b"2031.1.0"), media), "unknown entities-version"),
        (lambda xform, media: (xform[:-40], media), "Exception"),
    ],
)
def test_a_form_that_collect_would_not_open_is_not_filled(engine, broken, reason):
    _, xform, media = on_a_phone(forms.entities)
    with pytest.raises(NotFilled, match=reason):
        engine.fill(*broken(xform, media))


# The wire, against a server that keeps what it is sent


class Shelf:
    """A small OpenRosa server with one form, whose documents a test may spoil and whose answer it may choose."""

    def __init__(self, xform, media):
        self.bodies = {"pohon.xml": xform, **media}
        self.spoil = lambda text: text
        self.answer = ("<OpenRosaResponse xmlns='http://openrosa.org/http/response'><message>Pesan</message>", 201)
        self.limit = 10_000_000
        self.requests, self.posts = [], []
        self.arrived = threading.Semaphore(0)

    def listed(self, name, link):
        digest = hashlib.md5(self.bodies[name], usedforsecurity=False).hexdigest()
        return f"<hash>md5:{digest}</hash><{link}>{request.host_url}files/{name}</{link}>"

    def document(self, name):
        if name == "formList":
            form = "<formID>pohon</formID><name>Pohon</name><version>2026010100</version>"
            entry = f"<xform>{form}{self.listed('pohon.xml', 'downloadUrl')}"
            entry += f"<manifestUrl>{request.host_url}manifest</manifestUrl></xform>"
            text = f"<xforms xmlns='http://openrosa.org/xforms/xformsList'>{entry}</xforms>"
        else:
            entry = f"<filename>pohon.csv</filename>{self.listed('pohon.csv', 'downloadUrl')}"
            text = (
                f"<manifest xmlns='http://openrosa.org/xforms/xformsManifest'><mediaFile>{entry}</mediaFile></manifest>"
            )
        answer = Response(text, mimetype="text/xml", headers={"X-OpenRosa-Version": "1.0"})
        answer = self.spoil(answer) or answer
        answer.add_etag()
        return answer.make_conditional(request)

    def submission(self):
        headers = {"X-OpenRosa-Version": "1.0", "X-OpenRosa-Accept-Content-Length": str(self.limit)}
        if request.method == "HEAD":
            return "", 204, headers
        self.posts.append({name: part.read() for name, part in request.files.items()} | dict(request.form))
        self.arrived.release()
        text, status = self.answer
        return f"{text}</OpenRosaResponse>", status, headers


@contextmanager
def serving(shelf, **options):
    """Serve the shelf on a free port."""
    app = Flask("shelf")
    app.before_request(lambda: shelf.requests.append(f"{request.method} {request.path}"))
    app.add_url_rule("/formList", "list", lambda: shelf.document("formList"))
    app.add_url_rule("/manifest", "manifest", lambda: shelf.document("manifest"))
    app.add_url_rule("/files/<name>", "file", lambda name: shelf.bodies[name])
    app.add_url_rule("/submission", "submission", shelf.submission, methods=["HEAD", "POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True, **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shelf():
    """The server, and a phone that is set up with it."""
    shelf = Shelf(*on_a_phone(forms.entities)[1:])
    with serving(shelf) as host, Phone(f"http://{host}") as shelf.phone:
        yield shelf


FILLED = Filled(b"<data id='f'><foto>a.jpg</foto></data>", {"a.jpg": b"x" * 5000}, "uuid:1", "f_2026-01-31.xml")


def test_a_listed_form_is_fetched_and_then_only_asked_about(shelf):
    phone = shelf.phone
    assert phone.sync() == {"pohon": "new"}
    assert phone.blanks["pohon"].media == on_a_phone(forms.entities)[2]
    assert phone.sync() == {"pohon": "on device"}
    assert [e.status for e in phone.log] == [200, 200, 200, 200, 304, 304]
    assert all("deviceID=collect%3Aphone0000000001" in e.url for e in phone.log)
    shelf.bodies["pohon.csv"] += b"00000009-0000-4000-8000-000000000000,Pohon 9,1,Jenis 9,9\n"
    assert phone.sync() == {"pohon": "updated media"}


def test_a_form_that_is_listed_no_more_leaves_the_phone(shelf):
    shelf.phone.sync()
    shelf.spoil = lambda _: Response(
        "<xforms xmlns='http://openrosa.org/xforms/xformsList'/>",
        mimetype="text/xml",
        headers={"X-OpenRosa-Version": "1"},
    )
    assert shelf.phone.sync() == {}
    assert shelf.phone.blanks == {}


def test_a_form_on_the_phone_is_filled_with_the_branch_of_its_records(shelf, engine):
    shelf.phone.sync()
    blank = shelf.phone.blanks["pohon"]
    shelf.phone.blanks["pohon"] = replace(blank, files=tuple(replace(f, kind="entityList") for f in blank.files))
    filled = shelf.phone.fill(engine, "pohon", answers={"/baru": "tidak"})
    entity = fromstring(filled.xml).find("meta/entity")
    assert entity.get("trunkVersion") == entity.get("baseVersion")
    assert len(entity.get("branchId")) == 36


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("<hash>md5:", "<hash>md5:00", "fetched for ever"),
        ("<name>Pohon</name>", "<name> </name>", "spoils the whole list"),
        ("2026010100", "2026010101", "but the form is pohon 2026010100"),
        ("xformsList", "xforms", "no xforms document"),
        ("<xform>", "<xform><hash/>", "crashes Collect"),
        ("<xforms", "\ufeff<xforms", "before the XML"),
    ],
)
def test_a_form_list_that_collect_would_not_take_is_refused(shelf, before, after, reason):
    def spoil(answer):
        answer.set_data(answer.get_data(as_text=True).replace(before, after))

    shelf.spoil = spoil
    with pytest.raises(Refused, match=reason):
        shelf.phone.sync()


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Content-Type", "application/xml", "not text/xml"),
        ("Cache-Control", "max-age=60", "would not see updates"),
        ("X-OpenRosa-Version", None, "no X-OpenRosa-Version"),
    ],
)
def test_headers_that_collect_would_not_take_are_refused(shelf, header, value, reason):
    def spoil(answer):
        del answer.headers[header]
        if value:
            answer.headers[header] = value

    shelf.spoil = spoil
    with pytest.raises(Refused, match=reason):
        shelf.phone.form_list()


def test_an_instance_is_announced_and_then_sent_whole(shelf):
    name = 'surat "é" #1 & 100%.pdf'
    filled = replace(FILLED, files={name: b"%PDF"})
    assert shelf.phone.send(filled) == Sent(201, "Pesan", 1)
    assert shelf.requests == ["HEAD /submission", "POST /submission"]
    assert shelf.posts == [{"xml_submission_file": FILLED.xml, name: b"%PDF"}]


def test_files_go_in_batches_by_size_and_by_number(shelf):
    filled = replace(FILLED, files={f"{n}.jpg": b"x" * 1000 for n in range(250)})
    assert shelf.phone.send(filled).posts == 3
    assert [len(post) for post in shelf.posts] == [103, 103, 49]  # the XML, 101 files and *isIncomplete*
    assert [post.get("*isIncomplete*") for post in shelf.posts] == ["yes", "yes", None]
    shelf.limit = 2500
    assert shelf.phone.send(replace(FILLED, files={f"{n}.jpg": b"x" * 1000 for n in range(5)})).posts == 3
    assert shelf.phone.send(replace(FILLED, files={"a.jpg": b"x" * 9000})).posts == 1  # alone, though over the limit


def test_a_connection_cut_halfway_brings_nothing_and_is_tried_again(shelf):
    with pytest.raises(Dropped):
        shelf.phone.send(FILLED, cut=Cut(at=0.5))
    assert shelf.posts == []
    assert shelf.phone.send_until_kept(FILLED, cut=Cut(at=0.5)) == Sent(201, "Pesan", 1)
    assert len(shelf.posts) == 1


def test_a_lost_answer_makes_the_phone_send_twice(shelf):
    assert shelf.phone.send_until_kept(FILLED, cut=Cut(at=1)).status == 201
    for _ in range(2):
        assert shelf.arrived.acquire(timeout=10)
    assert shelf.posts[0] == shelf.posts[1]


def test_the_same_instance_goes_out_several_times_at_once(shelf):
    assert shelf.phone.send_at_once(FILLED, 3) == [Sent(201, "Pesan", 1)] * 3
    assert len(shelf.posts) == 3


def test_a_slow_network_carries_everything_all_the_same(shelf):
    shelf.phone.network.rate = 50_000
    assert shelf.phone.send(FILLED).status == 201
    assert shelf.posts[0]["a.jpg"] == FILLED.files["a.jpg"]


@pytest.mark.parametrize("status", [200, 400, 404, 409, 500])
def test_only_201_and_202_are_success(shelf, status):
    shelf.answer = (shelf.answer[0], status)
    with pytest.raises(Refused, match="Pesan") as refusal:
        shelf.phone.send(FILLED)
    assert refusal.value.status == status


def test_a_password_answers_a_challenge_over_https_and_never_over_http(shelf):
    def challenge(_):
        if not request.authorization:
            return Response("", 401, headers={"WWW-Authenticate": "Basic realm=x"})
        assert request.authorization.password == "kata-sandi-uji"
        return None

    shelf.spoil = challenge
    shelf.phone.network.credentials = ("orang@example.org", "kata-sandi-uji")
    with pytest.raises(Refused, match="401"):
        shelf.phone.form_list()
    assert len(shelf.requests) == 1

    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    credentials = shelf.phone.network.credentials
    with (
        serving(shelf, ssl_context="adhoc") as host,
        Phone(f"https://{host}", credentials=credentials, tls=trusting) as phone,
    ):
        assert [form.form_id for form in phone.form_list()] == ["pohon"]
