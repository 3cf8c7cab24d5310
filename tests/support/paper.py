"""The policy as one reads it off `forms.policy`, in plain Python: what the database and the doors are compared with.

Nothing here asks the product who may see what; only the table of roles is the product's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from forms.policy import OVER_PEOPLE, ROLES, Clearance, Role

BY_NAME = {role.system: role for role in ROLES}


@dataclass(frozen=True)
class Spot:
    """Where somebody is: on the site, a project, or a form of it."""

    project: str | None = None
    form: str | None = None
    has_cases: bool = False


@dataclass(frozen=True)
class Held:
    """A role as it was given: everywhere, on a project, or on one form of it."""

    role: Role
    project: str | None = None
    form: str | None = None

    def counts(self, spot: Spot) -> bool:
        """Whether the role counts on a spot: rights flow downwards, and not everyone is let near cases."""
        is_there = self.project in (None, spot.project) and self.form in (None, spot.form)
        return is_there and (self.role.cases or not spot.has_cases)


@dataclass(frozen=True)
class Sees:
    """How much of whose records. `keys` is None for the records of all."""

    clearance: Clearance = Clearance.NONE
    keys: frozenset[str] | None = frozenset()

    def reaches(self, scopes: Iterable[str]) -> bool:
        """Whether a record with these keys is shown; one without any belongs to no scope."""
        scopes = frozenset(scopes)
        return self.keys is None or not scopes or bool(scopes & self.keys)


@dataclass(frozen=True)
class Reader:
    """Somebody, with all that they were given, and their values by project and dimension."""

    held: tuple[Held, ...] = ()
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    is_proven: bool = True

    def verbs(self, spot: Spot) -> frozenset[str]:
        """What they may do there."""
        found = frozenset().union(*(each.role.verbs for each in self.held if each.counts(spot)))
        return found if self.is_proven else found - OVER_PEOPLE

    def look(self, spot: Spot) -> Sees:
        """What they see there on pages and of single records."""
        return self._sees(spot, {each: each.role.sees for each in self._reading(spot)})

    def take(self, spot: Spot) -> Sees:
        """What they take away from there."""
        return self._sees(spot, {each: each.role.takes for each in self._reading(spot)})

    def _reading(self, spot: Spot) -> list[Held]:
        return [each for each in self.held if each.counts(spot) and "submission.read" in each.role.verbs]

    def _sees(self, spot: Spot, levels: Mapping[Held, Clearance]) -> Sees:
        """The role with the highest clearance decides; where several have it, their records are put together."""
        highest = max(levels.values(), default=Clearance.NONE)
        if highest == Clearance.NONE:
            return Sees()
        deciding = [each.role for each, level in levels.items() if level == highest]
        theirs = self.values.get(spot.project or "", {})
        keys = None
        if all(role.scoped_by for role in deciding):
            keys = frozenset(
                f"{name}={value}" for role in deciding for name in role.scoped_by for value in theirs.get(name, ())
            )
        return Sees(highest if self.is_proven else min(highest, Clearance.PROGRAMME), keys)
