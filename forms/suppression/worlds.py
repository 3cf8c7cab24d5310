"""The search for other worlds: records that have other codes, while every shown count stays as it is.

Moving one record to another code changes a cell and its sibling, and totals too. An exchange, in which a second record
elsewhere moves the other way, leaves the totals of both alone; repairs are further exchanges, which undo what the first
ones changed. What is still changed in shown cells then is hidden: that is what a world costs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from heapq import nsmallest
from itertools import chain, islice, product
from operator import and_
from typing import Final

from forms.suppression.cells import Cells, Code, Key, Records, bits, mask, spread, written
from forms.suppression.figures import Figure, Mark

#: How many records, partners of each and repairs are tried for one cell before the cheapest counts.
_RECORDS: Final = 4
_DIMENSIONS: Final = 2
_CHANGES: Final = 12
_PARTNERS: Final = 4
_STARTS: Final = 2
_HARDER: Final = 4
_MENDERS: Final = 4
_REPAIRS: Final = 60
#: Of a dimension's codes on either side of a test, how many are tried in a repair: all pairs would be too many.
_CODES: Final = 12
#: How many masks are kept for another time; each has a bit for each cell.
_REMEMBERED: Final = 20_000
#: What it costs that a "<k" must become hidden, which says less, and what it costs to touch what cannot be touched.
_SILENCE: Final = 50
_NEVER: Final = 1_000_000


def _evenly(codes: list[Code]) -> list[Code]:
    step = max(1, len(codes) // _CODES)
    return codes[::step][:_CODES]


@dataclass(frozen=True, slots=True)
class World:
    """Another world: which atom's record has which code instead, and the cells that lose a record or gain one by it."""

    moved: tuple[tuple[int, int, Code], ...]
    minus: int
    plus: int

    def and_also(self, other: "World") -> "World | None":
        """Both changes at once; None where they change the same record or one cell by two."""
        if self.minus & other.minus or self.plus & other.plus:
            return None
        if any(one[0] == another[0] for one in self.moved for another in other.moved):
            return None
        return World(
            self.moved + other.moved,
            self.minus & ~other.plus | other.minus & ~self.plus,
            self.plus & ~other.minus | other.plus & ~self.minus,
        )

    @property
    def touched(self) -> int:
        """The cells that have another count."""
        return self.minus | self.plus


