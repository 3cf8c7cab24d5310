"""Downloads with identity: one person asks, another approves, once, and not for ever."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import text

from forms import looks
from forms.db import db
from forms.looks import Wanted
from tests.support.cases import cases
from tests.support.visitor import Visitor
from tests.support.world import prove

REASON = "Penjemputan bersama kepolisian"


@pytest.fixture
def scene(world):
    """The case form with three records."""
    return cases(world, sent=3)


@pytest.fixture
def enter(world, scene):
    """Log somebody with a role in the project in to the pages."""

    def log_in(role):
        person = world.person(role, project=scene.project, form=scene.form if role == "outreach" else None)
        visitor = Visitor(world.app.test_client())
        visitor.log_in(person.email)
        prove(person)
        return visitor

    return log_in


def _page(scene):
    return f"/projects/{scene.project.id}/forms/perkara/identity-exports"


def _ask(visitor, scene, fields=("/nama", "/anak/sapaan"), reason=REASON):
    return visitor.send(_page(scene), {"fields": list(fields), "reason": reason})


def _number(visitor, scene):
    return re.search(r"/identity-exports/(\d+)/", visitor.get(_page(scene)).text)[1]


def test_what_one_asks_for_and_another_approves_can_be_taken_once(world, scene, enter):
    asker, approver = enter("province"), enter("auditor")
    assert _ask(asker, scene).status_code == 303
    number = _number(approver, scene)
    assert REASON in approver.get(_page(scene)).text
    assert asker.send(f"{_page(scene)}/{number}/take").status_code == 409
    assert approver.send(f"{_page(scene)}/{number}/decide", {"approve": "1"}).status_code == 303
    taken = asker.send(f"{_page(scene)}/{number}/take")
    assert taken.status_code == 200
    assert taken.headers["Cache-Control"] == "no-store"
    root, children = openpyxl.load_workbook(io.BytesIO(taken.data)).worksheets
    headings, *rows = root.iter_rows(values_only=True)
    assert headings == ("Data", "Baris", "Nama", "Wilayah", "Umur", "Kerja", "instanceID")
    assert [row[2] for row in rows] == ["CANARY-NAMA-3", "CANARY-NAMA-2", "CANARY-NAMA-1"]
    assert [row[:3] for row in children.iter_rows(values_only=True, min_row=2)] == [
        ("uuid:00000002", 1, "CANARY-SAPAAN-2"), ("uuid:00000002", 2, "CANARY-SAPAAN-2"),
        ("uuid:00000001", 1, "CANARY-SAPAAN-1"),
    ]  # fmt: skip
    assert asker.send(f"{_page(scene)}/{number}/take").status_code == 409
    lines = looks.lines(scene.project.id, Wanted(), vault=world.vault)
    told = [line.action for line in lines if line.action != "grant"]
    assert told == ["identity_export.take", "identity_export.approve", "identity_export.request"]


def test_nobody_approves_what_they_asked_for_and_nobody_takes_what_another_asked_for(scene, enter):
    asker, other, approver = enter("province"), enter("province"), enter("auditor")
    _ask(asker, scene)
    number = _number(approver, scene)
    assert asker.send(f"{_page(scene)}/{number}/decide", {"approve": "1"}).status_code == 403
    approver.send(f"{_page(scene)}/{number}/decide", {"approve": "1"})
    for nosy in (other, approver):
        assert nosy.send(f"{_page(scene)}/{number}/take").status_code == 403
    assert asker.send(f"{_page(scene)}/{number}/take").status_code == 200


def test_a_refused_and_an_expired_request_give_nothing(scene, enter):
    asker, approver = enter("province"), enter("province")
    _ask(asker, scene)
    number = _number(approver, scene)
    approver.send(f"{_page(scene)}/{number}/decide", {"approve": "0"})
    assert asker.send(f"{_page(scene)}/{number}/take").status_code == 409
    assert approver.send(f"{_page(scene)}/{number}/decide", {"approve": "1"}).status_code == 409
    _ask(asker, scene)
    number = _number(approver, scene)
    db.session.execute(text("update identity_exports set expires_at = now()"))
    db.session.commit()
    assert approver.send(f"{_page(scene)}/{number}/decide", {"approve": "1"}).status_code == 409
    _ask(asker, scene)
    number = _number(approver, scene)
    approver.send(f"{_page(scene)}/{number}/decide", {"approve": "1"})
    db.session.execute(text("update identity_exports set expires_at = now()"))
    db.session.commit()
    assert asker.send(f"{_page(scene)}/{number}/take").status_code == 409


def test_only_sealed_text_for_a_reason_can_be_asked_for_and_only_by_the_province(scene, enter):
    asker = enter("province")
    assert _ask(asker, scene, reason="cek").status_code == 400
    for fields in ([], ["/umur"], ["/foto"], ["/lain"]):
        assert _ask(asker, scene, fields=fields).status_code == 400
    assert _ask(enter("auditor"), scene).status_code == 403
    for role in ("district", "onestop", "shelter", "manager", "analyst", "outreach", "admin"):
        assert enter(role).get(_page(scene)).status_code == 403, role


def test_the_database_itself_refuses_one_person_in_both_places(scene, enter):
    _ask(enter("province"), scene)
    with pytest.raises(Exception, match="by_another"):
        db.session.execute(text("update identity_exports set decided_by = requested_by"))


def test_the_auditor_finds_what_waits_on_the_access_log(scene, enter):
    _ask(enter("province"), scene)
    assert _page(scene) in enter("auditor").get(f"/projects/{scene.project.id}/access-log").text
