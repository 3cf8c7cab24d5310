"""A form made straight from fields, for tests of the answer tables: no workbook, no XML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from forms import answers
from forms.access import SERVER, Actor, Sight
from forms.answers import Layout
from forms.db import EVERYTHING, db, see
from forms.instance import Row, Value, as_text
from forms.models import Actor as ActorRow
from forms.models import Form, FormVersion, Project, Submission, SubmissionVersion
from forms.policy import Clearance
from forms.schema import Choice, Field, Schema

EVERYONE = SERVER


def reader(*scopes: str, clearance: Clearance = Clearance.IDENTITY) -> Actor:
    """Someone who sees the records of these scopes, by default with all that is in them."""
    sight = Sight("reader", clearance, scopes)
    return Actor(id=None, type="user", look=sight, take=sight)


def leaf(path: str, kind: str = "string", *, repeat: str = "", **more: Any) -> Field:
    """A question."""
    return Field(path, path.rpartition("/")[2], "leaf", kind, repeat=repeat, **more)


def group(path: str, *, repeat: str = "") -> Field:
    """A group."""
    return Field(path, path.rpartition("/")[2], "group", repeat=repeat)


def repeat(path: str, *, inside: str = "") -> Field:
    """A repeat."""
    return Field(path, path.rpartition("/")[2], "repeat", repeat=inside)


def root(**values: Value) -> Row:
    """The root's row: answers by the last part of a path at the top, "g__q" for one in a group."""
    return Row("", 0, 0, 0, {"/" + name.replace("__", "/"): value for name, value in values.items()})


@dataclass
class Survey:
    """A form and its versions. `sealed` remembers nothing: sealing here is reversing, so that a canary never shows."""

    xml_form_id: str = "uji"
    project_id: int = 0
    form_id: int = 0
    version_id: int = 0
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        if not self.project_id:
            project = Project(name="Uji")
            db.session.add(project)
            db.session.flush()
            self.project_id = project.id
        form = Form(project_id=self.project_id, xml_form_id=self.xml_form_id)
        db.session.add(form)
        db.session.flush()
        self.form_id = form.id
        db.session.commit()

    def publish(self, *fields: Field, choices: dict[str, tuple[Choice, ...]] | None = None) -> Layout:
        """Publish a version with these fields and give its layout."""
        number = str(next(self._numbers))
        schema = Schema(self.xml_form_id, number, "Uji", "data", fields, choices or {})
        version = FormVersion(
            form_id=self.form_id, version=number, name="Uji", xform=b"<data/>", md5="", sha1="", sha256="",
            schema=schema.to_json(), published_at=datetime.now(UTC),
        )  # fmt: skip
        db.session.add(version)
        db.session.flush()
        answers.widen(self.form_id, schema)
        db.session.commit()
        self.version_id = version.id
        return answers.layout(self.form_id, version.id, schema)

    def submit(self, layout: Layout, rows: Sequence[Row], *, scopes: Sequence[str] = (), **more: Any) -> int:
        """Keep a submission of these rows; `more` are columns of `submissions`."""
        see(EVERYTHING)
        number = next(self._numbers)
        submission = Submission(
            form_id=self.form_id,
            form_version_id=layout.version_id,
            scopes=list(scopes),
            **{"instance_id": f"uuid:{number}", **more},
        )
        db.session.add(submission)
        db.session.flush()
        version = SubmissionVersion(
            submission_id=submission.id, form_id=self.form_id, form_version_id=layout.version_id,
            instance_id=submission.instance_id, xml=b"", xml_hash=b"", scopes=list(scopes),
        )  # fmt: skip
        db.session.add(version)
        db.session.flush()
        answers.write(layout, submission.id, rows, scopes, sealed)
        db.session.commit()
        return submission.id


def sealed(path: str, value: Value) -> bytes:
    """Stand for sealing: what comes out does not contain what went in."""
    return f"{path}|{as_text(value)}".encode()[::-1]


def opened(path: str, value: bytes) -> str:
    """Undo `sealed`."""
    return value[::-1].decode().removeprefix(f"{path}|")


def sender(name: str) -> int:
    """Make an app user of this display name."""
    row = ActorRow(type="field_key", display_name=name)
    db.session.add(row)
    db.session.commit()
    return db.session.execute(select(ActorRow.id).where(ActorRow.display_name == name)).scalar_one()
