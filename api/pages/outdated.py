"""Phones whose ODK Collect is older than what a form asks for. Collect says its version with each request."""

import re
from collections.abc import Iterable
from typing import Final

from forms.accounts import AppUser
from forms.catalogue import Demand

#: The year in Collect's version: "org.odk.collect.android/v2026.2.1 …". Before 2021 it was "v1.30".
_YEAR: Final = re.compile(r"org\.odk\.collect\.android/v?([0-9]{1,4})\.")


def titles(user: AppUser, demands: Iterable[Demand]) -> tuple[str, ...]:
    """List the forms that an app user may fill and whose phone's Collect is too old for them.

    Of other apps, of a phone that was never seen and of one without access nothing is said.
    """
    year = collect_year(user.user_agent or "")
    if user.token is None or year is None:
        return ()
    return tuple(demand.title for demand in demands if user.id in demand.app_users and year < demand.year)


def collect_year(user_agent: str) -> int | None:
    """Read the year of a Collect out of its User-Agent; None where it is none."""
    found = _YEAR.match(user_agent)
    return int(found[1]) if found else None


def counted(users: Iterable[AppUser], demand: Demand) -> tuple[int, int]:
    """Count the phones in use that have a Collect too old for a form, and all phones in use that may fill it."""
    ours = [user for user in users if user.token and user.last_seen and user.id in demand.app_users]
    return sum(bool(titles(user, [demand])) for user in ours), len(ours)
