"""No figure of people names one: whoever reads all figures and solves for the hidden ones finds none."""

import os
import subprocess
import sys
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from forms.suppression import Figure, Mark, is_share_hidden, protect
from tests.support.attacker import is_in, possible, solved

ALL_CODES = [("a", "b", "c"), ("p", "q"), ("x", "y", "z")]
SHOWN, SMALL, HIDDEN = Mark.SHOWN, Mark.SMALL, Mark.HIDDEN
A, B, C = {0: {"a"}}, {0: {"b"}}, {0: {"c"}}


def counts_of(cells, records):
    return [sum(n for record, n in records.items() if is_in(record, cell)) for cell in cells]


def hides_small_only(cells, records, *, k):
    """What must not do: "<k" and nothing else."""
    return [Figure(SMALL) if 0 < count < k else Figure(SHOWN, count) for count in counts_of(cells, records)]


def cube(*codes):
    """Every cell of a table and all of its totals."""
    choices = [[None, *({code} for code in each)] for each in codes]
    return [{d: chosen for d, chosen in enumerate(cell) if chosen} for cell in product(*choices)]


def joined(*cells):
    """The cell of what passes all tests."""
    found = {}
    for cell in cells:
        for d, codes in cell.items():
            found[d] = frozenset(codes) & frozenset(found.get(d, codes))
    return found


@st.composite
def sources(draw):
    """Records of one to three dimensions, maybe of kinds, and views of them: tables with totals, of a part, by filters."""
    codes = [each[: draw(st.integers(2, len(each)))] for each in ALL_CODES[: draw(st.integers(1, 3))]]
    counts = st.one_of(st.just(0), st.integers(1, 3), st.integers(0, 9))
    records = {record: draw(counts) for record in product(*codes)}
    kind = draw(st.sampled_from([None, *range(len(codes))]))
    if kind is not None:
        # Not every code is there beside every kind.
        gone = draw(
            st.sets(st.tuples(st.sampled_from(codes[kind]), st.sampled_from([c for each in codes for c in each])))
        )
        records = {r: 0 if any(r[kind] == one and other in r for one, other in gone) else n for r, n in records.items()}
    assume(any(records.values()))
    dimensions = st.integers(0, len(codes) - 1)
    cells = []
    for _ in range(draw(st.integers(1, 3))):
        by = draw(st.sets(dimensions, max_size=2))
        where, filters = {}, [{}]
        if draw(st.booleans()):
            d = draw(dimensions)
            where = {d: draw(st.sets(st.sampled_from(codes[d]), min_size=1))}
        if draw(st.booleans()):
            d = draw(dimensions)
            filters += [*({d: {code}} for code in codes[d]), {d: set(codes[d][:2])}]
        table = cube(*(codes[d] if d in by else () for d in range(len(codes))))
        cells += [joined(cell, where, chosen) for cell in table for chosen in filters]
    weights = draw(st.one_of(st.none(), st.lists(st.integers(0, 20), min_size=len(cells), max_size=len(cells))))
    return cells, records, {"kind": kind, "weights": weights}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sources(), st.integers(3, 5))
def test_whoever_solves_for_the_hidden_counts_finds_none(source, k):
    cells, records, more = source
    assert solved(cells, protect(cells, records, k=k, **more), records, k=k, kind=more["kind"]) == []


@settings(max_examples=300, deadline=None)
@given(sources(), st.integers(3, 5))
def test_a_count_is_shown_as_it_is_or_not_at_all_and_a_small_one_never(source, k):
    cells, records, more = source
    for count, figure in zip(counts_of(cells, records), protect(cells, records, k=k, **more), strict=True):
        assert figure.count == (count if figure.mark is SHOWN else None)
        assert not (figure.mark is SHOWN and 0 < count < k)
        assert not (figure.mark is SMALL and count >= k)


