"""Drawings of figures as SVG: bars, lines, steps, the districts as tiles, places.

Pure: values and texts in, markup out; every text is escaped, and nothing in it asks for a script, a style sheet or
another file, so that the same drawing stands in a page and is a file to take away. Colour is never the only sign: bars
have patterns, lines dashes and marks, tiles their numbers. What a figure means is said in `dashboards`, never here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, log10, radians, sqrt
from typing import Final

from markupsafe import Markup

#: The width that everything is drawn for: a phone shows it a little smaller, a desk a little larger.
WIDTH: Final = 440
#: More series than this no eye keeps apart, more bars or tiles fill no page.
MOST_SERIES: Final = 6
MOST_BARS: Final = 60

_INK: Final = "#14262b"
_SOFT: Final = "#4a5c61"
_LINE: Final = "#dbe3e1"
_EDGE: Final = "#76898b"
_HIDDEN: Final = "#eef2f1"
#: Each at least 3:1 on white.
_COLOURS: Final = ("#0b5f5b", "#b46500", "#1b5482", "#8a3b8f", "#4a5c61", "#a1261d")
_DASHES: Final = ("", "6 4", "2 3", "9 3 2 3", "1 4", "12 4")
#: Five steps from few to many, each with the ink that is read on it.
_STEPS: Final = (
    ("#e3f1ef", _INK),
    ("#b5d8d3", _INK),
    ("#6fb0a9", _INK),
    ("#1d7770", "#ffffff"),
    ("#084845", "#ffffff"),
)
_FONT: Final = "'Source Sans 3', 'Segoe UI', Roboto, Arial, sans-serif"
_SIZE: Final = 14
#: How wide a letter is on average, as a part of its size.
_LETTER: Final = 0.52

#: West Kalimantan's districts, roughly where they lie: column and row of each one's tile.
TILES: Final[Mapping[str, tuple[int, int]]] = {
    "61.01": (0, 0),
    "61.72": (0, 1),
    "61.07": (1, 1),
    "61.06": (4, 1),
    "61.02": (0, 2),
    "61.08": (1, 2),
    "61.03": (2, 2),
    "61.09": (3, 2),
    "61.05": (4, 2),
    "61.71": (0, 3),
    "61.12": (1, 3),
    "61.10": (4, 3),
    "61.11": (1, 4),
    "61.04": (2, 4),
}


@dataclass(frozen=True)
class Value:
    """A number and how it is written; None draws nothing, and where it `is_hidden` a hatched place with its text."""

    number: float | None
    text: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Series:
    """One value for each label of a chart."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Chart:
    """What bars and lines are drawn of.

    `key` tells a page's drawings apart, `write` writes the numbers of an axis. `targets` has one for each label, or is
    empty. `positions` are where the labels stand on an axis of time, evenly where there are none.
    """

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    write: Callable[[float], str] = str
    targets: tuple[Value, ...] = ()
    target_label: str = ""
    positions: tuple[float, ...] = ()


@dataclass(frozen=True)
class Spot:
    """Something at one place, in degrees; `weight` is how much of it, `text` how that is written."""

    latitude: float
    longitude: float
    weight: float
    text: str


def bars(chart: Chart) -> Markup:
    """Draw horizontal bars, several beside one another where there are several series."""
    left, right = 156, WIDTH - 74
    thick, gap = (20, 14) if len(chart.series) == 1 else (13, 14)
    scale = _Scale.around(chart, left, right)
    y = 8.0
    parts: list[Markup] = []
    if len(chart.series) > 1 or chart.targets:
        legend, y = _legend(chart, y, is_line=False)
        parts += legend
    top = y
    for place, label in enumerate(chart.labels):
        lines = _wrap(label, 20, 2)
        height = max(len(chart.series) * (thick + 3), 15 * len(lines) + 2)
        middle = y + height / 2
        for number, line in enumerate(lines):
            at = middle + 5 + 15 * (number - (len(lines) - 1) / 2)
            parts.append(_text(left - 8, at, line, anchor="end"))
        for number, series in enumerate(chart.series):
            begin = middle - len(chart.series) * (thick + 3) / 2 + number * (thick + 3) + 1.5
            goal = chart.targets[place].number if chart.targets else None
            parts += _bar(chart, series.values[place], number, scale, begin, thick, goal)
        if chart.targets and (goal := chart.targets[place].number) is not None:
            x = scale.at(goal)
            parts.append(_line(x, middle - height / 2, x, middle + height / 2, _INK, 3))
        y += height + gap
    zero = scale.at(0)
    parts.append(_line(zero, top - 4, zero, y - gap + 4, _EDGE, 1))
    return _drawing(chart.key, chart.title, chart.description, y - gap + 10, parts, _patterns(chart))


