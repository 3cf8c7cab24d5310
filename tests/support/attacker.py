"""Somebody who reads every figure and solves for the hidden ones, by trying whatever whole numbers agree.

What they know: every shown count; that "<k" is from 1 to k - 1 where it does not lie within another "<k"; that what is
hidden otherwise is k or more (1 or more, where it is in truth less); and which combinations of codes there may be. What
they do not: which of those combinations have no records, unless a cell says 0.
"""

from itertools import product

from forms.suppression import Mark

#: More than any of the small worlds here holds.
MANY = 120
#: How many records have other codes in the worlds that are tried first, and in all.
FAR = (1, 2, 3, 4, 6, 8, 12, 18 * MANY)


def possible(records, kind=None):
    """The combinations of codes that there may be: any that there are, among records of one kind."""
    kinds = {}
    for record in (record for record, count in records.items() if count):
        kinds.setdefault(record[kind] if kind is not None else None, []).append(record)
    return [
        each
        for members in kinds.values()
        for each in product(*(sorted(set(codes), key=repr) for codes in zip(*members, strict=True)))
    ]


def solved(cells, figures, records, *, k, kind=None):
    """The cells that are not shown and whose count follows from what is."""
    records = {record: count for record, count in records.items() if count}
    combinations = possible(records, kind)
    truth = [records.get(each, 0) for each in combinations]
    members = [frozenset(n for n, each in enumerate(combinations) if is_in(each, cell)) for cell in cells]
    counts = [sum(truth[n] for n in member) for member in members]
    known = [known_of(n, members, figures, counts, k) for n in range(len(cells))]
    groups, told, start = merged(len(combinations), members, known, truth)
    found = []
    for n, figure in enumerate(figures):
        # Within a "<k" a nought is what it would be anywhere: no person.
        if figure.mark is not Mark.SHOWN and counts[n]:
            cell = frozenset(groups[m] for m in members[n])
            others = [(cell, 0, counts[n] - 1), (cell, counts[n] + 1, MANY)]
            if not any(is_possible([*told, other], start, far) for far in FAR for other in others):
                found.append(n)
    return found


def is_in(record, cell):
    return all(record[d] in codes for d, codes in cell.items())


def known_of(n, members, figures, counts, k):
    """The least and the most that the reader knows cell n to hold."""
    if figures[n].mark is Mark.SHOWN:
        assert figures[n].count == counts[n]
        return counts[n], counts[n]
    assert figures[n].count is None
    if figures[n].mark is Mark.HIDDEN:
        return (k, MANY) if counts[n] >= k else (1, MANY)
    around = [m for m in range(len(members)) if members[n] < members[m] and 0 < counts[m] < k]
    return (0, k - 1) if around else (1, k - 1)


def merged(many, members, known, truth):
    """Combinations that are in the same cells as one unknown: which each belongs to, what is known, what is true."""
    signatures = {}
    groups = [signatures.setdefault(tuple(n in member for member in members), len(signatures)) for n in range(many)]
    start = [0] * len(signatures)
    for n, group in enumerate(groups):
        start[group] += truth[n]
    told = [(frozenset(groups[n] for n in member), *span) for member, span in zip(members, known, strict=True)]
    return groups, list(dict.fromkeys(told)), start


def is_possible(told, start, far):
    """Tell whether whole numbers, none negative, agree with all (sums from a least to a most), so far from the truth."""
    return _is_possible(told, [(0, MANY)] * len(start), start, far)


def _is_possible(told, spans, start, far):
    spans = _near(spans, start, far)
    spans = spans and _narrowed(told, spans)
    spans = spans and _near(spans, start, far)
    if not spans:
        return False
    open_ones = [n for n, (low, high) in enumerate(spans) if low < high]
    if not open_ones:
        return _narrowed(told, list(spans)) is not None
    n = min(open_ones, key=lambda n: spans[n][1] - spans[n][0])
    low, high = spans[n]
    for value in sorted(range(low, high + 1), key=lambda value: abs(value - start[n])):
        tried = spans.copy()
        tried[n] = value, value
        if _is_possible(told, tried, start, far):
            return True
    return False


def _near(spans, start, far):
    """What is left for each unknown if all together are no farther from these numbers; None where nothing is."""
    gaps = [max(low - at, at - high, 0) for (low, high), at in zip(spans, start, strict=True)]
    left = far - sum(gaps)
    if left < 0:
        return None
    return [
        (max(low, at - gap - left), min(high, at + gap + left))
        for (low, high), at, gap in zip(spans, start, gaps, strict=True)
    ]


def _narrowed(told, spans):
    """What is left for each unknown by each sum; None where nothing is."""
    again = True
    while again:
        again = False
        for cell, least, most in told:
            low = sum(spans[n][0] for n in cell)
            high = sum(spans[n][1] for n in cell)
            if low > most or high < least:
                return None
            for n in cell:
                mine = spans[n]
                narrow = max(mine[0], least - (high - mine[1])), min(mine[1], most - (low - mine[0]))
                if narrow[0] > narrow[1]:
                    return None
                if narrow != mine:
                    spans[n], again = narrow, True
                    low += narrow[0] - mine[0]
                    high += narrow[1] - mine[1]
    return spans