@settings(max_examples=300, deadline=None)
@given(sources(), st.integers(3, 5))
def test_no_two_shown_counts_of_which_one_holds_the_other_differ_by_a_few(source, k):
    cells, records, more = source
    figures = protect(cells, records, k=k, **more)
    members = [{each for each in possible(records, more["kind"]) if is_in(each, cell)} for cell in cells]
    for one, other in combinations(range(len(cells)), 2):
        few, many = sorted((one, other), key=lambda n: len(members[n]))
        if members[few] <= members[many] and figures[few].count and figures[many].count:
            assert figures[many].count - figures[few].count not in range(1, k)


@settings(max_examples=100, deadline=None)
@given(sources(), st.randoms(use_true_random=False))
def test_the_order_of_cells_and_records_changes_nothing(source, random):
    cells, records, more = source
    mixed = random.sample(range(len(cells)), len(cells))
    once = protect(cells, records, k=4, **more)
    if more["weights"]:
        more = {**more, "weights": [more["weights"][n] for n in mixed]}
    again = protect([cells[n] for n in mixed], dict(random.sample(list(records.items()), len(records))), k=4, **more)
    assert again == [once[n] for n in mixed]


def test_the_same_is_hidden_in_every_process():
    asked = """
from itertools import product
from tests.forms.test_suppression import cube
from forms.suppression import protect
codes = ["abcdef", "pqr", "uvwxyz"]
records = {r: (7 * n * n + n) % 6 for n, r in enumerate(product(*codes))}
print([(f.mark.value, f.count) for f in protect(cube(*codes), records, k=5)])
"""
    answers = {
        subprocess.check_output(
            [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."}
        )
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


LEAKS = [
    pytest.param([{}, A, B, C], {("a",): 3, ("b",): 40, ("c",): 30}, id="one_small_count_beside_the_total"),
    pytest.param([{}, A, B, C], {("a",): 10, ("b",): 10, ("c",): 30}, id="two_that_can_only_be_the_most"),
    pytest.param([{}, A, B, C], {("a",): 1, ("b",): 1, ("c",): 30}, id="two_that_can_only_be_the_least"),
    pytest.param([{}, A, B], {("a",): 2, ("b",): 11, ("c",): 0}, id="a_complement_that_can_only_be_k"),
    pytest.param(
        [{}, {0: {"a", "b"}}, A, B, C], {("a",): 4, ("b",): 30, ("c",): 20}, id="another_view_tells_what_the_first_hides"
    ),
    pytest.param(
        cube("ab", "pq"),
        {("a", "p"): 2, ("a", "q"): 20, ("b", "p"): 20, ("b", "q"): 20},
        id="rows_and_columns_of_a_table",
    ),
    pytest.param(
        [joined(one, other) for one in ({}, A, B) for other in ({}, {1: {"x"}}, {1: {"y"}})],
        {("a", "x"): 4, ("a", "y"): 26, ("b", "x"): 40, ("b", "y"): 50},
        id="the_same_view_by_another_filter",
    ),
    pytest.param(
        [A, joined(A, {1: {"x", "y"}}), joined(A, {1: {"z"}}), B],
        {("a", "x"): 20, ("a", "y"): 26, ("a", "z"): 3, ("b", "x"): 50},
        id="a_view_of_some_tells_the_others",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "records"), LEAKS)
def test_hiding_small_counts_alone_is_seen_through(cells, records):
    assert solved(cells, hides_small_only(cells, records, k=11), records, k=11)
    assert not solved(cells, protect(cells, records), records, k=11)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=3, max_size=3).filter(lambda counts: len([n for n in counts if n < 4]) == 1)
)
def test_no_single_small_count_survives_its_total_unless_more_is_hidden(counts):
    cells, records = [{}, A, B, C], {(code,): n for code, n in zip("abc", counts, strict=True)}
    assert solved(cells, hides_small_only(cells, records, k=4), records, k=4)
    assert [figure.mark for figure in protect(cells, records, k=4)].count(SHOWN) <= 2


def test_nothing_is_hidden_where_there_is_nothing_to_hide():
    records = {("a", "p"): 30, ("a", "q"): 40, ("b", "p"): 50, ("b", "q"): 0}
    cells = cube("ab", "pq")
    assert protect(cells, records) == [Figure(SHOWN, count) for count in counts_of(cells, records)]
    assert protect([{}, A], {}) == [Figure(SHOWN, 0), Figure(SHOWN, 0)]


