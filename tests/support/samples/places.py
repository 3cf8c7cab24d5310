"""The map of records."""

from dataclasses import replace

from api.pages import drawing
from api.pages.contexts import FieldOption, Filtered, MapLine, MapMark, MapPage, MapPoint, Page
from forms.answers import Box
from tests.support.samples.records import FILTERED, REFUSED
from tests.support.samples.setting import CASES, PROJECT, TALKS, ago


def _map(**changes: object) -> MapPage:
    sheet = drawing.sheet(Box(-2.9, 108.7, 1.9, 113.9))
    spots = (
        (0.0, 109.3, 412, ""),
        (0.8, 111.2, 1, "uuid:1"),
        (-1.8, 110.0, 37, "-2,109,-1,111"),
        (0.3, 112.9, 3, "0,112,1,113"),
    )
    given = {
        "project": PROJECT,
        "form": TALKS,
        "filtered": Filtered(1214, 1214),
        "questions": (FieldOption("/lokasi", "Lokasi kegiatan"), FieldOption("/pos", "Pos")),
        "question": "/lokasi",
        "total": 1214,
        "records": 1214,
        "inside": 453,
        "box": "-2.9,108.7,1.9,113.9",
        "width": drawing.WIDTH,
        "height": sheet.height,
        "meridians": tuple(MapLine(sheet.x(each), f"{each:g}° BT") for each in sheet.meridians()),
        "parallels": tuple(MapLine(sheet.y(each), f"{abs(each):g}° LS") for each in sheet.parallels()),
        "marks": tuple(
            MapMark(sheet.x(x), sheet.y(y), 7 if n == 1 else 18, n, box if n == 1 else "", "" if n in (1, 3) else box)
            for y, x, n, box in spots
        ),
        "scale": sheet.scale()[1],
        "scale_text": f"{sheet.scale()[0]:g} km",
        "points": tuple(MapPoint(f"uuid:{n}", ago(hours=n), "Entikong 1", "0.02000, 109.34000") for n in range(5)),
    }
    return MapPage(**{**given, **changes})


def pages() -> dict[str, Page]:
    return {
        "map": _map(),
        "map-filtered": _map(filtered=FILTERED, total=29, records=29, placeless_query={"answered/lokasi": ["no"]}),
        "map-none-fit": _map(filtered=replace(FILTERED, matching=0), total=0),
        "map-no-places": _map(filtered=FILTERED, total=0),
        "map-refused": _map(filtered=REFUSED, total=0),
        "map-none-yet": MapPage(PROJECT, TALKS, Filtered(0, 0), (FieldOption("/lokasi", "Lokasi"),), "/lokasi"),
        "map-sealed": MapPage(PROJECT, CASES, Filtered(3, 3), has_sealed=True),
        "map-no-question": MapPage(PROJECT, CASES, Filtered(3, 3)),
    }
