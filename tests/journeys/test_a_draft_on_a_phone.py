"""A coordinator tries a draft: Collect's own engine fills it, a phone sends it, and nothing of it counts."""

from tests.support import forms
from tests.support.collect import Phone


def test_a_phone_fills_and_sends_a_draft_and_the_published_form_knows_nothing_of_it(site, coordinator, engine):
    workbook = forms.many_files()
    project = coordinator.project("Percobaan")
    coordinator.upload(project, workbook.data)
    coordinator.attach(project, workbook)
    form = coordinator.form(project, workbook.form_id)
    token = coordinator.json("GET", f"{form}/draft")["draftToken"]
    address = f"{coordinator.address}/v1/test/{token}/projects/{project}/forms/{workbook.form_id}/draft"
    with Phone(address) as phone:
        assert phone.sync() == {workbook.form_id: "new"}
        assert workbook.media.items() <= phone.blanks[workbook.form_id].media.items()
        filled = phone.fill(engine, workbook.form_id, answers=workbook.answers, repeats=workbook.repeats, seed=1)
        assert [phone.send(filled).status for _ in range(2)] == [201, 201]
        assert phone.sync() == {workbook.form_id: "on device"}
    page = coordinator.ask("GET", f"{form}/draft", headers={**coordinator.headers, "X-Extended-Metadata": "true"})
    assert page.json["submissions"] == 1
    coordinator.json("POST", f"{form}/draft/publish")
    assert coordinator.records(project, workbook.form_id) == []
    assert site.counts(project, workbook.form_id)["submission.create"] == 0