def test_a_table_with_one_small_count_keeps_its_totals():
    codes = "abcd", "pqrs"
    records = dict.fromkeys(product(*codes), 25) | {("a", "p"): 4}
    cells = cube(*codes)
    figures = protect(cells, records)
    hidden = [cell for cell, figure in zip(cells, figures, strict=True) if figure.mark is not SHOWN]
    assert len(hidden) == 4
    assert all(len(cell) == 2 for cell in hidden)


@pytest.mark.parametrize(("weights", "kept"), [([16, 1], 0), ([1, 16], 1)])
def test_of_two_counts_that_differ_by_a_few_the_one_that_is_worth_less_is_hidden(weights, kept):
    figures = protect([{}, A], {("a",): 128, ("b",): 8}, weights=weights)
    assert [figure.mark is SHOWN for figure in figures] == [n == kept for n in (0, 1)]


def test_what_is_asked_after_a_consent_keeps_no_count_of_its_own_from_the_others():
    given = dict.fromkeys(product(["ya"], "abc", "pqr"), 15) | {("ya", "a", "p"): 3, ("tidak", None, None): 20}
    cells = [joined(one, {2: {code}} if code else {}) for one in ({}, {0: {"ya"}}) for code in (None, *"pqr")]
    assert {figure.mark for figure in protect(cells, given, kind=0)} == {SHOWN}
    answered = joined({1: {"a", "b", "c"}}, {2: {"p", "q", "r"}})
    assert protect([{0: {"ya"}}, answered, {1: {None}}, {0: {"tidak"}}], given, kind=0) == [
        Figure(SHOWN, 123), Figure(SHOWN, 123), Figure(SHOWN, 20), Figure(SHOWN, 20)
    ]  # fmt: skip


def test_what_lies_within_a_small_count_is_not_told_apart_and_other_noughts_stay():
    records = {("a", "p"): 3, ("b", "q"): 40, ("b", "p"): 50, ("c", "p"): 60}
    cells = [joined(one, other) for one in ({}, A, B, C) for other in ({}, {1: {"p"}}, {1: {"q"}}, {1: {"never"}})]
    figures = dict(zip((str(cell) for cell in cells), protect(cells, records), strict=True))
    within = [figure for cell, figure in figures.items() if "'a'" in cell]
    assert within == [Figure(SMALL)] * 4
    assert [figures[str(joined(C, {1: {code}}))] for code in ("q", "never")] == [Figure(SHOWN, 0)] * 2


def test_cells_that_hold_the_same_by_their_tests_are_shown_alike():
    records = {("a", "p"): 3, ("b", "q"): 40, ("c", "q"): 50}
    one, other, third = protect([A, A | {1: {"p", "q"}}, A | {1: {"p", "q", "never"}}], records)
    assert one == other == third == Figure(SMALL)


@pytest.mark.parametrize(
    ("numerator", "denominator", "is_hidden"),
    [
        (Figure(SHOWN, 50), Figure(SHOWN, 100), False),
        (Figure(SHOWN, 0), Figure(SHOWN, 11), False),
        (Figure(SHOWN, 11), Figure(SHOWN, 11), False),
        (Figure(SHOWN, 11), Figure(SHOWN, 22), False),
        (Figure(SHOWN, 0), Figure(SHOWN, 10), True),
        (Figure(SHOWN, 10), Figure(SHOWN, 100), True),
        (Figure(SHOWN, 97), Figure(SHOWN, 100), True),
        (Figure(SHOWN, 90), Figure(SHOWN, 100), True),
        (Figure(SHOWN, 89), Figure(SHOWN, 100), False),
        (Figure(SMALL), Figure(SHOWN, 100), True),
        (Figure(SHOWN, 50), Figure(HIDDEN), True),
        (Figure(HIDDEN), Figure(SHOWN, 100), True),
    ],
)
def test_a_share_is_hidden_where_either_part_or_the_rest_is_of_few(numerator, denominator, is_hidden):
    assert is_share_hidden(numerator, denominator) is is_hidden
