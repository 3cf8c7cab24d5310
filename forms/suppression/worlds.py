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
from operator import and_, or_
from typing import Final

from forms.suppression.cells import Cells, Key, Records, bits, mask, spread
from forms.suppression.figures import Figure, Mark

#: How many records, partners of each and repairs are tried for one cell before the cheapest counts.
_RECORDS: Final = 4
_CONVERTED: Final = 16
_DIMENSIONS: Final = 2
_CHANGES: Final = 12
_PARTNERS: Final = 4
_STARTS: Final = 2
_HARDER: Final = 4
_MENDERS: Final = 4
_REPAIRS: Final = 60
#: Of a dimension's codes on either side of a test, how many are tried in a repair: all pairs would be too many.
_CODES: Final = 12
#: How many of them are tried for one record that leaves a cell or enters it.
_TARGETS: Final = 24
#: How many masks are kept for another time; each has a bit for each cell.
_REMEMBERED: Final = 20_000
#: How many repairs are tried in all, which part of what is left is for one world, and how many it may try at least; of
#: more cells than so many fewer are tried, since each takes longer.
_TRIED: Final = 200_000
_MANY: Final = 2_500
_PART: Final = 100
_LEAST_TRIED: Final = 20
#: How many hidden cells, the dearest, are looked at again.
_RECONSIDERED: Final = 400
#: What it costs that a "<k" must become hidden, which says less, and what it costs to touch what cannot be touched.
_SILENCE: Final = 50
_NEVER: Final = 1_000_000_000_000


#: Stands for every dimension, where a record is another in all of them.
_ALL: Final = -1


def _steps(most: int) -> Iterator[tuple[int, int]]:
    """Yield costs, each four times the one before, with what each adds to it."""
    cost, before = 1, 0
    while cost <= most:
        yield cost, cost - before
        cost, before = cost * 4, cost


