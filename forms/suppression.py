"""Which figures of people are shown, so that none names a person. Pure: counts in, marks out.

Readers without access to cases see counts of people, from 1 to k - 1 as "<k" (DOMAIN T11). That alone hides nothing
that a total, another view or another filter gives away, so `protect` takes all cells of all views of one source under
all filters at once, and hides further ones.

**Records and cells.** A record is a tuple of codes, one per dimension; a cell is a count of the records that pass a
test on some dimensions. What depends on one another (expressions over the same field, a field and what its relevance
asks for) belongs into one dimension, whose code is then the tuple of their values: any code seen in a dimension is
taken to be possible beside any codes of the other dimensions, unless a cell that shows 0 says otherwise.

**What is promised.** For each cell that is not shown there is another world: other numbers of records, none negative,
with every shown count the same, every "<k" from 1 to k - 1, every hidden cell that holds k or more still holding k or
more, and another count in this cell. And no two shown cells, one of them within the other by their tests, differ by
1 to k - 1. A world once found stays one when more is hidden, so cells are hidden until each has its own; where none is
found, a record more with the same codes is one, when every cell that it is in is hidden.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Final

Code = Hashable
Record = tuple[Code, ...]
Cell = Mapping[int, Collection[Code]]


class Mark(StrEnum):
    """How a count appears."""

    #: As it is; so does 0.
    SHOWN = "shown"
    #: As "<k": it is from 1 to k - 1, or it lies within another cell that is, and may then be 0 as well.
    SMALL = "small"
    #: As hidden: others would follow from it.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a reader gets of a cell; the count is None unless it is shown."""

    mark: Mark
    count: int | None = None


def protect(cells: Sequence[Cell], records: Mapping[Record, int], *, k: int = 11) -> list[Figure]:
    """Decide for each cell of a source what is shown.

    `records` says how many records have the same codes (dimension 0, 1, …). A cell {0: {"61.01"}, 3: {"ya", "tahu"}}
    counts the records with such codes in dimensions 0 and 3; {} counts them all.
    """
    seen = [frozenset(codes) for codes in zip(*records, strict=True)]
    keys = [_key(cell, seen) for cell in cells]
    system = _System(list(dict.fromkeys(keys)), records, k)
    system.protect()
    figures = dict(zip(system.keys, system.figures(), strict=True))
    return [figures[key] for key in keys]


def is_share_hidden(numerator: Figure, denominator: Figure, *, k: int = 11) -> bool:
    """Tell whether a share (a percentage, a rate) of two cells is hidden.

    It is when either is, when it is of fewer than k, and when all but a few are in the numerator: 97 % of 100 names
    three people by what they are not.
    """
    if numerator.count is None or denominator.count is None:
        return True
    few = range(1, k)
    return denominator.count < k or numerator.count in few or denominator.count - numerator.count in few


_Test = tuple[int, frozenset[Code]]
_Key = frozenset[_Test]


def _key(cell: Cell, seen: Sequence[frozenset[Code]]) -> _Key:
    """A cell by what its tests come to on the codes that there are, so that cells that are always equal are one."""
    tests = {d: codes & frozenset(cell[d]) for d, codes in enumerate(seen) if d in cell}
    return frozenset((d, codes) for d, codes in tests.items() if codes != seen[d])


#: How many persons, and how many partners of each, are tried for one cell before the cheapest counts.
_PERSONS: Final = 12
_PARTNERS: Final = 6


