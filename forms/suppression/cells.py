"""Records, codes and cells as bits of numbers, so that what thousands of cells have in common is one operation."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final

Code = Hashable
Record = tuple[Code, ...]
#: A dimension, and the codes in it that pass: bit u is code u.
Test = tuple[int, int]
Key = frozenset[Test]


class Records:
    """The atoms (records with the same codes) as bits of numbers: bit j of a mask is atom j. Codes are numbered too."""

    def __init__(self, records: Mapping[Record, int], kind: int | None = None) -> None:
        ordered = sorted(records, key=repr)
        self.kind = kind
        self.every = (1 << len(ordered)) - 1
        self._numbers: list[dict[Code, int]] = [
            {code: u for u, code in enumerate(sorted(set(codes), key=repr))} for codes in zip(*ordered, strict=True)
        ]
        self.atoms = [tuple(map(dict.__getitem__, self._numbers, atom)) for atom in ordered]
        #: For each dimension the atoms of each code.
        self.having: list[list[int]] = []
        for d, numbers in enumerate(self._numbers):
            members: list[list[int]] = [[] for _ in numbers]
            for j, atom in enumerate(self.atoms):
                members[atom[d]].append(j)
            self.having.append([mask(each) for each in members])
        of_kinds = self.having[kind] if kind is not None and self.having else [self.every]
        #: For each kind the codes that its records have, by dimension; all are of kind 0 where there are none.
        self.kinds = [
            [mask(u for u, atoms in enumerate(having) if atoms & held) for having in self.having] for held in of_kinds
        ]
        self._planes = [
            mask(j for j, atom in enumerate(ordered) if records[atom] >> p & 1)
            for p in range(max(records.values(), default=0).bit_length())
        ]
        self._read: dict[tuple[int, frozenset[Code]], int] = {}
        self._passing: dict[Test, int] = {}
        self._wide: dict[tuple[Key, int], int] = {}

    def key(self, cell: Mapping[int, Collection[Code]]) -> Key:
        """A cell by what its tests come to on the codes that there are, so that cells that are always equal are one."""
        tests = {d: self._codes(d, codes) for d, codes in cell.items() if d < len(self.having)}
        kinds = [n for n, seen in enumerate(self.kinds) if all(codes & seen[d] for d, codes in tests.items())]
        if not kinds:
            return frozenset(tests.items())
        seen = {d: reduce(or_, (self.kinds[n][d] for n in kinds)) for d in tests}
        narrow = {d: codes & seen[d] for d, codes in tests.items() if d != self.kind}
        key = frozenset((d, codes) for d, codes in narrow.items() if codes != seen[d])
        if self.kind is not None and len(kinds) < len(self.kinds):
            tests[self.kind] = mask(kinds)
            key |= {(self.kind, tests[self.kind])}
        for d, codes in key:
            self._wide[key, d] = self._wide.get((key, d), codes) | tests[d]
        return key

    def _codes(self, d: int, codes: Collection[Code]) -> int:
        asked = d, frozenset(codes)
        if asked not in self._read:
            numbers = self._numbers[d]
            self._read[asked] = mask(numbers[code] for code in asked[1] if code in numbers)
        return self._read[asked]

    def beside(self, j: int, d: int) -> int:
        """The codes that an atom's records may have in a dimension, all else being the same."""
        return self.kinds[self._kind_of(j)][d]

    def akin(self, j: int) -> int:
        """The atoms of an atom's kind."""
        return self.every if self.kind is None else self.having[self.kind][self._kind_of(j)]

    def _kind_of(self, j: int) -> int:
        return 0 if self.kind is None else self.atoms[j][self.kind]

    def of_any_kind(self, key: Key) -> int:
        """The atoms that pass a cell's tests but that on the kind, as they were before they were told of its kinds."""
        return self.held((d, self._wide.get((key, d), codes)) for d, codes in key if d != self.kind)

    def passing(self, test: Test) -> int:
        """The atoms that pass a test."""
        if test not in self._passing:
            d, codes = test
            self._passing[test] = reduce(or_, (self.having[d][u] for u in bits(codes)), 0)
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

    def __init__(self, keys: Sequence[Key], records: Records) -> None:
        self.keys = keys
        self.every = (1 << len(keys)) - 1
        tested: dict[Test, list[int]] = {}
        for i, key in enumerate(keys):
            for test in key:
                tested.setdefault(test, []).append(i)
        testing = {test: mask(found) for test, found in tested.items()}
        #: For each dimension the cells that do not test it, and those that do not keep a code of it out.
        self.untested: list[int] = []
        self.open: list[list[int]] = []
        #: For each dimension how many cells test it and another one.
        self.together: list[list[int]] = []
        for d, having in enumerate(records.having):
            own = [(test[1], mask) for test, mask in testing.items() if test[0] == d]
            free = self.every & ~reduce(or_, (mask for _, mask in own), 0)
            opened = [free] * len(having)
            for codes, found in own:
                for u in bits(codes):
                    opened[u] |= found
            self.untested.append(free)
            self.open.append(opened)
        for free in self.untested:
            both = [(self.every & ~free & ~other).bit_count() for other in self.untested]
            self.together.append([e for n, e in sorted((-n, e) for e, n in enumerate(both)) if n])
        self.rarity = [((self.every & ~free).bit_count(), d) for d, free in enumerate(self.untested)]
        self.tests = [
            sorted((t for t in testing if t[0] == d), key=lambda t: (t[1].bit_count(), t[1]))
            for d in range(len(records.having))
        ]
        self._kinds = records.kinds
        self._free = [
            [reduce(and_, (self.open[d][u] for u in bits(codes)), self.every) for d, codes in enumerate(seen)]
            for seen in self._kinds
        ]
        self._open_to: dict[tuple[int, Test], int] = {}

    def around(self, key: Key, among: int = -1) -> int:
        """The cells, of some, that contain all that another cell may contain."""
        tests, found, is_possible = dict(key), among & self.every, False
        for number, seen in enumerate(self._kinds):
            if not found:
                break
            if all(codes & seen[d] for d, codes in key):
                is_possible = True
                for d, free in enumerate(self._free[number]):
                    found &= self._through(number, (d, tests[d])) if d in tests else free
                    if not found:
                        break
        if is_possible:
            return found
        # What no record can pass lies within what tests less, not within every cell.
        for d, free in enumerate(self.untested):
            through = (self.open[d][u] for u in bits(tests.get(d, 0)))
            found &= reduce(and_, through, self.every) if tests.get(d) else free
        return found

    def is_within(self, key: Key) -> bool:
        """Tell whether a cell lies within another one."""
        return any(self.keys[i] != key for i in bits(self.around(key)))

    def _through(self, number: int, test: Test) -> int:
        """The cells that keep out no code of a test that one kind's records have."""
        if (number, test) not in self._open_to:
            d, codes = test
            open_to = (self.open[d][u] for u in bits(codes & self._kinds[number][d]))
            self._open_to[number, test] = reduce(and_, open_to, self.every)
        return self._open_to[number, test]


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
    size = (of.bit_length() + 7) // 8
    if of.bit_count() * 16 < size:
        while of:
            lowest = of & -of
            yield lowest.bit_length() - 1
            of ^= lowest
        return
    for at, byte in enumerate(of.to_bytes(size, "little")):
        if byte:
            for bit in _IN_BYTE[byte]:
                yield at * 8 + bit


_IN_BYTE: Final = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def spread(of: int, most: int) -> list[int]:
    """Up to so many bits, from all over."""
    if of.bit_count() <= most:
        return list(bits(of))
    found, at, size = [], 0, of.bit_length()
    for n in range(most):
        at = max(at, n * size // most)
        left = of >> at
        if not left:
            break
        at += (left & -left).bit_length()
        found.append(at - 1)
    return found
