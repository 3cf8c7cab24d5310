"""What a phone's ODK Collect is, as it says with each request, and whether that is older than what a form asks for."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from forms.accounts import AppUser
from forms.catalogue import Demand

_COLLECT: Final = re.compile(r"org\.odk\.collect\.android/v?(\S+)")
#: The year in a version: "2026.2.1". Before 2021 it was "1.30".
_YEAR: Final = re.compile(r"([0-9]{1,4})\.")


def collect_version(user_agent: str) -> str:
    """Read the version of a Collect out of its User-Agent; "" where it is none."""
    found = _COLLECT.match(user_agent)
    return found[1] if found else ""


def collect_year(user_agent: str) -> int | None:
    """Read the year of a Collect out of its User-Agent; None where it is none."""
    found = _YEAR.match(collect_version(user_agent))
    return int(found[1]) if found else None


def titles(user: AppUser, demands: Iterable[Demand]) -> tuple[str, ...]:
    """List the forms that an app user may fill and whose phone's Collect is too old for them.

    Of other apps, of a phone that was never seen and of one without access nothing is said.
    """
    if user.token is None:
        return ()
    asked = (demand for demand in demands if user.id in demand.app_users)
    return tuple(demand.title for demand in asked if _is_too_old(user.user_agent or "", demand))


def counted(in_use: Mapping[int, str], demand: Demand) -> tuple[int, int]:
    """Count the phones in use that have a Collect too old for a form, and all of them that may fill it.

    `in_use` are their User-Agents by app user.
    """
    ours = [user_agent for number, user_agent in in_use.items() if number in demand.app_users]
    return sum(_is_too_old(user_agent, demand) for user_agent in ours), len(ours)


def _is_too_old(user_agent: str, demand: Demand) -> bool:
    year = collect_year(user_agent)
    return year is not None and year < demand.year
