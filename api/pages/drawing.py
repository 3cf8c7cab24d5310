"""A map as a drawing: degrees to places on paper, lines of the grid, the scale. No database, no HTTP."""

import math
from dataclasses import dataclass

from forms.answers import Box

WIDTH = 960
_LOWEST, _HIGHEST = 320, 620
#: One degree of latitude on the ground.
_KM = 111.32
#: What is drawn spans at least this much: some two hundred metres.
LEAST = 0.002
_STEPS = (30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_FEWEST_LINES = 4
_LONGEST_SCALE = 190
_MARGIN = 0.06


@dataclass(frozen=True)
class Sheet:
    """A part of the earth laid out flat; near enough to true for one province (equirectangular)."""

    box: Box
    height: int

    def x(self, longitude: float) -> float:
        """Give how far from the left a longitude is."""
        return round((longitude - self.box.west) / (self.box.east - self.box.west) * WIDTH, 1)

    def y(self, latitude: float) -> float:
        """Give how far from the top a latitude is."""
        return round((self.box.north - latitude) / (self.box.north - self.box.south) * self.height, 1)

    def meridians(self) -> list[float]:
        """List the longitudes that a line is drawn at."""
        return _lines(self.box.west, self.box.east)

    def parallels(self) -> list[float]:
        """List the latitudes that a line is drawn at, as far apart as the meridians."""
        return _lines(self.box.south, self.box.north, _step(self.box.west, self.box.east))

    def scale(self) -> tuple[float, float]:
        """Give a round number of kilometres and how long it is drawn."""
        km_per_unit = (self.box.north - self.box.south) * _KM / self.height
        longest = _LONGEST_SCALE * km_per_unit
        power = 10 ** math.floor(math.log10(longest))
        km = next(factor * power for factor in (5, 2, 1) if factor * power <= longest)
        return km, round(km / km_per_unit, 1)


def sheet(box: Box) -> Sheet:
    """Lay a part of the earth out with a margin, neither very flat nor very tall."""
    south, west, north, east = box.south, box.west, box.north, box.east
    middle = math.cos(math.radians((south + north) / 2))
    # Both sides in degrees of latitude.
    across = max((east - west) * middle, LEAST) * (1 + 2 * _MARGIN)
    down = max(north - south, LEAST) * (1 + 2 * _MARGIN)
    height = min(max(WIDTH * down / across, _LOWEST), _HIGHEST)
    across, down = max(across, down * WIDTH / height), max(down, across * height / WIDTH)
    latitude, longitude = (south + north) / 2, (west + east) / 2
    half = across / max(middle, 0.01) / 2
    return Sheet(Box(latitude - down / 2, longitude - half, latitude + down / 2, longitude + half), round(height))


def _step(low: float, high: float) -> float:
    return next((step for step in _STEPS if (high - low) / step >= _FEWEST_LINES), _STEPS[-1])


def _lines(low: float, high: float, step: float = 0) -> list[float]:
    step = step or _step(low, high)
    first = math.ceil(low / step)
    return [round(number * step, 6) for number in range(first, math.floor(high / step) + 1)]
