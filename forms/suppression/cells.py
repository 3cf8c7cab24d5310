"""Records and cells as bits of numbers, so that what thousands of cells have in common is one operation."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final

Code = Hashable
Record = tuple[Code, ...]
Test = tuple[int, frozenset[Code]]
Key = frozenset[Test]


class Records:
    """The atoms (records with the same codes) as bits of numbers: bit j of a mask is atom j."""

    def __init__(self, records: Mapping[Record, int]) -> None:
        self.atoms = sorted(records, key=repr)
        self.every = (1 << len(self.atoms)) - 1
        self.having: list[dict[Code, int]] = [
            {code: mask(j for j, atom in enumerate(self.atoms) if atom[d] == code) for code in sorted(codes, key=repr)}
            for d, codes in enumerate(map(set, zip(*self.atoms, strict=True)))
        ]
        self._planes = [
            mask(j for j, atom in enumerate(self.atoms) if records[atom] >> p & 1)
            for p in range(max(records.values(), default=0).bit_length())
        ]
        self._passing: dict[Test, int] = {}

    def key(self, cell: Mapping[int, Collection[Code]]) -> Key:
        """A cell by what its tests come to on the codes that there are, so that cells that are always equal are one."""
        tests = {d: frozenset(having) & frozenset(cell[d]) for d, having in enumerate(self.having) if d in cell}
        return frozenset((d, codes) for d, codes in tests.items() if len(codes) < len(self.having[d]))

    def passing(self, test: Test) -> int:
        """The atoms that pass a test."""
        if test not in self._passing:
            d, codes = test
            self._passing[test] = reduce(or_, (self.having[d][code] for code in codes), 0)
        return self._passing[test]

    def held(self, tests: Iterable[Test]) -> int:
        """The atoms that pass all of these."""
        return reduce(and_, map(self.passing, tests), self.every)

    def count(self, key: Key) -> int:
        """How many records are in a cell."""
        held = self.held(key)
        return sum((held & plane).bit_count() << p for p, plane in enumerate(self._planes))


class Cells:
    """Cells as bits of numbers: bit i of a mask is cell i."""

    def __init__(self, keys: Sequence[Key], having: Sequence[Mapping[Code, int]]) -> None:
        self.keys = keys
        self.every = (1 << len(keys)) - 1
        tested: dict[Test, list[int]] = {}
        for i, key in enumerate(keys):
            for test in key:
                tested.setdefault(test, []).append(i)
        testing = {test: mask(found) for test, found in tested.items()}
        #: For each dimension the cells that do not test it, and those that do not keep a code of it out.
        self.untested: list[int] = []
        self.open: list[dict[Code, int]] = []
        #: For each dimension how many cells test it and another one.
        self.together: list[list[int]] = []
        for d, codes in enumerate(having):
            own = [(test[1], mask) for test, mask in testing.items() if test[0] == d]
            free = self.every & ~reduce(or_, (mask for _, mask in own), 0)
            self.untested.append(free)
            self.open.append({u: reduce(or_, (mask for test, mask in own if u in test), free) for u in codes})
        for free in self.untested:
            both = [(self.every & ~free & ~other).bit_count() for other in self.untested]
            self.together.append([e for n, e in sorted((-n, e) for e, n in enumerate(both)) if n and e != d])
        self.rarity = [((self.every & ~free).bit_count(), d) for d, free in enumerate(self.untested)]
        self.tests = [
            sorted({t for t in testing if t[0] == d}, key=lambda t: (len(t[1]), sorted(map(repr, t[1]))))
            for d in range(len(having))
        ]
        self._open_to: dict[Test, int] = {}

    def around(self, key: Key, among: int = -1) -> int:
        """The cells, of some, that contain all that another cell may contain."""
        found, tests = among & self.every, dict(key)
        for d, free in enumerate(self.untested):
            if not found:
                break
            found &= self._through((d, tests[d])) if d in tests else free
        return found

    def is_within(self, key: Key) -> bool:
        """Tell whether a cell lies within another one."""
        return any(self.keys[i] != key for i in bits(self.around(key)))

    def _through(self, test: Test) -> int:
        if test not in self._open_to:
            d, codes = test
            # What no record can pass lies within what tests the other dimensions only, not within every cell.
            through = (self.open[d][code] for code in codes)
            self._open_to[test] = reduce(and_, through, self.every if codes else self.untested[d])
        return self._open_to[test]


def written(key: Key) -> list[tuple[int, list[str]]]:
    """A cell's tests in an order that is the same each time."""
    return sorted((d, sorted(map(repr, codes))) for d, codes in key)


def mask(numbers: Iterable[int]) -> int:
    """The number with these bits."""
    flags = bytearray()
    for i in numbers:
        if i >> 3 >= len(flags):
            flags.extend(bytes((i >> 3) + 1 - len(flags)))
        flags[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(flags, "little")


def bits(of: int) -> Iterator[int]:
    """The bits of a number, from the lowest on."""
    for at, byte in enumerate(of.to_bytes((of.bit_length() + 7) // 8, "little")):
        if byte:
            for bit in _IN_BYTE[byte]:
                yield at * 8 + bit


_IN_BYTE: Final = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def spread(of: int, most: int) -> list[int]:
    """Up to so many bits, evenly from all."""
    found = list(bits(of))
    return found[:: max(1, -(-len(found) // most))]