def _bar(
    chart: Chart, value: Value, number: int, scale: "_Scale", y: float, thick: float, goal: float | None
) -> Iterator[Markup]:
    zero = scale.at(0)
    if value.number is None:
        end = zero + (26 if value.is_hidden else 0)
        if value.is_hidden:
            yield _box(zero, y, end - zero, thick, _url(chart.key, "hidden"), _EDGE)
    else:
        x = scale.at(value.number)
        end = max(zero, x)
        fill = _url(chart.key, number) if number else _COLOURS[0]
        yield _box(min(zero, x), y, abs(x - zero), thick, fill)
    if goal is not None and end - 6 < scale.at(goal) < end + 10 + _width(value.text):
        # The number stands beyond the target's mark, not under it.
        end = scale.at(goal)
    yield _text(end + 6, y + thick / 2 + 5, value.text, size=_SIZE if thick > 13 else 13)  # noqa: PLR2004 - as above


def lines(chart: Chart) -> Markup:
    """Draw lines over an axis of time. Where a value is hidden or missing the line is broken."""
    return _over_time(chart, is_line=True)


def columns(chart: Chart) -> Markup:
    """Draw upright bars over an axis of time."""
    return _over_time(chart, is_line=False)


def _over_time(chart: Chart, *, is_line: bool) -> Markup:
    legend, top = _legend(chart, 8, is_line=is_line) if len(chart.series) > 1 or chart.targets else ([], 8.0)
    top, bottom = top + 16, top + 206
    scale = _Scale.around(chart, bottom, top)
    ticks = [(scale.at(tick), chart.write(tick)) for tick in scale.ticks]
    left = 14 + max(_width(text) for _y, text in ticks)
    parts = [*legend]
    for y, text in ticks:
        parts += [_line(left, y, WIDTH - 10, y, _LINE, 1), _text(left - 6, y + 5, text, anchor="end", colour=_SOFT)]
    places = _places(chart, left, is_line=is_line)
    parts += _dates(chart, places, bottom)
    if chart.targets:
        goals = [(x, scale.at(t.number)) for x, t in zip(places, chart.targets, strict=True) if t.number is not None]
        parts += [_line(a, b, c, d, _INK, 2, "7 5") for (a, b), (c, d) in pairwise(goals)]
        if len(goals) == 1:
            parts.append(_line(left, goals[0][1], WIDTH - 10, goals[0][1], _INK, 2, "7 5"))
    draw = _curve if is_line else _uprights
    for number, series in enumerate(chart.series):
        parts += draw(chart, series, number, places, scale)
    parts.append(_line(left, scale.at(0), WIDTH - 10, scale.at(0), _EDGE, 1.5))
    return _drawing(chart.key, chart.title, chart.description, bottom + 30, parts, _patterns(chart))


def _places(chart: Chart, left: float, *, is_line: bool) -> list[float]:
    """Tell where each label stands: by its position in time, else evenly."""
    count = len(chart.labels)
    positions = chart.positions or tuple(float(n) for n in range(count))
    inset = 14 if is_line else max((WIDTH - 10 - left) / max(count, 1) / 2, 6)
    begin, end = left + inset, WIDTH - 10 - inset
    low, high = min(positions, default=0), max(positions, default=0)
    if high == low:
        return [(begin + end) / 2] * count
    return [begin + (p - low) * (end - begin) / (high - low) for p in positions]


def _dates(chart: Chart, places: Sequence[float], bottom: float) -> Iterator[Markup]:
    """Write as many labels under the axis as have room, the last one always."""
    free = float(WIDTH + 20)
    for place, label in reversed([*zip(places, chart.labels, strict=True)]):
        half = _width(label) / 2
        middle = min(max(place, half), WIDTH - half)
        if middle + half + 12 <= free:
            free = middle - half
            yield _text(middle, bottom + 20, label, anchor="middle", colour=_SOFT)


