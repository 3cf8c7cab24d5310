"""A form with everything that must not leak, and records of it, made through the real receiving path.

Every identity answer and every file name is a canary: a value that must be found nowhere outside its seal.
"""

import io
from dataclasses import dataclass
from itertools import count

from forms import submissions
from forms.access import Actor
from forms.db import db
from forms.models import Form, Project
from forms.submissions import Part, Sender
from tests.support.odk import xlsx
from tests.support.world import World

WORKBOOK = """
| survey |
|        | type              | name    | label   | privacy  | scope   |
|        | text              | nama    | Nama    | identity |         |
|        | date              | lahir   | Lahir   | identity |         |
|        | image             | foto    | Foto    | identity |         |
|        | geopoint          | rumah   | Rumah   | identity |         |
|        | text              | kabkota | Wilayah |          | kabkota |
|        | integer           | umur    | Umur    |          |         |
|        | select_one kerja  | kerja   | Kerja   |          |         |
|        | begin repeat      | anak    | Anak    |          |         |
|        | text              | sapaan  | Sapaan  | identity |         |
|        | integer           | usia    | Usia    |          |         |
|        | end repeat        |         |         |          |         |
| choices |
|         | list_name | name | label |
|         | kerja     | tani | Tani  |
|         | kerja     | kota | Kota  |
| settings |
|          | form_title | form_id | version   |
|          | Perkara    | perkara | {version} |
"""

#: Found wherever answers lie open: the test's own proof that it looks in the right places.
OPEN = "KENARI-TERBUKA"

_SEALED = ("CANARY-NAMA-{n}", "CANARY-FOTO-{n}.jpg", "CANARY-SAPAAN-{n}", "CANARY-ISI-{n}", "19{n:02}-02-03")


def canaries(number: int) -> list[str]:
    """What record `number` holds that must stay sealed: answers, a file's name, a file's content."""
    return [text.format(n=number) for text in _SEALED] + [f"-7.{number:04}"]


@dataclass
class Cases:
    """The form in a project of its own, and the phone that fills it."""

    world: World
    project: Project
    form: Form
    phone: Actor
    _numbers: "count[int]"

    def send(self, *, replaces: str | None = None, instance_id: str | None = None, umur: object = 30) -> str:
        """Send one more record with its photo, or an edit of one; give its instance id."""
        number = next(self._numbers)
        name, photo, calls, content, born = (text.format(n=number) for text in _SEALED)
        instance = instance_id or f"uuid:{number:08}"
        deprecated = f"<deprecatedID>{replaces}</deprecatedID>" if replaces else ""
        children = "".join(
            f"<anak><sapaan>{calls}</sapaan><usia>{age}</usia></anak>" for age in range(1, 1 + number % 3)
        )
        xml = (
            f'<data id="perkara" version="1"><nama>{name}</nama><lahir>{born}</lahir><foto>{photo}</foto>'
            f"<rumah>-7.{number:04} 110.5 0 0</rumah><kabkota>61.{number % 4}</kabkota><umur>{umur}</umur>"
            f"<kerja>{OPEN}</kerja>{children}"
            f"<meta><instanceID>{instance}</instanceID>{deprecated}</meta></data>"
        )
        files = {photo: Part(io.BytesIO(content.encode() * 50), "image/jpeg")}
        submissions.receive(Sender(self.phone), self.project.id, xml.encode(), files, vault=self.world.vault)
        db.session.commit()
        return instance


def cases(world: World, sent: int = 5) -> Cases:
    """Make the form, publish it, and send so many records."""
    project = world.project("Perkara")
    form = world.form(project, xlsx(WORKBOOK.replace("{version}", "1")))
    phone = world.app_user(project, form)
    made = Cases(world, project, form, Actor(id=phone.id, type="field_key"), count(1))
    for _ in range(sent):
        made.send()
    return made
