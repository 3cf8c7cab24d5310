"""Believable pages over invented work: what the preview and the template tests show.

Every person, phone and record here is made up; names are posts, never people. Each file shows one part of the pages, and
`setting` is the project that all of them show.
"""

from collections.abc import Callable

from api.pages.contexts import Page
from tests.support import boards
from tests.support.samples import (
    accounts,
    answers,
    drafts,
    forms,
    gallery,
    identity,
    logs,
    people,
    phones,
    places,
    projects,
    records,
    surroundings,
)
from tests.support.samples.setting import CASES, PROJECT
from tests.support.samples.surroundings import frame, frames

__all__ = ["frame", "frames", "pages"]


def pages() -> dict[str, Page | Callable[[str], Page]]:
    """Give every page in each of its moods, under a short name; some are made for a language, within a request."""
    # `dict(...)` and no literal: it refuses a page's name that two parts give.
    return dict(
        **boards.pages(PROJECT, CASES),
        **accounts.pages(),
        **projects.pages(),
        **forms.pages(),
        **drafts.pages(),
        **records.pages(),
        **answers.pages(),
        **gallery.pages(),
        **places.pages(),
        **identity.pages(),
        **logs.pages(),
        **phones.pages(),
        **people.pages(),
        **surroundings.pages(),
    )