def _curve(chart: Chart, series: Series, number: int, places: Sequence[float], scale: "_Scale") -> Iterator[Markup]:
    points = [
        (x, scale.at(v.number)) if v.number is not None else None for x, v in zip(places, series.values, strict=True)
    ]
    for before, after in pairwise(points):
        if before is not None and after is not None:
            yield _line(*before, *after, _COLOURS[number], 2.5, _DASHES[number])
    many = len(points) > 40  # noqa: PLR2004 - then marks would hide the line
    for point, value, x in zip(points, series.values, places, strict=True):
        if point is None and value.is_hidden:
            yield _text(x, scale.at(0) - 6, "\u00d7", anchor="middle", colour=_SOFT)
        elif point is not None and (not many or len(points) == 1):
            yield _mark(number, *point)
    shown = [(p, v) for p, v in zip(points, series.values, strict=True) if p is not None]
    if shown and len(chart.series) == 1:
        # The last value is what people look for.
        (x, y), value = shown[-1]
        half = _width(value.text) / 2
        yield _text(min(x, WIDTH - 4 - half), y - 10, value.text, anchor="middle", is_bold=True)


def _mark(number: int, x: float, y: float) -> Markup:
    """Draw a series' mark: disc, square, triangle, diamond, ring, cross."""
    colour, r = _COLOURS[number], 4
    shapes = (
        f"M{_n(x - r)} {_n(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z",
        f"M{_n(x - r)} {_n(y - r)}h{2 * r}v{2 * r}h{-2 * r}z",
        f"M{_n(x)} {_n(y - 5)}l5 9h-10z",
        f"M{_n(x)} {_n(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5-5.5z",
        f"M{_n(x - r)} {_n(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z",
        f"M{_n(x - r)} {_n(y - r)}l{2 * r} {2 * r}m0 {-2 * r}l{-2 * r} {2 * r}",
    )
    is_open = number >= 4  # noqa: PLR2004 - ring and cross
    fill = "#ffffff" if is_open else colour
    return _element("path", d=shapes[number], fill=fill, stroke=colour, stroke_width="2" if is_open else "1")


def _uprights(chart: Chart, series: Series, number: int, places: Sequence[float], scale: "_Scale") -> Iterator[Markup]:
    steps = [b - a for a, b in pairwise(places) if b > a]
    room = min([*steps, 60.0]) * 0.76
    wide = room / len(chart.series)
    zero = scale.at(0)
    has_room = room >= max((_width(v.text, 12) for v in series.values), default=0)
    for place, value in zip(places, series.values, strict=True):
        x = place - room / 2 + number * wide
        y = zero
        if value.number is not None:
            y = scale.at(value.number)
            fill = _url(chart.key, number) if number else _COLOURS[0]
            yield _box(x, min(y, zero), max(wide - 1, 1), abs(zero - y), fill)
        elif value.is_hidden:
            y = zero - 18
            yield _box(x, y, max(wide - 1, 1), 18, _url(chart.key, "hidden"), _EDGE)
        if has_room and len(chart.series) == 1 and value.text:
            yield _text(place, min(y, zero) - 5, value.text, anchor="middle", size=12)