class System:
    """The cells in the order of their counts, and what is decided of each so far."""

    def __init__(self, records: Records, counted: Mapping[Key, int], within: Collection[Key], k: int) -> None:
        self.k = k
        self.records = records
        order = sorted(counted, key=lambda key: (counted[key], len(key), written(key)))
        self.counts = [counted[key] for key in order]
        self.cells = Cells(order, records.having)
        self.first, self.large = bisect_left(self.counts, 1), bisect_left(self.counts, k)
        self.zero = (1 << self.first) - 1
        self.shown = self.cells.every & -(1 << self.large) | self.zero
        # "<k" cannot lose its only record, nor a hidden cell of k any; "<k" of k - 1 gains none. What lies within "<k"
        # may be 0.
        said = ~mask(i for i, key in enumerate(order) if key in within)
        self.low = said & mask(i for i, count in enumerate(self.counts) if count in (1, k))
        self.high = mask(i for i, count in enumerate(self.counts) if count == k - 1)
        # Cells of fewer than k that are hidden, since "<k" says too much of them, and cells that have another world.
        self.silent = 0
        self.safe = 0
        self.inside = [
            reduce(and_, (self.cells.open[d][code] for d, code in enumerate(atom)), self.cells.every)
            for atom in records.atoms
        ]
        self._likenesses: dict[tuple[int, Code], list[int]] = {}
        self._rest: dict[tuple[int, int], int] = {}
        self._tiers = [
            (weight, -(1 << bisect_left(self.counts, 2**tier * k)))
            for tier, weight in enumerate((1, 3, 9, 27, 81, 243))
        ]

    def protect(self) -> None:
        """Hide until each hidden cell has its world and no two shown cells differ by a few."""
        for i in sorted(range(self.first, self.large), key=lambda i: (len(self.cells.keys[i]), i)):
            if not self.safe >> i & 1:
                self.secure(i)
        for inner, outer in self.close_pairs():
            if self.shown >> inner & self.shown >> outer & 1:
                self.secure(inner, 1 << outer)

    def close_pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs of cells of k or more, one within the other, that differ by 1 to k - 1."""
        for i in range(self.large, len(self.counts)):
            if self.shown >> i & 1:
                start = bisect_right(self.counts, self.counts[i])
                stop = bisect_left(self.counts, self.counts[i] + self.k)
                for outer in bits(self.cells.around(self.cells.keys[i], self.shown & (1 << stop) - (1 << start))):
                    yield i, outer

    def secure(self, i: int, fixed: int = 0) -> None:
        """Find a world in which cell i has another count, at the least cost, and hide what differs in it."""
        found = self.searched(i, fixed, 1) or self.searched(i, fixed, _HARDER) or self.newcomer(i)
        self.silent |= found.plus & self.high
        self.high &= ~found.plus
        self.shown &= ~found.touched
        self.safe |= found.touched

    def searched(self, i: int, fixed: int, effort: int) -> World | None:
        """The cheapest world that a search finds; None where each would need what cannot be."""
        tried = self.cheapest(self.changes(i, effort), fixed, _CHANGES * effort)
        if not tried or tried[0][0]:
            exchanges = (each for _, change in tried for each in self.exchanges(i, change, effort))
            tried = self.cheapest(chain((change for _, change in tried), exchanges), fixed, _STARTS * effort)
        if tried and tried[0][0]:
            tried = self.cheapest((self.repaired(i, world, fixed) for _, world in tried), fixed, 1)
        return tried[0][1] if tried and tried[0][0] < _NEVER else None

    def cost(self, world: World, fixed: int) -> int:
        """What is lost by hiding what differs in a world: more for cells of many."""
        never = world.minus & (self.low | fixed) | world.plus & (self.zero | fixed)
        silenced = (world.plus & self.high).bit_count()
        # So few changes cannot fill a cell of none that lies within the silenced one.
        cost = never.bit_count() * _NEVER + silenced * (_SILENCE if len(world.moved) < self.k else _NEVER)
        touched = world.touched & self.shown & ~never
        for weight, tier in self._tiers:
            touched &= tier
            if not touched:
                break
            cost += weight * touched.bit_count()
        return cost

    def newcomer(self, i: int) -> World:
        """The world with one record more or less in cell i: possible at any time, and dear, since totals are hidden."""
        inside = [self.inside[j] for j in spread(self.records.held(self.cells.keys[i]), _RECORDS)]
        worlds = chain((World((), each, 0) for each in inside), (World((), 0, each) for each in inside))
        return min(worlds, key=lambda world: self.cost(world, 0))

    def cheapest(self, worlds: Iterable[World], fixed: int, most: int) -> list[tuple[int, World]]:
        """The cheapest of some worlds with their costs; none but the first that costs nothing."""
        costs = []
        for world in worlds:
            cost = self.cost(world, fixed)
            if not cost:
                return [(0, world)]
            costs.append((cost, world))
        return nsmallest(most, costs, key=lambda each: each[0])

    def changes(self, i: int, effort: int) -> Iterator[World]:
        """Worlds in which one record left cell i, or entered it, by another code in one dimension."""
        key = self.cells.keys[i]
        for d, codes in sorted(key, key=lambda test: self.cells.rarity[test[0]])[: _DIMENSIONS * effort]:
            rest = self.records.held(key - {(d, codes)})
            passing = self.records.passing((d, codes))
            within = [code for code in self.records.having[d] if code in codes]
            outside = [code for code in self.records.having[d] if code not in codes]
            for held, others in ((rest & passing, outside), (rest & ~passing, within)):
                for j in spread(held, _RECORDS * effort):
                    for w in others:
                        yield self.change(j, d, w)

    def exchanges(self, i: int, change: World, effort: int) -> Iterator[World]:
        """Worlds in which a record beyond cell i has what another one lost, and lost what that one has."""
        ((j, d, w),) = change.moved
        for e, codes in sorted(self.cells.keys[i], key=lambda test: test[0]):
            if e == d:
                continue
            passing = self.records.passing((e, codes))
            beyond = self.records.having[d][w] & (~passing if passing >> j & 1 else passing)
            yield from self.with_partners(change, beyond, (e,), _PARTNERS * effort)

    def with_partners(self, change: World, among: int, unlike: tuple[int, ...], most: int) -> Iterator[World]:
        """Worlds in which, besides one change, a record of some atoms made it the other way round."""
        ((j, d, _),) = change.moved
        u = self.records.atoms[j][d]
        for partner in spread(self.alike(among, j, d, unlike), most):
            both = change.and_also(self.change(partner, d, u))
            if both:
                yield both

    def change(self, j: int, d: int, w: Code) -> World:
        """The world in which one record of atom j has code w in dimension d."""
        opened = self.cells.open[d]
        u = self.records.atoms[j][d]
        return World(((j, d, w),), self.inside[j] & ~opened[w], self.rest(j, d) & opened[w] & ~opened[u])

    def rest(self, j: int, d: int) -> int:
        """The cells that atom j is in but for what they test in dimension d."""
        if (j, d) not in self._rest:
            if len(self._rest) > _REMEMBERED:
                self._rest.clear()
            opened = (self.cells.open[e][code] for e, code in enumerate(self.records.atoms[j]) if e != d)
            self._rest[j, d] = reduce(and_, opened, self.cells.every)
        return self._rest[j, d]

    def alike(self, found: int, j: int, d: int, unlike: tuple[int, ...]) -> int:
        """Of some atoms those most like atom j, in what is most often tested together with dimension d first."""
        atom = self.records.atoms[j]
        for e in self.cells.together[d]:
            if e not in unlike:
                for same in self.likenesses(e, atom[e]):
                    if found & same:
                        found &= same
                        break
        return found

    def likenesses(self, e: int, code: Code) -> list[int]:
        """The atoms of a code, then those that pass the same tests as it does, the narrowest first."""
        if (e, code) not in self._likenesses:
            tests = (test for test in self.cells.tests[e] if code in test[1])
            self._likenesses[e, code] = [self.records.having[e][code], *map(self.records.passing, tests)]
        return self._likenesses[e, code]

    def repaired(self, i: int, world: World, fixed: int) -> World:
        """Undo by further exchanges what a world changes in shown cells, as long as that makes it cheaper."""
        cost = self.cost(world, fixed)
        given_up = 0
        for _ in range(_REPAIRS):
            wrong = (world.touched & (self.shown | fixed) | world.minus & self.low | world.plus & self.high) & ~given_up
            if not wrong:
                break
            p = wrong.bit_length() - 1
            best = world
            for repair in self.repairs(p, world, wrong):
                tried = world.and_also(repair)
                if tried and tried.touched >> i & 1:
                    new = self.cost(tried, fixed)
                    if new < cost:
                        cost, best = new, tried
            if best is world:
                given_up |= 1 << p
            world = best
        return world

    def repairs(self, p: int, world: World, wrong: int) -> Iterator[World]:
        """Changes and exchanges that give cell p back what it lost or take what it gained, where others need it too."""
        key = self.cells.keys[p]
        is_lost = world.minus >> p & 1
        opposite = wrong & (world.plus if is_lost else world.minus)
        for d, codes in sorted(key, key=lambda test: test[0]):
            opened = self.cells.open[d]
            rest = self.records.held(key - {(d, codes)})
            beyond = _evenly([u for u in self.records.having[d] if u not in codes])
            within = _evenly([w for w in self.records.having[d] if w in codes])
            for u, w in product(beyond, within):
                if not opposite & opened[u] & ~opened[w] and self.shown >> p & 1:
                    continue
                mates = opposite & opened[w] & ~opened[u]
                a, b = (u, w) if is_lost else (w, u)
                for j in spread(rest & self.records.having[d][a], _MENDERS):
                    change = self.change(j, d, b)
                    yield change
                    for mate in islice(bits(mates), 2):
                        others = [test for test in self.cells.keys[mate] if test[0] != d]
                        among = self.records.having[d][b] & self.records.held(others)
                        yield from self.with_partners(change, among, tuple(test[0] for test in others), _MENDERS)

    def figures(self) -> dict[Key, Figure]:
        """What is shown of each cell."""
        figures = {}
        for i, key in enumerate(self.cells.keys):
            if self.shown >> i & 1:
                figures[key] = Figure(Mark.SHOWN, self.counts[i])
            else:
                figures[key] = Figure(Mark.SMALL if i < self.large and not self.silent >> i & 1 else Mark.HIDDEN)
        return figures
