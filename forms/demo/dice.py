"""Seeded chance: weighted picks, dates of this and last year, and people who visibly do not exist.

It owns randomness for the made-up answers; equal seeds give equal draws. It knows no form.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

#: West Kalimantan's time (WIB). It has no summer time.
WIB = timezone(timedelta(hours=7))

WEEKEND = 5  # Monday is 0


class Dice:
    """A seeded source of draws. All dates lie before `today`, from 1 January of the year before on."""

    def __init__(self, seed: str, today: date, names: Mapping[str, Sequence[str]]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up data, no secret
        self._today = today
        self._names = names

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return self._random.randint(low, high)

    def peaked(self, low: int, high: int, peak: int) -> int:
        """Draw a whole number that is most often near `peak`."""
        return min(high, int(self._random.triangular(low, high + 1, min(peak + 0.5, high))))

    def one(self, options: Sequence[Any]) -> Any:
        """Draw one of the options, all alike."""
        return self._random.choice(options)

    def pick(self, weights: Mapping[str, float]) -> str:
        """Draw a key by its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def several(self, weights: Mapping[str, float], most: int) -> list[str]:
        """Draw between one and `most` different keys by weight, in the table's order."""
        picked = {self.pick(weights) for _ in range(self.between(1, most))}
        return [key for key in weights if key in picked]

    def some(self, chances: Mapping[str, float], *, least: int = 0) -> list[str]:
        """Draw each key with its own chance, in the table's order, but at least `least` of them."""
        drawn = [key for key, chance in chances.items() if self.chance(chance)]
        likely = sorted(chances, key=lambda key: -chances[key])
        while len(drawn) < least:
            drawn.append(next(key for key in likely if key not in drawn))
        return [key for key in chances if key in drawn]

    def maybe(self, probability: float, value: str) -> str:
        """Give the value with this probability, else leave the question blank."""
        return value if self.chance(probability) else ""

    def uuid(self) -> str:
        """Draw a random UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def day(self, *, workday: bool = False) -> date:
        """Draw a day since the beginning of last year, more often a recent one; a Monday to Friday if `workday`."""
        days = (self._today - date(self._today.year - 1, 1, 1)).days
        while True:
            share = self._random.random()
            day = self._today - timedelta(days=1 + int(days * share))
            if not self.chance(share / 2) and (not workday or day.weekday() < WEEKEND):
                return day

    def moment(self, day: date, first: int, last: int, peak: int) -> datetime:
        """Draw a moment of that day between two full hours, most often near the hour `peak`."""
        minute = self.peaked(first * 60, last * 60 - 1, peak * 60)
        return datetime.combine(day, time(minute // 60, minute % 60, self.between(0, 59)), WIB)

    def birthday(self, age: int, on: date) -> date:
        """Draw a date of birth that makes a person `age` years old on that day."""
        latest = _years_before(on, age)
        earliest = _years_before(on, age + 1) + timedelta(days=1)
        return earliest + timedelta(days=self.between(0, (latest - earliest).days))

    def name(self) -> str:
        """Draw a name that says it is one: "Contoh Dua Belas"."""
        return f"{self.one(self._names['first'])} {self.one(self._names['last'])}"

    def nik(self) -> str:
        """Draw sixteen digits that cannot be an identity number: no province has code 00."""
        return f"000000{self.between(0, 9_999_999_999):010d}"

    def phone(self) -> str:
        """Draw a number that nobody can be called on: none begins with 00000."""
        return f"00000000{self.between(0, 9999):04d}"

    def address(self) -> str:
        """Draw an address that names no place."""
        return f"Jalan Contoh No. {self.between(1, 99)}"


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February: the birthday of a common year is counted from 1 March
        return date(day.year - years, 2, 28)
