"""A form's records as pictures (the gallery) and as places (the map)."""

import math
import re

from flask import request
from flask_babel import gettext as _

from api.endpoint import server
from api.pages import drawing
from api.pages.contexts import (
    FieldOption,
    GalleryItem,
    GalleryPage,
    MapLine,
    MapMark,
    MapPage,
    MapPoint,
)
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.projects import head
from api.pages.record import stored
from api.pages.render import number
from api.pages.words import Words
from forms import answers, catalogue, policy
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import Box, Cluster
from forms.models import Form, Project
from forms.schema import Field

_PICTURES = 48
_POINTS = 50
#: Fields of the grid from west to east: each as wide as a mark that can be pressed.
_ACROSS = 24
_SMALL, _LARGE = 7, 34
_DEGREES = r"(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)"
_BOX = re.compile(",".join([_DEGREES] * 4))


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/gallery", may=Permission.SUBMISSION_LIST)
def gallery(actor: Actor, project: Project, form: Form) -> GalleryPage:
    """Show the files of a form's submissions; what shows a person stays sealed."""
    schema = catalogue.schema(catalogue.current(form).id)
    after = request.args.get("after", "")
    found = keeping.gallery(actor, form, limit=_PICTURES + 1, after=after, vault=server().vault)
    page = GalleryPage(
        project=head(actor, project),
        form=form_head(actor, form),
        items=tuple(
            GalleryItem(each.instance_id, each.received, stored(each.file) if each.file else None)
            for each in found[:_PICTURES]
        ),
        is_first=not after,
        older=found[_PICTURES - 1].cursor if len(found) > _PICTURES else "",
    )
    if found:
        keeping.looked(actor, form, schema, vault=server().vault)
    return page


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/map", may=Permission.SUBMISSION_LIST)
def places(actor: Actor, project: Project, form: Form) -> MapPage:
    """Show where a form's submissions are, as far as the viewer may know."""
    words = Words(catalogue.current(form))
    asked = [f for f in words.schema.leaves if f.type == "geopoint"]
    shown = [f for f in asked if policy.lies_open(f.privacy, actor.look.clearance)]
    chosen = next((f for f in shown if f.path == request.args.get("question")), shown[0] if shown else None)
    base = MapPage(
        project=head(actor, project),
        form=form_head(actor, form),
        questions=tuple(FieldOption(f.path, words.label(f)) for f in shown),
        has_sealed=len(shown) < len(asked),
    )
    if chosen is None:
        return base
    page = _drawn(actor, form, words, chosen, base)
    if chosen.privacy and page.total:
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return page


def _drawn(actor: Actor, form: Form, words: Words, chosen: Field, base: MapPage) -> MapPage:
    """Draw the part of the map that the address names, else all of it."""
    layout = answers.layout(form.id, words.version.id, words.schema)
    total, span = answers.extent(actor, layout, chosen.path)
    asked = _asked_box()
    if span is None:
        return MapPage(base.project, base.form, base.questions, chosen.path, base.has_sealed)
    sheet = drawing.sheet(asked or span)
    rows = math.ceil(_ACROSS * sheet.height / drawing.WIDTH)
    found = answers.clusters(actor, layout, chosen.path, sheet.box, columns=_ACROSS, rows=rows)
    km, length = sheet.scale()
    return MapPage(
        project=base.project,
        form=base.form,
        questions=base.questions,
        question=chosen.path,
        has_sealed=base.has_sealed,
        total=total,
        inside=sum(each.count for each in found),
        box=_written(asked) if asked else "",
        width=drawing.WIDTH,
        height=sheet.height,
        meridians=tuple(MapLine(sheet.x(each), _longitude(each)) for each in sheet.meridians()),
        parallels=tuple(MapLine(sheet.y(each), _latitude(each)) for each in sheet.parallels()),
        marks=tuple(_mark(each, sheet) for each in found),
        scale=length,
        scale_text=_("%(n)s km", n=number(km)) if km >= 1 else _("%(n)s m", n=number(round(km * 1000))),
        points=tuple(
            MapPoint(
                each.instance_id, each.created_at, each.submitter or "", f"{each.latitude:.5f}, {each.longitude:.5f}"
            )
            for each in answers.points(actor, layout, chosen.path, sheet.box, limit=_POINTS)
        ),
    )


def _asked_box() -> Box | None:
    """Read the part of the map from the address; None where it names none."""
    match = _BOX.fullmatch(request.args.get("box", ""))
    if match is None:
        return None
    south, west, north, east = (float(each) for each in match.groups())
    is_on_earth = -90 <= south <= north <= 90 and -180 <= west <= east <= 180  # noqa: PLR2004 - degrees
    return Box(south, west, north, east) if is_on_earth else None


def _written(box: Box) -> str:
    return ",".join(f"{each:.6f}" for each in (box.south, box.west, box.north, box.east))


def _mark(each: Cluster, sheet: drawing.Sheet) -> MapMark:
    is_one = each.instance_id is not None
    # Of points on one spot nothing more is seen from closer by.
    is_spread = max(each.box.north - each.box.south, each.box.east - each.box.west) > drawing.LEAST / 100
    is_close = sheet.box.north - sheet.box.south < drawing.LEAST * 2
    return MapMark(
        x=sheet.x(each.longitude),
        y=sheet.y(each.latitude),
        radius=_SMALL if is_one else round(min(12 + 5 * math.log10(each.count), _LARGE), 1),
        count=each.count,
        instance_id=each.instance_id or "",
        box=_written(each.box) if not is_one and (is_spread or not is_close) else "",
    )


def _longitude(degrees: float) -> str:
    text = number(abs(degrees))
    return str(_("%(n)s° W", n=text) if degrees < 0 else _("%(n)s° E", n=text))


def _latitude(degrees: float) -> str:
    text = number(abs(degrees))
    if not degrees:
        return str(_("Equator"))
    return str(_("%(n)s° S", n=text) if degrees < 0 else _("%(n)s° N", n=text))