def tiles(key: str, title: str, description: str, values: Mapping[str, Value], names: Mapping[str, str]) -> Markup:
    """Draw the districts as tiles, the darker the more; one without a value is white."""
    side, gap = 80, 6
    numbers = [v.number for v in values.values() if v.number is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    parts: list[Markup] = []
    for code, (column, row) in TILES.items():
        x, y = 8 + column * (side + gap), 8 + row * (side + gap)
        value = values.get(code, Value(None, "\u2013"))
        fill, ink = ("#ffffff", _INK) if not value.is_hidden else (_url(key, "hidden"), _INK)
        if value.number is not None:
            fill, ink = _STEPS[_step(value.number, low, high)]
        parts.append(_box(x, y, side, side, fill, _EDGE, 6))
        lines = _wrap(names.get(code, code), 11, 2)
        parts += [_text(x + 7, y + 18 + 14 * n, line, size=12.5, colour=ink) for n, line in enumerate(lines)]
        size = 20 if len(value.text) <= 6 else 14  # noqa: PLR2004 - what fits in a tile
        parts.append(_text(x + 7, y + side - 10, value.text, size=size, colour=ink, is_bold=True))
    height = 8 + 5 * (side + gap)
    return _drawing(key, title, description, height, parts, [_hatch(key)])


def _step(number: float, low: float, high: float) -> int:
    return min(int((number - low) / (high - low) * len(_STEPS)), len(_STEPS) - 1) if high > low else 2


def places(key: str, title: str, description: str, spots: Sequence[Spot], write: Callable[[float], str]) -> Markup:
    """Draw places as discs over a grid of degrees, north up; as wide as the places are, at least some kilometres."""
    south, north = _span([s.latitude for s in spots])
    west, east = _span([s.longitude for s in spots])
    # A degree of longitude is shorter than one of latitude, except at the equator, where this is mostly used.
    squeeze = max(cos(radians((south + north) / 2)), 0.05)
    left, top, right = 50, 10, WIDTH - 10
    per_degree = min((right - left) / ((east - west) * squeeze), 420 / (north - south))
    height, middle = (north - south) * per_degree, (left + right) / 2
    wide = (east - west) * squeeze * per_degree
    begin = middle - wide / 2

    def at(latitude: float, longitude: float) -> tuple[float, float]:
        return begin + (longitude - west) * squeeze * per_degree, top + (north - latitude) * per_degree

    parts = [_box(begin, top, wide, height, "#f3f6f5", _EDGE)]
    for degree in _ticks(south, north):
        _x, y = at(degree, west)
        parts += [
            _line(begin, y, begin + wide, y, _LINE, 1),
            _text(begin - 6, y + 5, write(degree), anchor="end", size=12),
        ]
    for degree in _ticks(west, east):
        x, _y = at(south, degree)
        parts.append(_line(x, top, x, top + height, _LINE, 1))
        parts.append(_text(x, top + height + 16, write(degree), anchor="middle", size=12))
    most = max((s.weight for s in spots), default=1) or 1
    for spot in sorted(spots, key=lambda s: -s.weight):
        x, y = at(spot.latitude, spot.longitude)
        r = 3.5 + 12 * sqrt(spot.weight / most) if most > 1 else 5
        name = _element("title", spot.text)
        parts.append(
            _element(
                "circle", name, cx=_n(x), cy=_n(y), r=_n(r), fill=_COLOURS[0], fill_opacity="0.65", stroke="#ffffff"
            )
        )
    return _drawing(key, title, description, top + height + 26, parts, [])


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=0.0)
    margin = max((high - low) * 0.08, 0.02)
    return low - margin, high + margin


def progress(key: str, title: str, share: float) -> Markup:
    """Draw how much of a target is reached, at most all of it."""
    full = min(max(share, 0), 1) * WIDTH
    parts = [
        _box(0.5, 0.5, WIDTH - 1, 13, "#e8eeec", _EDGE, 4),
        _box(0, 0, full, 14, _COLOURS[0], radius=4),
    ]
    return _drawing(key, title, "", 14, parts, [])


@dataclass(frozen=True)
class _Scale:
    """Takes numbers to places on a line from `begin` to `end`; `ticks` are round numbers on it."""

    low: float
    high: float
    begin: float
    end: float
    ticks: tuple[float, ...]

    @classmethod
    def around(cls, chart: Chart, begin: float, end: float) -> "_Scale":
        """Make one that has room for all values, all targets and 0."""
        numbers = [v.number for s in chart.series for v in s.values if v.number is not None]
        numbers += [t.number for t in chart.targets if t.number is not None]
        low, high = min([0.0, *numbers]), max([0.0, *numbers])
        if low == high:
            high = 1.0
        ticks = _ticks(low, high, beyond=True)
        return cls(min(low, ticks[0]), max(high, ticks[-1]), begin, end, ticks)

    def at(self, number: float) -> float:
        """Tell where a number stands."""
        return self.begin + (number - self.low) * (self.end - self.begin) / (self.high - self.low)


def _ticks(low: float, high: float, *, beyond: bool = False) -> tuple[float, ...]:
    """Give three to six round numbers between two, or from just below the one to just beyond the other."""
    size = (high - low) / 4
    power = 10.0 ** floor(log10(size))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= size)
    first, last = floor(low / step), -floor(-high / step)
    found = [round(n * step, 12) for n in range(int(first), int(last) + 1)]
    return tuple(found if beyond else [tick for tick in found if low <= tick <= high])


