"""A form's records as pictures (the gallery) and as places (the map)."""

import math
import re
from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from api.endpoint import server
from api.pages import drawing, filtering, listing
from api.pages.contexts import (
    FieldOption,
    Filtered,
    GalleryItem,
    GalleryPage,
    MapLine,
    MapMark,
    MapPage,
    MapPoint,
)
from api.pages.door import pages
from api.pages.forms import form_head
from api.pages.listing import Listing
from api.pages.projects import head
from api.pages.record import stored
from api.pages.render import number
from forms import answers
from forms import submissions as keeping
from forms.access import Actor, Permission
from forms.answers import Box, Cluster, Filter, Layout
from forms.models import Form, Project
from forms.schema import Field
from forms.submissions import Pictured

_PICTURES = 48
_POINTS = 50
#: Fields of the grid from west to east: each as wide as a mark that can be pressed.
_ACROSS = 24
_SMALL, _LARGE = 7, 34
_DEGREES = r"(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)"
_BOX = re.compile(",".join([_DEGREES] * 4))


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/gallery", may=Permission.SUBMISSION_LIST)
def gallery(actor: Actor, project: Project, form: Form) -> Any:
    """Show the files of a form's submissions, filtered as the table is; what shows a person stays sealed."""
    words, layout, shown = filtering.asked(actor, form)
    filtered = _filtered(actor, form, layout, shown)
    after, where = request.args.get("after", ""), _where(shown)
    found: list[Pictured] = []
    files, records = 0, 0
    if not filtered.problem:
        found = keeping.gallery(
            actor, form, layout, limit=_PICTURES + 1, after=after, where=where, vault=server().vault
        )
        # Of all submissions it would take longer than all the rest of the page.
        files, records = keeping.count_pictured(actor, layout, where=where) if shown.is_filtered else (0, 0)
    page = GalleryPage(
        project=head(actor, project),
        form=form_head(actor, form),
        filtered=filtered,
        items=tuple(
            GalleryItem(each.instance_id, each.received, stored(each.file) if each.file else None)
            for each in found[:_PICTURES]
        ),
        files=files,
        records=records,
        is_first=not after,
        older=found[_PICTURES - 1].cursor if len(found) > _PICTURES else "",
    )
    if found or shown.asks_about_people:
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return (page, 400) if filtered.problem else page


@pages.on("GET", "/projects/<project_id>/forms/<xml_form_id>/map", may=Permission.SUBMISSION_LIST)
def places(actor: Actor, project: Project, form: Form) -> Any:
    """Show where a form's submissions are, filtered as the table is, as far as the viewer may know."""
    words, layout, shown = filtering.asked(actor, form)
    asked = [f for f in words.schema.leaves if f.type == "geopoint"]
    open_ = [f for f in asked if listing.lies_open(actor, f)]
    chosen = next((f for f in open_ if f.path == request.args.get("question")), open_[0] if open_ else None)
    page = MapPage(
        project=head(actor, project),
        form=form_head(actor, form),
        filtered=_filtered(actor, form, layout, shown),
        questions=tuple(FieldOption(f.path, listing.full_label(words, f)) for f in open_),
        question=chosen.path if chosen is not None else "",
        has_sealed=len(open_) < len(asked),
    )
    if chosen is not None and not page.filtered.problem:
        page = _drawn(actor, layout, shown, chosen, page)
    if (chosen is not None and chosen.privacy and page.total) or shown.asks_about_people:
        keeping.looked(actor, form, words.schema, vault=server().vault)
    return (page, 400) if page.filtered.problem else page


def _filtered(actor: Actor, form: Form, layout: Layout, shown: Listing) -> Filtered:
    fields = [*shown.columns, *shown.repeat_columns, *shown.filtered_fields]
    return filtering.filtered(actor, form, layout, shown, fields)


def _where(shown: Listing) -> Filter | None:
    return shown.where if shown.is_filtered else None


def _drawn(actor: Actor, layout: Layout, shown: Listing, chosen: Field, page: MapPage) -> MapPage:
    """Draw the part of the map that the address names, else all of it."""
    where = _where(shown)
    extent = answers.extent(actor, layout, chosen.path, where=where)
    if extent.box is None:
        return page
    asked = _asked_box()
    sheet = drawing.sheet(asked or extent.box)
    rows = math.ceil(_ACROSS * sheet.height / drawing.WIDTH)
    found = answers.clusters(actor, layout, chosen.path, sheet.box, columns=_ACROSS, rows=rows, where=where)
    points = answers.points(actor, layout, chosen.path, sheet.box, limit=_POINTS, where=where)
    km, length = sheet.scale()
    # Of a question in a repeat, the records with a row that has no answer are others than those without a place.
    is_whole = chosen.repeat or extent.records >= page.filtered.matching
    return replace(
        page,
        total=extent.count,
        records=extent.records,
        placeless_query=None if is_whole else shown.query | {f"answered{chosen.path}": ["no"]},
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
            for each in points
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
