"""Whatever is sent, the answer is a refusal or a success, never a failure of the server."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.instances import instance
from tests.support.odk import xlsx

FORM = """
| survey |
|        | type    | name | label |
|        | text    | nama | Nama  |
|        | integer | umur | Umur  |
|        | image   | foto | Foto  |
"""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["name", "description", "archived", "email", "password", "displayName", "properties", "state", "forms"]
)


@pytest.fixture
def project(world):
    return world.project()


@pytest.fixture
def form(world, project):
    return world.form(project, xlsx(FORM))


@pytest.fixture
def admin(world):
    return world.login(world.coordinator())


def _changed(xml):
    """Damage XML here and there: cut, repeat, replace."""
    cuts = st.lists(st.tuples(st.integers(0, len(xml)), st.integers(0, 12), st.binary(max_size=6)), max_size=4)

    def damage(wounds):
        data = xml
        for place, length, instead in wounds:
            data = data[:place] + instead + data[place + length :]
        return data

    return cuts.map(damage)


@many
@given(steps=st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12), max_size=3))
def test_any_address_is_answered(admin, project, form, steps):
    base = f"/v1/projects/{project.id}"
    rest = "/".join(quote(step, safe="") for step in steps)
    for start in ("/v1", base, f"{base}/forms", f"{base}/forms/{form.xml_form_id}", f"{base}/forms/uji/submissions"):
        for method in (admin.get, admin.delete):
            if rest:
                assert method(f"{start}/{rest}").status_code < 500, rest


@many
@given(body=st.dictionaries(names | st.text(max_size=8), anything, max_size=4))
def test_any_json_is_answered(admin, project, form, body):
    data = json.dumps(body)
    for method, path in (
        (admin.post, "/v1/sessions"),
        (admin.post, "/v1/users"),
        (admin.post, "/v1/projects"),
        (admin.patch, f"/v1/projects/{project.id}"),
        (admin.post, f"/v1/projects/{project.id}/app-users"),
        (admin.post, f"/v1/projects/{project.id}/actor-properties"),
        (admin.patch, f"/v1/projects/{project.id}/users/1/properties"),
        (admin.patch, f"/v1/projects/{project.id}/forms/{form.xml_form_id}"),
    ):
        assert method(path, data=data, content_type="application/json").status_code < 500, path


@many
@given(data=st.binary(max_size=200))
def test_any_bytes_as_json_or_form_are_answered(admin, project, form, data):
    forms = f"/v1/projects/{project.id}/forms"
    for content_type in ("application/json", "application/xml", XLSX, "multipart/form-data; boundary=b"):
        for path in ("/v1/projects", forms, f"{forms}/{form.xml_form_id}/draft"):
            if data or not path.endswith("/draft"):
                assert 400 <= admin.post(path, data=data, content_type=content_type).status_code < 500


@many
@given(
    xml=_changed(instance("uji", answers="<nama>a</nama><umur>7</umur><foto>b.jpg</foto>", instance_id="uuid:1")),
    device=st.text(st.characters(exclude_categories=("Cs",)), max_size=300),
)
def test_any_submission_is_kept_or_refused(admin, project, form, xml, device):
    base = f"/v1/projects/{project.id}"
    one = f"{base}/forms/{form.xml_form_id}/submissions"
    assert admin.post(one, data=xml, query_string={"deviceID": device}).status_code < 500
    boundary = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n'
    for end in (b"\r\n--b--\r\n", b"\r\n--b\r\n", b""):
        sent = admin.post(
            f"{base}/submission", data=boundary + xml + end, content_type="multipart/form-data; boundary=b"
        )
        assert sent.status_code < 500
    assert admin.get(one).status_code == 200
    assert admin.get(f"{one}.csv", buffered=True).status_code == 200
