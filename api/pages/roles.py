"""The policy in words, and the page that shows all of it."""

from flask_babel import gettext as _

from api.endpoint import AUTHENTICATED
from api.pages import door
from api.pages.contexts import RoleLine, RolesPage
from api.pages.door import pages
from forms import policy
from forms.access import Actor
from forms.policy import Clearance


@pages.on("GET", "/roles", may=AUTHENTICATED)
def roles(actor: Actor) -> RolesPage:
    """Show what each role may do and what it sees; the policy is no secret."""
    del actor
    return RolesPage(tuple(_line(role) for role in policy.ROLES))


def _line(role: policy.Role) -> RoleLine:
    words = deed_words()
    return RoleLine(
        name=role_name(role),
        system=role.system,
        deeds=tuple(words[deed] for deed in policy.deeds(role)),
        sees=clearance_words(role.sees),
        takes=clearance_words(role.takes),
        scoped_by=tuple(dimension_name(name) for name in role.scoped_by),
        is_per_form=role.per_form,
        is_void_on_cases=not role.cases,
        has_clearance=role.has_clearance,
    )


def role_name(role: policy.Role) -> str:
    """Give a role's name in the page's language."""
    return role.name_id if door.language() == "id" else role.name


def dimension_name(name: str) -> str:
    """Give a dimension in words; its own name where there are none."""
    words: dict[str, str] = {
        "kabkota": _("District (kabkota)"),
        "kantor": _("Office (kantor)"),
        "shelter": _("Shelter (shelter)"),
        "lembaga": _("Organisation (lembaga)"),
    }
    return words.get(name, name)


def clearance_words(clearance: Clearance) -> str:
    """Say which answers a clearance opens."""
    words: dict[Clearance, str] = {
        Clearance.NONE: _("nothing"),
        Clearance.PROGRAMME: _("answers without a privacy class"),
        Clearance.QUASI: _("also what identifies in combination (quasi)"),
        Clearance.SENSITIVE: _("also what is sensitive (sensitive)"),
        Clearance.IDENTITY: _("everything; identity one record at a time, for a reason that is kept"),
    }
    return words[clearance]


def deed_words() -> dict[str, str]:
    """Say in words what the verbs of `policy.DEEDS` come to."""
    return {
        "see": _("sees the project and its forms"),
        "get": _("gets the forms to fill"),
        "fill": _("fills and sends forms"),
        "read": _("reads records"),
        "edit": _("edits records"),
        "reveal": _("reveals identity"),
        "request": _("asks for exports with identity"),
        "approve": _("approves exports with identity that another asked for"),
        "log": _("reads the access log"),
        "roles": _("sees who has which role"),
        "forms": _("uploads, publishes and closes forms"),
        "delete": _("deletes and restores records"),
        "phones": _("manages app users"),
        "give": _("gives and takes roles and values"),
        "project": _("changes the project"),
        "accounts": _("manages accounts"),
        "server": _("makes projects and runs the server"),
        "password": _("sets a password anew"),
    }
