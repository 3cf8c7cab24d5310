"""The files that came with records."""

from dataclasses import replace

from api.pages.contexts import Filtered, GalleryItem, GalleryPage, Page, StoredFile
from tests.support.samples.records import FILTERED, REFUSED
from tests.support.samples.setting import PROJECT, TALKS, ago

PHOTO = StoredFile("daftar_hadir_1.jpg", "image", True, 1_840_000, True)
LATE = StoredFile("wawancara.m4a", "audio", False)
LATE_ARRIVED = StoredFile("wawancara.m4a", "audio", True, 740_000)
SCAN = StoredFile("surat_izin.pdf", "file", True, 96_000)


def _gallery(**changes: object) -> GalleryPage:
    files = (PHOTO, None, SCAN, LATE_ARRIVED, PHOTO, None, PHOTO)
    items = tuple(GalleryItem(f"uuid:{n}", ago(hours=n), file) for n, file in enumerate(files))
    given = {
        "project": PROJECT,
        "form": TALKS,
        "filtered": Filtered(1214, 1214),
        "items": items,
        "is_first": False,
        "older": "12-5f",
    }
    return GalleryPage(**{**given, **changes})


def pages() -> dict[str, Page]:
    return {
        "gallery": _gallery(),
        "gallery-filtered": _gallery(filtered=FILTERED, files=7, records=5),
        "gallery-none-fit": _gallery(filtered=replace(FILTERED, matching=0), items=()),
        "gallery-no-files": _gallery(filtered=FILTERED, items=()),
        "gallery-refused": _gallery(filtered=REFUSED, items=()),
        "gallery-empty": GalleryPage(PROJECT, TALKS, Filtered(0, 0), ()),
    }
