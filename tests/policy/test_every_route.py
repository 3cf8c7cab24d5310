"""The policy against every route that exists: each role, operation, own and other scope, and privacy class.

Who is to get what follows from the table of roles (`tests.support.paper`), how to ask from `routes.ROUTES`. Each answer, a
refusal too, is searched for every canary of the programme: what must not be there is not, what may be seen is.
"""

import io
import zipfile
from collections.abc import Iterator

import pytest

from api.endpoint import ANYBODY, AUTHENTICATED, DECLARED, PUBLIC, TESTER, Declared
from forms.policy import ROLES
from tests.policy.routes import KINDS, ROUTES, Asked, Try, more
from tests.support.paper import Spot
from tests.support.programme import CANARY, OF_TOKENS, Programme, Record, Viewer

NAMES = [
    *(role.system for role in ROLES if role.system not in OF_TOKENS),
    "district without their second step", "district on one form", "district of the other project",
    "district without a value", "viewer and shelter", "another province", "somebody without a role", "phone", "nobody",
]  # fmt: skip


def routes() -> Iterator[tuple[str, Declared, str]]:
    """Every route once per method: its key in `ROUTES`, the declaration, the method."""
    for declared in DECLARED:
        for method in declared.methods:
            yield f"{method} {declared.path}", declared, method


def test_every_route_that_exists_is_tried_and_every_trial_is_of_a_route_that_exists():
    declared = {key for key, _, _ in routes()}
    missing = "".join(f'\n    "{key}": Try(),' for key in sorted(declared - set(ROUTES)))
    assert not missing, (
        f"no trial for these routes: add to ROUTES in tests/policy/routes.py, with what a yes shows:{missing}"
    )
    assert set(ROUTES) <= declared, f"trials of no route: {sorted(set(ROUTES) - declared)}"


def test_every_viewer_of_the_programme_asks(programme):
    assert set(NAMES) == set(programme.viewers)


@pytest.mark.parametrize("name", NAMES)
def test_every_route_answers_as_the_policy_says(programme, without_trace, name):
    viewer = programme.viewers[name]
    faults: list[str] = []
    for key, declared, method in routes():
        for asked, path in targets(programme, viewer, declared, ROUTES[key]):
            faults += judge(asked, declared, method, path, ROUTES[key])
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:60])


def targets(programme: Programme, viewer: Viewer, declared: Declared, trial: Try) -> Iterator[tuple[Asked, str]]:
    """Fill a route's address in with everything that it can be about, each file of it where there is a way to any."""
    for spot, record in abouts(programme, declared.path):
        for name in trial.names:
            asked = Asked(programme, viewer, spot, record, name)
            is_barred = barred(asked, declared, trial) is not None
            for query in trial.queries[:1] if is_barred else trial.queries:
                yield asked, address(asked, declared.path, query)
            if is_barred:
                break
        if not viewer.reader.held:
            # Whoever holds nothing is nobody everywhere.
            break


def abouts(programme: Programme, path: str) -> Iterator[tuple[Spot, Record | None]]:
    """Every form or record that an address can name; among the records those of other forms, under a form not theirs."""
    if "<instance_id>" in path:
        for record in programme.records:
            yield record.spot, record
        yield programme.spot("A", "kasus"), programme.record("B", "kasus", "OWN")
        yield programme.spot("A", "kegiatan"), programme.record("A", "kasus", "OWN")
    elif "<xml_form_id>" in path or path.endswith("/submission"):
        reads_values = "/submission" in path or "/dashboard" in path or path.endswith(("/downloads", "/download"))
        # A definition is as open as any other: one form with cases and one without tell all.
        yield from ((spot, None) for spot in programme.forms if reads_values or spot.form != "bebas")
    elif "<project_id>" in path:
        yield from ((Spot(name), None) for name in programme.projects)
    else:
        yield Spot(), None


