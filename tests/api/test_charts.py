"""Drawings are whole, escaped, and say in words and marks what they say in colour."""

import re

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from api.pages import charts
from api.pages.charts import Chart, Series, Spot, Value

SVG = "{http://www.w3.org/2000/svg}"


def _chart(*rows, **more):
    """A chart of rows of numbers; None is hidden."""
    labels = tuple(f"L{n}" for n in range(len(rows[0])))
    series = tuple(
        Series(f"S{n}", tuple(Value(v, "<11" if v is None else str(v), is_hidden=v is None) for v in row))
        for n, row in enumerate(rows)
    )
    return Chart("k", "Judul", "Uraian", labels, series, **more)


def _boxes(drawing):
    return [
        box
        for box in ElementTree.fromstring(drawing).findall(f"{SVG}rect")
        if box.get("fill", "").startswith(("#0b", "url"))
    ]


def _texts(drawing):
    return [text.text for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def test_the_length_of_a_bar_is_its_number():
    boxes = _boxes(charts.bars(_chart((10.0, 5.0, 0.0))))
    widths = [float(box.get("width")) for box in boxes]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert (widths[1] > 50, widths[2]) == (True, 0)


def test_a_negative_number_goes_to_the_other_side_of_nought():
    up, down = _boxes(charts.bars(_chart((10.0, -10.0))))
    assert float(down.get("x")) + float(down.get("width")) == pytest.approx(float(up.get("x")), abs=0.2)


def test_a_hidden_number_has_a_hatched_place_of_one_size_whatever_stands_beside_it():
    for others in ((1.0, None), (100000.0, None)):
        hidden = [b for b in _boxes(charts.bars(_chart(others))) if "hidden" in b.get("fill")]
        assert [box.get("width") for box in hidden] == ["26"]


def test_a_drawing_has_a_title_and_a_description_that_it_points_to():
    for drawing in (charts.bars(_chart((1.0,))), charts.lines(_chart((1.0,))), charts.columns(_chart((1.0,)))):
        root = ElementTree.fromstring(drawing)
        by_id = {e.get("id"): e.text for e in root.iter() if e.get("id")}
        assert root.get("role") == "img"
        assert [by_id[i] for i in root.get("aria-labelledby").split()] == ["Judul", "Uraian"]


@pytest.mark.parametrize("draw", [charts.bars, charts.lines, charts.columns])
def test_no_two_series_look_alike_without_colour(draw):
    chart = _chart(*((float(n + 1), 3.0) for n in range(charts.MOST_SERIES)))
    plain = re.sub(r"#[0-9a-f]{6}|k-fill-\d", "", draw(chart))
    root = ElementTree.fromstring(plain)
    if draw is charts.lines:
        signs = {p.get("stroke-dasharray") or "" for p in root.findall(f"{SVG}path")}
        assert len(signs) == charts.MOST_SERIES
    else:
        patterns = {p.find(f"{SVG}path").get("d") for p in root.iter(f"{SVG}pattern") if "hidden" not in p.get("id")}
        assert len(patterns) == charts.MOST_SERIES - 1


def test_a_line_is_broken_where_a_value_is_hidden():
    whole = charts.lines(_chart((1.0, 2.0, 3.0, 4.0)))
    broken = charts.lines(_chart((1.0, 2.0, None, 4.0)))
    pieces = [d.count('stroke-width="2.5"') for d in (whole, broken)]
    assert pieces == [3, 1]
    assert "\u00d7" in _texts(broken)


def test_labels_on_an_axis_of_time_stand_where_their_day_is():
    drawing = charts.lines(_chart((1.0, 2.0, 3.0), positions=(0.0, 1.0, 4.0)))
    marks = [float(m) for m in re.findall(r'd="M([\d.]+) [\d.]+a4', drawing)]
    assert (marks[2] - marks[1]) == pytest.approx(3 * (marks[1] - marks[0]), abs=0.5)


def test_a_target_is_drawn_and_named():
    chart = _chart((10.0, 5.0), targets=(Value(20.0, "20"), Value(None, "")), target_label="Target 2026")
    for draw in (charts.bars, charts.columns, charts.lines):
        assert "Target 2026" in _texts(draw(chart))


def test_every_district_has_a_tile_of_its_own():
    assert len(set(charts.TILES.values())) == len(charts.TILES) == 14
    drawing = charts.tiles(
        "k", "Judul", "Uraian", {"61.01": Value(3, "3"), "61.02": Value(None, "<11", is_hidden=True)}, {}
    )
    texts = _texts(drawing)
    assert texts.count("\u2013") == 12
    assert {"3", "<11", *charts.TILES} <= set(texts)
    assert drawing.count("url(#k-fill-hidden)") == 1


def test_the_most_is_darkest_and_equal_numbers_are_equally_dark():
    values = {code: Value(float(n), str(n)) for n, code in enumerate(charts.TILES)}
    fills = [b.get("fill") for b in ElementTree.fromstring(charts.tiles("k", "", "", values, {})).findall(f"{SVG}rect")]
    assert (fills[0], fills[-1]) == (charts._STEPS[0][0], charts._STEPS[-1][0])
    same = {code: Value(4.0, "4") for code in charts.TILES}
    drawing = charts.tiles("k", "", "", same, {})
    assert len({b.get("fill") for b in ElementTree.fromstring(drawing).findall(f"{SVG}rect")}) == 1


def test_places_lie_as_on_a_map_north_up_and_east_to_the_right():
    spots = (Spot(1.0, 109.0, 4, "a"), Spot(-1.0, 111.0, 1, "b"))
    circles = ElementTree.fromstring(charts.places("k", "", "", spots, str)).findall(f"{SVG}circle")
    (x1, y1, r1), (x2, y2, r2) = ([float(c.get(k)) for k in ("cx", "cy", "r")] for c in circles)
    assert (x1 < x2, y1 < y2, r1 > r2) == (True, True, True)
    assert (x2 - x1) == pytest.approx(y2 - y1, rel=0.01)


def test_one_place_and_none_at_all_are_drawn_too():
    for spots in ((), (Spot(0.0, 109.3, 1, "a"),)):
        ElementTree.fromstring(charts.places("k", "", "", spots, str))
    ElementTree.fromstring(charts.lines(Chart("k", "", "", (), (Series("", ()),))))


def test_texts_are_escaped_wherever_they_stand():
    bad = "</text><script>alert(1)</script>\"'&"
    value = Value(1.0, bad)
    chart = Chart('k"', bad, bad, (bad, bad), (Series(bad, (value, value)), Series(bad, (value, value))))
    drawings = [draw(chart) for draw in (charts.bars, charts.columns, charts.lines)]
    drawings.append(charts.tiles("k", bad, bad, {"61.01": value}, {"61.01": bad}))
    drawings.append(charts.places("k", bad, bad, (Spot(0, 0, 1, bad),), lambda _: bad))
    for drawing in drawings:
        assert "<script" not in drawing
        assert ElementTree.fromstring(drawing).find(f"{SVG}title").text == bad


def test_a_drawing_needs_no_style_no_script_and_no_other_file():
    drawing = charts.lines(_chart((1.0, 2.0), (3.0, None)))
    assert not re.search(r"style=|class=|href|<style|<script|<image", drawing)


numbers = st.floats(-1e12, 1e12) | st.none()


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=1, max_size=6)))
def test_any_numbers_are_drawn_within_the_paper(rows):
    chart = _chart(*map(tuple, rows))
    for draw in (charts.bars, charts.columns, charts.lines):
        root = ElementTree.fromstring(draw(chart))
        height = float(root.get("viewBox").split()[3])
        for box in root.findall(f"{SVG}rect"):
            x, y, wide, high = (float(box.get(k)) for k in ("x", "y", "width", "height"))
            assert -0.1 <= x <= x + wide <= charts.WIDTH + 0.1
            assert -0.1 <= y <= y + high <= height + 0.1