class _System:
    """All cells as bits of numbers, in the order of their counts: bit i of a mask is cell i."""

    def __init__(self, keys: Sequence[_Key], records: Mapping[Record, int], k: int) -> None:
        self.k = k
        self.atoms = sorted(records, key=repr)
        self.dims = range(len(self.atoms[0]) if self.atoms else 0)
        # Which atoms have a code: bit j is atom j.
        self.having: list[dict[Code, int]] = [{} for _ in self.dims]
        for j, atom in enumerate(self.atoms):
            for d, code in enumerate(atom):
                self.having[d][code] = self.having[d].get(code, 0) | 1 << j
        self.all_atoms = (1 << len(self.atoms)) - 1
        planes = [
            sum(1 << j for j, atom in enumerate(self.atoms) if records[atom] >> p & 1)
            for p in range(max(records.values(), default=0).bit_length())
        ]
        self.passing: dict[_Test, int] = {}
        counted = []
        for key in keys:
            held = self.holding(key)
            counted.append((sum((held & plane).bit_count() << p for p, plane in enumerate(planes)), key))
        counted.sort(key=lambda each: (each[0], len(each[1]), sorted((d, sorted(map(repr, s))) for d, s in each[1])))
        self.keys = [key for _, key in counted]
        self.counts = [count for count, _ in counted]
        self._index()

    def holding(self, key: _Key) -> int:
        """The atoms in a cell."""
        return reduce(and_, (self._passing(test) for test in key), self.all_atoms)

    def _passing(self, test: _Test) -> int:
        if test not in self.passing:
            d, codes = test
            self.passing[test] = reduce(or_, (self.having[d].get(code, 0) for code in codes), 0)
        return self.passing[test]

    def _index(self) -> None:
        first = len([count for count in self.counts if count == 0])
        large = len([count for count in self.counts if count < self.k])
        self.large = large
        every = (1 << len(self.counts)) - 1
        self.zero = (1 << first) - 1
        self.small = (1 << large) - 1 ^ self.zero
        self.shown = every ^ self.small
        # The smallest count of its kind cannot lose anybody, the largest "<k" gains nobody.
        self.low = _mask(i for i, count in enumerate(self.counts) if count in (1, self.k))
        self.high = _mask(i for i, count in enumerate(self.counts) if count == self.k - 1)
        self.blurred = 0
        self.closed = 0
        self.safe = 0
        testing: dict[_Test, list[int]] = {}
        for i, key in enumerate(self.keys):
            for test in key:
                testing.setdefault(test, []).append(i)
        # The cells that a code in a dimension does not keep anybody out of.
        self.open: list[dict[Code, int]] = []
        self.untested: list[int] = []
        self.testing = {test: _mask(found) for test, found in testing.items()}
        for d in self.dims:
            tests = [(test, mask) for test, mask in self.testing.items() if test[0] == d]
            free = every & ~reduce(or_, (mask for _, mask in tests), 0)
            self.untested.append(free)
            self.open.append(
                {code: reduce(or_, (mask for test, mask in tests if code in test[1]), free) for code in self.having[d]}
            )
        around = {(d, codes): reduce(and_, (self.open[d][code] for code in codes), every) for d, codes in self.testing}
        self.around = around
        for i in range(large):
            outer = self.small & ~(1 << i)
            tests = dict(self.keys[i])
            for d in self.dims:
                if not outer:
                    break
                outer &= around[d, tests[d]] if d in tests else self.untested[d]
            if outer:
                self.closed |= 1 << i
        self.zero &= ~self.closed
        self.shown &= ~self.closed
        self.low &= ~self.closed
        self.high &= ~self.closed
        self.small &= ~self.closed
        self.inside = [reduce(and_, (self.open[d][code] for d, code in enumerate(atom)), every) for atom in self.atoms]
        self._rest: dict[tuple[int, int], int] = {}
        self.tiers = [
            (weight, every & -(1 << len([count for count in self.counts if count < weight * self.k])))
            for weight in (1, 2, 4, 8, 16, 32, 64)
        ]

    def rest(self, j: int, d: int) -> int:
        """The cells that atom j is in but for what they test in dimension d."""
        found = self._rest.get((j, d))
        if found is None:
            if len(self._rest) > 20_000:
                self._rest.clear()
            atom = self.atoms[j]
            found = reduce(and_, (self.open[e][atom[e]] for e in self.dims if e != d), self.shown | ~self.shown)
            self._rest[j, d] = found
        return found

    def cost(self, touched: int) -> int:
        """What is lost by hiding these: more for cells of many."""
        touched &= self.shown
        return sum(weight * (touched & tier).bit_count() for weight, tier in self.tiers) if touched else 0

    def protect(self) -> None:
        """Hide until each hidden cell has its world and no two shown cells differ by a few."""
        order = sorted(_bits(self.small), key=lambda i: (len(self.keys[i]), i))
        for i in order:
            if not self.safe >> i & 1:
                self.secure(i)
        for inner, outer in self.close_pairs():
            if self.shown >> inner & self.shown >> outer & 1:
                self.secure(inner, 1 << outer)

    def close_pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs of cells of k or more, one within the other, that differ by 1 to k - 1."""
        around = self.around
        for i in range(self.large, len(self.keys)):
            if not self.shown >> i & 1:
                continue
            start = i
            while start < len(self.counts) and self.counts[start] == self.counts[i]:
                start += 1
            stop = start
            while stop < len(self.counts) and self.counts[stop] < self.counts[i] + self.k:
                stop += 1
            near = self.shown & ((1 << stop) - (1 << start))
            tests = dict(self.keys[i])
            for d in self.dims:
                if not near:
                    break
                near &= around[d, tests[d]] if d in tests else self.untested[d]
            for outer in _bits(near):
                yield i, outer

    def secure(self, i: int, fixed: int = 0) -> None:
        """Find a world in which cell i has another count, at the least cost, and hide what differs in it."""
        best: tuple[int, int, int] | None = None
        refused = (self.low | fixed, self.high | self.zero | fixed)
        for minus, plus in self.worlds(i):
            if minus & refused[0] or plus & refused[1] or not (minus | plus) >> i & 1:
                continue
            cost = self.cost(minus | plus)
            if best is None or cost < best[0]:
                best = cost, minus, plus
                if not cost:
                    break
        if best is None:
            best = self.newcomer(i)
        touched = best[1] | best[2]
        self.shown &= ~touched
        self.safe |= touched

    def newcomer(self, i: int) -> tuple[int, int, int]:
        """The world with one record more in cell i. "<k" of k - 1 in it becomes hidden, which may be anything from 1."""
        held = islice(_bits(self.holding(self.keys[i])), _PERSONS * 4)
        cost, inside = min((self.cost(self.inside[j]), self.inside[j]) for j in held)
        self.blurred |= inside & self.high
        self.high &= ~inside
        self.news = getattr(self, "news", 0) + 1
        return cost, 0, inside

    def worlds(self, i: int) -> Iterator[tuple[int, int]]:
        """Worlds in which cell i may have another count, as the cells that lose one and those that gain one."""
        key = self.keys[i]
        held = self.holding(key)
        for d, codes in sorted(key, key=lambda test: test[0]):
            outside = sorted((code for code in self.having[d] if code not in codes), key=repr)
            within = sorted((code for code in self.having[d] if code in codes), key=repr)
            for j in _spread(held, _PERSONS):
                yield from self.moves(i, j, d, outside)
            around = self.holding(key - {(d, codes)}) & ~held
            for j in _spread(around, _PERSONS):
                yield from self.moves(i, j, d, within)

    def moves(self, i: int, j: int, d: int, codes: Sequence[Code]) -> Iterator[tuple[int, int]]:
        """Worlds in which a record of atom j has another code in dimension d, alone or in exchange with another."""
        u, opened = self.atoms[j][d], self.open[d]
        for w in codes:
            losing, gaining = opened[u] & ~opened[w], opened[w] & ~opened[u]
            minus, plus = self.inside[j] & losing, self.rest(j, d) & gaining
            yield minus, plus
            if not (minus | plus) & self.shown or plus & self.zero:
                continue
            for partner in self.partners(i, j, d, w):
                back_minus, back_plus = self.inside[partner] & gaining, self.rest(partner, d) & losing
                yield (minus & ~back_plus) | (back_minus & ~plus), (plus & ~back_minus) | (back_plus & ~minus)

    def partners(self, i: int, j: int, d: int, w: Code) -> Iterator[int]:
        """Atoms with code w in dimension d, as like atom j as may be but for one further dimension of cell i."""
        atom = self.atoms[j]
        for e, codes in self.keys[i]:
            if e == d:
                continue
            inside = atom[e] in codes
            found = self.having[d][w]
            passing = self._passing((e, codes))
            found &= ~passing if inside else passing
            for other in self.dims:
                if other not in (d, e) and found & self.having[other][atom[other]]:
                    found &= self.having[other][atom[other]]
            yield from _spread(found, _PARTNERS)

    def figures(self) -> Iterator[Figure]:
        """What is shown of each cell, in the order of `keys`."""
        for i, count in enumerate(self.counts):
            if self.shown >> i & 1:
                yield Figure(Mark.SHOWN, count)
            else:
                yield Figure(Mark.SMALL if i < self.large and not self.blurred >> i & 1 else Mark.HIDDEN)


def _mask(bits: Iterator[int] | list[int]) -> int:
    flags = bytearray()
    for i in bits:
        if i >> 3 >= len(flags):
            flags.extend(bytes((i >> 3) + 1 - len(flags)))
        flags[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(flags, "little")


def _bits(mask: int) -> Iterator[int]:
    for at, byte in enumerate(mask.to_bytes((mask.bit_length() + 7) // 8, "little")):
        while byte:
            low = byte & -byte
            yield at * 8 + low.bit_length() - 1
            byte ^= low


def _spread(mask: int, most: int) -> list[int]:
    """Up to so many bits, evenly from all."""
    found = list(_bits(mask))
    return found[:: max(1, -(-len(found) // most))]
