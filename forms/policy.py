"""The whole policy, as one table: for each role what it may do, which classes of answers it sees, and whose.

`ROLES` is what the database is seeded with, what the reference page shows, and what the tests run against every route.
ODK Central's roles stand under Central's numbers with Central's verbs; ours begin at 20. Pure: no database.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from forms.schema import Privacy


class Clearance(IntEnum):
    """How much of what is known of people somebody may see. Each includes the ones before it."""

    NONE = 0
    #: Answers without a privacy class.
    PROGRAMME = 1
    #: What identifies in combination (P1).
    QUASI = 2
    #: Exploitation, health, law, children (P2).
    SENSITIVE = 3
    #: Names and other direct identifiers (P3): one record at a time, for a reason that is kept.
    IDENTITY = 4


NEEDED: Final[dict[Privacy, Clearance]] = {
    "": Clearance.PROGRAMME,
    "quasi": Clearance.QUASI,
    "sensitive": Clearance.SENSITIVE,
    "identity": Clearance.IDENTITY,
}


def lies_open(privacy: Privacy, clearance: Clearance) -> bool:
    """Tell whether answers of a class are shown to a clearance as they are; identity never is, it is revealed."""
    return privacy != "identity" and NEEDED[privacy] <= clearance


@dataclass(frozen=True)
class Role:
    """One line of the policy.

    `sees` is the clearance on pages and for one record, `takes` that of downloads (NONE: no downloads). A role that is
    `scoped_by` dimensions sees the records that carry one of its holder's values in them, others see all. Without
    `cases` it shows no record of a form that asks for anything quasi-identifying or sensitive, only suppressed figures;
    one that is `per_form` is given on forms only, so that nobody comes upon victims through a role on a project.
    """

    id: int
    system: str
    name: str
    name_id: str
    verbs: frozenset[str]
    sees: Clearance = Clearance.NONE
    takes: Clearance = Clearance.NONE
    scoped_by: tuple[str, ...] = ()
    cases: bool = True
    per_form: bool = False

    @property
    def has_clearance(self) -> bool:
        """Whether it opens anything about people: it is then given by somebody else, and asks for a second step."""
        return self.sees > Clearance.PROGRAMME or not self.verbs.isdisjoint(OVER_PEOPLE)


#: Verbs that open or guard identity; none of Central's roles has them.
OVER_PEOPLE: Final = frozenset(
    {"identity.reveal", "identity_export.request", "identity_export.approve", "access_log.read"}
)

_READ = frozenset(
    {"project.read", "form.list", "form.read", "submission.read", "submission.list", "dataset.list", "entity.list",
     "dataset.read", "entity.read", "actor_property.list"}
)  # fmt: skip
_FILL = frozenset({"open_form.list", "open_form.read", "submission.create"})
_WORK = _READ | _FILL | {"submission.update"}
_MANAGE = _READ | {
    "project.update", "project.delete", "form.create", "form.delete", "form.update", "submission.create",
    "field_key.create", "field_key.delete", "field_key.list", "assignment.list", "assignment.create",
    "assignment.delete", "public_link.create", "public_link.list", "public_link.read", "public_link.update",
    "public_link.delete", "session.end", "form.restore", "entity.create", "entity.update", "dataset.update",
    "entity.delete", "submission.update", "dataset.create", "submission.delete", "submission.restore",
    "entity.restore", "dataset.delete", "actor_property.update", "field_key.update",
}  # fmt: skip
_ADMINISTER = _MANAGE | {
    "config.read", "project.create", "user.create", "user.list", "user.password.invalidate", "user.read",
    "user.update", "role.create", "role.update", "role.delete", "user.delete", "audit.read", "backup.run",
    "config.set", "analytics.read",
}  # fmt: skip
_REVEAL = _WORK | {"identity.reveal"}

P0, P1, P2, P3 = Clearance.PROGRAMME, Clearance.QUASI, Clearance.SENSITIVE, Clearance.IDENTITY

ROLES: Final = (
    # Central's own. They see what has no privacy class, everywhere: enough for forms that are not about people.
    Role(1, "admin", "Administrator", "Administrator", _ADMINISTER, sees=P0, takes=P0),
    Role(2, "app-user", "App User", "Pengguna aplikasi (ponsel)", frozenset({"open_form.read", "submission.create"})),
    Role(3, "pwreset", "Password Reset Token", "Token atur ulang kata sandi", frozenset({"user.password.reset"})),
    Role(5, "manager", "Project Manager", "Pengelola proyek", _MANAGE, sees=P0, takes=P0),
    Role(6, "viewer", "Project Viewer", "Pembaca proyek", _READ, sees=P0, takes=P0),
    Role(7, "formview", "Form Viewer (system internal)", "Pembaca formulir (internal)", frozenset({"open_form.read"})),
    Role(8, "formfill", "Data Collector", "Pengumpul data", _FILL | {"project.read"}),
    Role(9, "pub-link", "Public Link", "Tautan umum", frozenset({"open_form.read", "submission.create"})),
    # The programme's.
    Role(20, "outreach", "Outreach team", "Tim sosialisasi", _WORK,
         sees=P0, takes=P0, scoped_by=("kabkota", "lembaga"), per_form=True),
    Role(21, "onestop", "One-stop service officer", "Petugas LTSA", _REVEAL, sees=P3, takes=P2, scoped_by=("kantor",)),
    Role(22, "shelter", "Shelter case worker", "Pekerja kasus shelter", _REVEAL, sees=P3, scoped_by=("shelter",)),
    Role(23, "district", "District coordinator", "Koordinator kabupaten/kota", _REVEAL,
         sees=P3, takes=P1, scoped_by=("kabkota",)),
    Role(24, "province", "Provincial coordinator", "Koordinator provinsi",
         _REVEAL | {"identity_export.request", "identity_export.approve"}, sees=P3, takes=P2),
    Role(25, "analyst", "Analyst", "Analis", _READ, sees=P0, takes=P0, cases=False),
    Role(26, "auditor", "Auditor", "Auditor / DPO",
         frozenset({"project.read", "form.list", "form.read", "assignment.list", "access_log.read",
                    "identity_export.approve"})),
)  # fmt: skip

BY_ID: Final = {role.id: role for role in ROLES}

#: The most that anybody sees in a session without a second step: nothing about people.
UNPROVEN: Final = Clearance.PROGRAMME

#: The dimensions that say whose records a scoped role shows.
DIMENSIONS: Final = ("kabkota", "kantor", "shelter", "lembaga")

#: What people are given on a project or a form; the others belong to the whole server, to phones and to links.
FOR_PEOPLE: Final = tuple(role for role in ROLES if role.id in (5, 6, 8) or role.id >= 20)  # noqa: PLR2004 - ours

#: What the verbs come to, as the reference page says it: each verb under one deed, weakest first.
DEEDS: Final[dict[str, frozenset[str]]] = {
    "see": frozenset({"project.read", "form.list", "form.read"}),
    "get": frozenset({"open_form.list", "open_form.read"}),
    "fill": frozenset({"submission.create"}),
    "read": frozenset(
        {"submission.read", "submission.list", "dataset.list", "dataset.read", "entity.list", "entity.read",
         "actor_property.list"}
    ),
    "edit": frozenset({"submission.update"}),
    "reveal": frozenset({"identity.reveal"}),
    "request": frozenset({"identity_export.request"}),
    "approve": frozenset({"identity_export.approve"}),
    "log": frozenset({"access_log.read"}),
    "roles": frozenset({"assignment.list"}),
    "forms": frozenset({"form.create", "form.update", "form.delete", "form.restore", "dataset.create",
                        "dataset.update", "dataset.delete"}),
    "delete": frozenset({"submission.delete", "submission.restore", "entity.create", "entity.update", "entity.delete",
                         "entity.restore"}),
    "phones": frozenset({"field_key.create", "field_key.delete", "field_key.list", "field_key.update", "session.end",
                         "public_link.create", "public_link.list", "public_link.read", "public_link.update",
                         "public_link.delete"}),
    "give": frozenset({"assignment.create", "assignment.delete", "actor_property.update"}),
    "project": frozenset({"project.update", "project.delete"}),
    "accounts": frozenset({"user.create", "user.list", "user.read", "user.update", "user.delete",
                           "user.password.invalidate"}),
    "server": frozenset({"project.create", "config.read", "config.set", "backup.run", "audit.read", "analytics.read",
                         "role.create", "role.update", "role.delete"}),
    "password": frozenset({"user.password.reset"}),
}  # fmt: skip


def deeds(role: Role) -> tuple[str, ...]:
    """Name what a role may do, in the order of DEEDS."""
    return tuple(name for name, verbs in DEEDS.items() if not role.verbs.isdisjoint(verbs))