@dataclass(frozen=True, slots=True)
class World:
    """Another world: which atom's record has which code instead, and the cells that lose a record or gain one by it."""

    moved: tuple[tuple[int, int, int], ...]
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

    def __init__(
        self,
        records: Records,
        counted: Mapping[Key, int],
        within: Collection[Key],
        weights: Mapping[Key, int],
        k: int,
    ) -> None:
        self.k = k
        self.records = records
        order = sorted(counted, key=lambda key: (counted[key], len(key), sorted(key)))
        self.counts = [counted[key] for key in order]
        self.cells = Cells(order, records)
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
            reduce(and_, (self.cells.open[d][u] for d, u in enumerate(atom)), self.cells.every)
            for atom in records.atoms
        ]
        self._likenesses: dict[tuple[int, int], list[int]] = {}
        self._rest: dict[tuple[int, int], int] = {}
        self.close = self.find_close()
        #: How many repairs may be tried yet: less and less, so that a page of thousands of counts is decided too.
        many = 1 + len(order) // _MANY
        self.left = _TRIED // many
        self.reconsidered = _RECONSIDERED // many
        #: The cells that differ in each world that was found.
        self.found: list[int] = []
        self.costs = [weights[key] * counted[key] // k for key in order]
        self._tiers = [
            (more, mask(i for i, cost in enumerate(self.costs) if cost >= least))
            for least, more in _steps(max(self.costs, default=0))
        ]

    def protect(self) -> None:
        """Hide until each hidden cell has its world and no two shown cells differ by a few."""
        for i in sorted(range(self.first, self.large), key=lambda i: (len(self.cells.keys[i]), i)):
            if not self.safe >> i & 1:
                self.secure(i)
        for inner in range(self.large, len(self.counts)):
            for outer in bits(self.close.get(inner, 0) & -(1 << inner)):
                if self.shown >> inner & self.shown >> outer & 1:
                    self.part(inner, outer)
        self.reconsider()

    def find_close(self) -> dict[int, int]:
        """Find for each cell of k or more those that hold it, or that it holds, and differ from it by 1 to k - 1."""
        close: dict[int, int] = {}
        for inner in range(self.large, len(self.counts)):
            start = bisect_right(self.counts, self.counts[inner])
            stop = bisect_left(self.counts, self.counts[inner] + self.k)
            outer = self.cells.around(self.cells.keys[inner], (1 << stop) - (1 << start)) if start < stop else 0
            if outer:
                close[inner] = close.get(inner, 0) | outer
                for i in bits(outer):
                    close[i] = close.get(i, 0) | 1 << inner
        return close

    def secure(self, i: int) -> None:
        """Find a world in which cell i has another count, at the least cost, and hide what differs in it."""
        self.hide(self.other(i, 0)[1])

    def part(self, inner: int, outer: int) -> None:
        """Hide one of two cells that differ by a few: which of them, by what it costs."""
        tried = [self.other(inner, 1 << outer), self.other(outer, 1 << inner)]
        self.hide(min(tried, key=lambda each: each[0])[1])

    def other(self, i: int, fixed: int) -> tuple[int, World]:
        """Give a world in which cell i has another count, and its cost."""
        found = self.searched(i, fixed, 1) or self.searched(i, fixed, _HARDER)
        if found:
            return found
        world = self.newcomer(i)
        return self.cost(world, 0), world

    def hide(self, world: World) -> None:
        """Hide all that differs in a world."""
        self.silent |= world.plus & self.high
        self.high &= ~world.plus
        self.shown &= ~world.touched
        self.safe |= world.touched
        self.found.append(world.touched)

    def reconsider(self) -> None:
        """Show again what can be, the dearest first: cells whose worlds are not needed, or can be replaced at less."""
        hidden = self.cells.every & ~self.shown & -(1 << self.large)
        for i in sorted(bits(hidden), key=lambda i: (-self.costs[i], i))[: self.reconsidered]:
            if not self.shown >> i & 1 and not self.shown & self.close.get(i, 0):
                self.replace(i)

    def replace(self, i: int) -> None:
        """Show cell i and do without the worlds that need it hidden, if others that are cheaper do for what is left."""
        before = self.shown, self.silent, self.high, self.safe, self.found
        self.found = [touched for touched in self.found if not touched >> i & 1]
        self.safe = reduce(or_, self.found, 0)
        self.shown |= 1 << i
        for b in bits(self.cells.every & ~self.shown & ~self.safe & -(1 << self.large)):
            if not self.shown & self.close.get(b, 0):
                self.shown |= 1 << b
        gained = self.price(self.shown & ~before[0])
        lost = 0
        for b in bits(self.cells.every & ~self.shown & ~self.safe):
            if self.safe >> b & 1:
                continue
            found = self.searched(b, 1 << i, 1)
            if found:
                lost += found[0]
                self.hide(found[1])
            if not found or lost >= gained:
                self.shown, self.silent, self.high, self.safe, self.found = before
                return

    def searched(self, i: int, fixed: int, effort: int) -> tuple[int, World] | None:
        """The cheapest world that a search finds, and its cost; None where each would need what cannot be."""
        tried = self.cheapest(self.changes(i, effort), fixed, _CHANGES * effort)
        if not tried or tried[0][0]:
            exchanges = (each for _, change in tried for each in self.exchanges(i, change, effort))
            tried = self.cheapest(chain((change for _, change in tried), exchanges), fixed, _STARTS * effort)
        if tried and tried[0][0]:
            tried = self.cheapest((self.repaired(i, world, fixed) for _, world in tried), fixed, 1)
        return tried[0] if tried and tried[0][0] < _NEVER else None

    def price(self, lost: int) -> int:
        """What it costs to hide some cells."""
        price = 0
        for more, tier in self._tiers:
            lost &= tier
            if not lost:
                break
            price += more * lost.bit_count()
        return price

    def cost(self, world: World, fixed: int) -> int:
        """What is lost by hiding what differs in a world: more for cells of many."""
        never = world.minus & (self.low | fixed) | world.plus & (self.zero | fixed)
        silenced = (world.plus & self.high).bit_count()
        # So few changes cannot fill a cell of none that lies within the silenced one.
        cost = never.bit_count() * _NEVER + silenced * (_SILENCE if len(world.moved) < self.k else _NEVER)
        return cost + self.price(world.touched & self.shown & ~never)

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
            for held, enters in ((rest & passing, False), (rest & ~passing, True)):
                for j in spread(held, _RECORDS * effort):
                    for w in spread(self.records.beside(j, d) & (codes if enters else ~codes), _TARGETS):
                        yield self.change(j, d, w)
            if d == self.records.kind:
                rest = self.records.of_any_kind(key)
                yield from self.conversions(rest & passing, rest & ~passing, d, effort)

    def conversions(self, inside: int, outside: int, kind: int, effort: int) -> Iterator[World]:
        """Worlds in which a record of some atoms is of another kind, and is all that one of others is."""
        for j in spread(inside, _CONVERTED * effort):
            for other in spread(self.alike(outside, j, kind, ()), _CONVERTED * effort):
                yield self.conversion(j, other)
                yield self.conversion(other, j)

    def conversion(self, j: int, other: int) -> World:
        """The world in which one record of atom j is of another atom."""
        return World(((j, _ALL, other),), self.inside[j] & ~self.inside[other], self.inside[other] & ~self.inside[j])

    def conversions_back(self, i: int, change: World, kind: int, effort: int) -> Iterator[World]:
        """Worlds in which, besides one conversion, a record beyond cell i was converted the other way."""
        ((j, _, other),) = change.moved
        for e, codes in sorted(self.cells.keys[i], key=lambda test: test[0]):
            if e == kind:
                continue
            passing = self.records.passing((e, codes))
            beyond = ~passing if passing >> j & 1 else passing
            one, another = (
                spread(self.alike(self.records.akin(n) & beyond, n, kind, (e,)), _PARTNERS * effort) for n in (other, j)
            )
            for u, w in product(one, another):
                both = change.and_also(self.conversion(u, w))
                if both:
                    yield both

    def exchanges(self, i: int, change: World, effort: int) -> Iterator[World]:
        """Worlds in which a record beyond cell i has what another one lost, and lost what that one has."""
        ((j, d, w),) = change.moved
        if d == _ALL and self.records.kind is not None:
            yield from self.conversions_back(i, change, self.records.kind, effort)
            return
        for e, codes in sorted(self.cells.keys[i], key=lambda test: test[0]):
            if e == d:
                continue
            passing = self.records.passing((e, codes))
            beyond = self.records.having[d][w] & self.records.akin(j) & (~passing if passing >> j & 1 else passing)
            yield from self.with_partners(change, beyond, (e,), _PARTNERS * effort)

    def with_partners(self, change: World, among: int, unlike: tuple[int, ...], most: int) -> Iterator[World]:
        """Worlds in which, besides one change, a record of some atoms made it the other way round."""
        ((j, d, _),) = change.moved
        u = self.records.atoms[j][d]
        for partner in spread(self.alike(among, j, d, unlike), most):
            both = change.and_also(self.change(partner, d, u))
            if both:
                yield both

    def change(self, j: int, d: int, w: int) -> World:
        """The world in which one record of atom j has code w in dimension d."""
        opened = self.cells.open[d]
        u = self.records.atoms[j][d]
        return World(((j, d, w),), self.inside[j] & ~opened[w], self.rest(j, d) & opened[w] & ~opened[u])

    def rest(self, j: int, d: int) -> int:
        """The cells that atom j is in but for what they test in dimension d."""
        if (j, d) not in self._rest:
            if len(self._rest) > _REMEMBERED:
                self._rest.clear()
            opened = (self.cells.open[e][u] for e, u in enumerate(self.records.atoms[j]) if e != d)
            self._rest[j, d] = reduce(and_, opened, self.cells.every)
        return self._rest[j, d]

    def alike(self, found: int, j: int, d: int, unlike: tuple[int, ...]) -> int:
        """Of some atoms those most like atom j, in what is most often tested together with dimension d first."""
        atom = self.records.atoms[j]
        for e in self.cells.together[d]:
            if not found & (found - 1):
                break
            if e != d and e not in unlike:
                for same in self.likenesses(e, atom[e]):
                    if found & same:
                        found &= same
                        break
        return found

    def likenesses(self, e: int, u: int) -> list[int]:
        """The atoms of a code, then those that pass the same tests as it does, the narrowest first."""
        if (e, u) not in self._likenesses:
            tests = (test for test in self.cells.tests[e] if test[1] >> u & 1)
            self._likenesses[e, u] = [self.records.having[e][u], *map(self.records.passing, tests)]
        return self._likenesses[e, u]

    def repaired(self, i: int, world: World, fixed: int) -> World:
        """Undo by further exchanges what a world changes in shown cells, as long as that makes it cheaper."""
        cost = self.cost(world, fixed)
        given_up = 0
        self.left -= (allowed := max(_LEAST_TRIED, self.left // _PART))
        for _ in range(_REPAIRS):
            wrong = (world.touched & (self.shown | fixed) | world.minus & self.low | world.plus & self.high) & ~given_up
            if not wrong:
                break
            p = wrong.bit_length() - 1
            best = world
            for repair in islice(self.repairs(p, world, wrong), allowed):
                allowed -= 1
                tried = world.and_also(repair)
                if tried and tried.touched >> i & 1:
                    new = self.cost(tried, fixed)
                    if new < cost:
                        cost, best = new, tried
            if best is world:
                given_up |= 1 << p
            world = best
        self.left += allowed
        return world

    def repairs(self, p: int, world: World, wrong: int) -> Iterator[World]:
        """Changes and exchanges that give cell p back what it lost or take what it gained, where others need it too."""
        key = self.cells.keys[p]
        is_lost = world.minus >> p & 1
        opposite = wrong & (world.plus if is_lost else world.minus)
        for d, codes in sorted(key, key=lambda test: test[0]):
            opened = self.cells.open[d]
            rest = self.records.held(key - {(d, codes)})
            if d == self.records.kind:
                continue
            beyond = spread(~codes & (1 << len(opened)) - 1, _CODES)
            within = spread(codes, _CODES)
            for u, w in product(beyond, within):
                if not opposite & opened[u] & ~opened[w] and self.shown >> p & 1:
                    continue
                mates = opposite & opened[w] & ~opened[u]
                a, b = (u, w) if is_lost else (w, u)
                for j in spread(rest & self.records.having[d][a], _MENDERS):
                    if not self.records.beside(j, d) >> b & 1:
                        continue
                    change = self.change(j, d, b)
                    yield change
                    for mate in islice(bits(mates), 2):
                        others = [test for test in self.cells.keys[mate] if test[0] != d]
                        among = self.records.having[d][b] & self.records.akin(j) & self.records.held(others)
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
