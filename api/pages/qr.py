"""Draw QR codes as SVG path data, so that a page shows them under the content security policy and prints them sharp.

It draws whatever text it is given; what the text means (a key!) is the caller's matter. Nothing is kept.
"""

import re

import segno

from api.pages.contexts import QrCode

#: One of the standard's eight patterns that a code may be laid under. To weigh all eight for each code took most
#: of the time of a sheet of cards; what is drawn here looks random under any (packed, or a key), so one serves.
_MASK = 2
#: Light modules around the code; the standard (ISO/IEC 18004) asks for four.
QUIET = 4
_DARK = re.compile(rb"\x01+")


def draw(text: str) -> QrCode:
    """Draw `text` with error correction L, as Collect's own codes have it: larger modules, easier to read."""
    rows = segno.make(text, error="l", micro=False, boost_error=False, mask=_MASK).matrix
    path = [
        f"M{run.start() + QUIET} {y + QUIET}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in _DARK.finditer(row)
    ]
    return QrCode(size=len(rows) + 2 * QUIET, path="".join(path))