def address(asked: Asked, path: str, query: str) -> str:
    """Write the address of what is asked about."""
    programme, spot, record = asked.programme, asked.spot, asked.record
    phone = programme.phones[spot.project or "A"]
    file = f"{record.canary('N' + asked.name[1:])}.png" if record and asked.name else asked.name
    known = {
        "project_id": programme.projects[spot.project].id if spot.project else "",
        "xml_form_id": spot.form,
        "instance_id": record.id if record else "",
        "version_id": record.id if record else "",
        "version": "1",
        "name": file,
        "role_id": 8,
        "actor_id": phone.id if "app-users" in path else programme.bystander,
        "app_user_id": phone.id,
        "token": programme.phones["A"].token,
        "person_id": programme.bystander,
        "session_id": 0,
        "trial_id": 0,
        "filter_id": 1,
        "slug": "dasbor",
        "view": "jumlah",
        "handover_id": programme.handovers["decide" if path.endswith("decide") else "take"],
    }
    for name, value in known.items():
        path = path.replace(f"<{name}>", str(value))
    assert "<" not in path, f"say in `address` what to put into {path}"
    return asked.viewer.address(f"{path}?{query.format(first=known['instance_id'])}" if query else path)


def judge(asked: Asked, declared: Declared, method: str, path: str, trial: Try) -> Iterator[str]:
    """Ask, and say what is wrong with the answer."""
    client = asked.programme.client()
    with client.application.app_context():
        answer = client.open(path, method=method, headers=asked.viewer.headers, **trial.send(asked))
    expected = status(asked, declared, method, trial)
    line = f"{method} {path.replace(asked.viewer.token or '|', 'TOKEN')}: "
    if answer.status_code != expected:
        yield f"{line}{answer.status_code} where the policy says {expected}"
        return
    told = str(answer.headers).encode() + answer.data
    found = set().union(*(canaries(part) for part in (told, *unpacked(answer.data))))
    # What was asked with is no news to who asked.
    found -= canaries(path.encode())
    is_yes = expected == trial.ok
    must = set(KINDS[trial.shows](asked)) if is_yes else set()
    may = must | set(more(trial.shows, asked)) | titles(asked) if is_yes else titles(asked)
    if "/dashboard" in path and is_yes and asked.spot.form:
        # Whoever gets its figures reads of which form they are.
        may = may | {f"CANARY-{asked.spot.project}-{asked.spot.form.upper()}-FORM-T"}
    if found - may:
        yield f"{line}shows {sorted(found - may)}"
    if method != "HEAD" and must - found - canaries(path.encode()):
        yield f"{line}lacks {sorted(must - found - canaries(path.encode()))}"


def status(asked: Asked, declared: Declared, method: str, trial: Try) -> int:
    """Tell the status that follows from the policy."""
    found = barred(asked, declared, trial)
    if found is None:
        return next((refusal for refuses in trial.refuses if (refusal := refuses(asked))), trial.ok)
    # Whoever is not logged in is taken to the log-in page.
    return 302 if found == 401 and declared.door == "pages" and method == "GET" else found


def barred(asked: Asked, declared: Declared, trial: Try) -> int | None:
    """Tell the refusal before anything is read: who it is, what they may do there, whether the record is in sight."""
    if declared.may[0] in (PUBLIC, ANYBODY, TESTER):
        return None
    if asked.viewer.token is None:
        return 401
    if declared.may != (AUTHENTICATED,) and asked.held.isdisjoint(declared.may):
        return 403
    record = asked.record
    if record is None:
        return None
    is_there = record.spot == asked.spot and not record.is_deleted
    is_sent = trial.is_of_sender and asked.viewer.actor_id == asked.programme.phones[record.spot.project or ""].id
    return None if is_there and (is_sent or asked.look.reaches(record.scopes)) else 404


def titles(asked: Asked) -> set[str]:
    """The names of the projects and forms that the viewer may read: those may stand anywhere."""
    programme, reader = asked.programme, asked.viewer.reader
    reads = {"form.read", "open_form.read", "form.update"}
    forms = [spot for spot in programme.forms if not reader.verbs(spot).isdisjoint(reads)]
    projects = {name for name in programme.projects if "project.read" in reader.verbs(Spot(name))}
    projects |= {spot.project for spot in forms}
    return {f"CANARY-{spot.project}-{spot.form.upper()}-FORM-T" for spot in forms} | {
        f"CANARY-{name}-PROJECT-NAME-T" for name in projects
    }


def canaries(data: bytes) -> set[str]:
    """The canaries in some bytes."""
    return {match[0] for match in CANARY.finditer(data.decode(errors="replace"))}


def unpacked(data: bytes) -> Iterator[bytes]:
    """The members of an archive, of those in it too, each with its name."""
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                member = archive.read(name)
                yield name.encode() + b"\n" + member
                yield from unpacked(member)
