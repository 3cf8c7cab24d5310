"""Draw QR codes as SVG path data, so that a page shows them under the content security policy and prints them sharp.

It draws whatever text it is given; what the text means (a key!) is the caller's matter. Nothing is kept.
"""

import segno

from api.pages.contexts import QrCode

#: Light modules around the code; the standard (ISO/IEC 18004) asks for four.
QUIET = 4


def draw(text: str) -> QrCode:
    """Draw `text` with error correction L, as Collect's own codes have it: larger modules, easier to read."""
    rows = segno.make(text, error="l", micro=False, boost_error=False).matrix
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = next((i for i in range(x, len(row)) if not row[i]), len(row)) - x
            if run:
                path.append(f"M{x + QUIET} {y + QUIET}h{run}v1h-{run}z")
            x += run or 1
    return QrCode(size=len(rows) + 2 * QUIET, path="".join(path))