def _legend(chart: Chart, y: float, *, is_line: bool) -> tuple[list[Markup], float]:
    """Draw what each colour and pattern stands for, in as many lines as it takes; tell where it ends."""
    parts: list[Markup] = []
    x = 8.0
    names = [(n, s.label) for n, s in enumerate(chart.series)] if len(chart.series) > 1 else []
    for number, label in [*names, *([(-1, chart.target_label)] if chart.targets else [])]:
        (shown,) = _wrap(label, 44, 1)
        wide = 34 + _width(shown, 13)
        if x > 8 and x + wide > WIDTH:  # noqa: PLR2004 - the first of a line
            x, y = 8.0, y + 20
        if number < 0:
            dash = "7 5" if is_line or len(chart.series) == 0 else ""
            parts.append(
                _line(x, y + 8, x + 20, y + 8, _INK, 2, dash) if is_line else _line(x + 10, y, x + 10, y + 15, _INK, 3)
            )
        elif is_line:
            parts += [
                _line(x, y + 8, x + 20, y + 8, _COLOURS[number], 2.5, _DASHES[number]),
                _mark(number, x + 10, y + 8),
            ]
        else:
            parts.append(_box(x, y + 1, 20, 13, _url(chart.key, number) if number else _COLOURS[0]))
        parts.append(_text(x + 26, y + 13, shown, size=13))
        x += wide + 8
    return parts, y + 28


def _patterns(chart: Chart) -> list[Markup]:
    """Give the fills that the chart uses: a pattern of its own for each series after the first, and the hatch."""
    drawn = ("", "M-1 1l2-2M0 8l8-8M7 9l2-2", "M2 2h2v2h-2zM6 6h2v2h-2z", "M0 4h8", "M4 0v8", "M0 4h8M4 0v8")
    found = [
        _element(
            "pattern",
            _element("rect", width="8", height="8", fill=_COLOURS[number]),
            _element("path", d=drawn[number], stroke="#ffffff", stroke_width="1.6", fill="none"),
            id=f"{chart.key}-fill-{number}",
            width="8",
            height="8",
            patternUnits="userSpaceOnUse",
        )
        for number in range(1, min(len(chart.series), MOST_SERIES))
    ]
    return [*found, _hatch(chart.key)]


def _hatch(key: str) -> Markup:
    return _element(
        "pattern",
        _element("rect", width="6", height="6", fill=_HIDDEN),
        _element("path", d="M0 6l6-6", stroke=_EDGE, stroke_width="1"),
        id=f"{key}-fill-hidden",
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
    )


def _url(key: str, what: object) -> str:
    return f"url(#{key}-fill-{what})"


def _drawing(
    key: str, title: str, description: str, height: float, parts: Sequence[Markup], fills: Sequence[Markup]
) -> Markup:
    said = [_element("title", title, id=f"{key}-title"), _element("desc", description, id=f"{key}-desc")]
    defs = [_element("defs", *fills)] if fills else []
    return _element(
        "svg",
        *said,
        *defs,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {_n(height)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        font_family=_FONT,
        font_size=str(_SIZE),
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = _SIZE,
    colour: str = _INK,
    is_bold: bool = False,
) -> Markup:
    bold = {"font_weight": "700"} if is_bold else {}
    where = {"text_anchor": anchor} if anchor != "start" else {}
    return _element("text", text, x=_n(x), y=_n(y), font_size=_n(size), fill=colour, **where, **bold)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, wide: float, dash: str = "") -> Markup:
    dashes = {"stroke_dasharray": dash} if dash else {}
    d = f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"
    return _element("path", d=d, stroke=colour, stroke_width=_n(wide), stroke_linecap="round", fill="none", **dashes)


def _box(x: float, y: float, wide: float, high: float, fill: str, edge: str = "", radius: float = 0) -> Markup:
    more = {"stroke": edge} if edge else {}
    if radius:
        more["rx"] = _n(radius)
    return _element("rect", x=_n(x), y=_n(y), width=_n(wide), height=_n(high), fill=fill, **more)


def _element(tag: str, *children: str, **attributes: str) -> Markup:
    """Write an element; names come with "_" for "-", and everything that is no Markup is escaped."""
    written = Markup("").join(
        Markup(' {}="{}"').format(Markup(name.replace("_", "-")), value)  # noqa: S704 - a name of ours
        for name, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), written, Markup("").join(children))  # noqa: S704 - a name of ours


def _n(number: float) -> str:
    """Write a coordinate, as short as it can be."""
    return f"{number:.1f}".removesuffix(".0")


def _width(text: str, size: float = _SIZE) -> float:
    return len(text) * size * _LETTER


def _wrap(text: str, letters: int, most: int) -> list[str]:
    """Break a text into lines of about so many letters; what does not fit into the last one ends in dots."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [line if len(line) <= letters + 2 else f"{line[:letters]}…" for line in lines]
