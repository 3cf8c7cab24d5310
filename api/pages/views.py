"""Every page, gathered: importing this module declares the routes of the door for people."""

from api.pages import (
    account,
    drafts,
    entry,
    forms,
    grants,
    handovers,
    looks,
    people,
    phones,
    places,
    projects,
    record,
    records,
    results,
    roles,
    uploads,
)
from api.pages.dashboards import board
from api.pages.door import install
from api.pages.render import STATIC

__all__ = [
    "STATIC",
    "account",
    "board",
    "drafts",
    "entry",
    "forms",
    "grants",
    "handovers",
    "install",
    "looks",
    "people",
    "phones",
    "places",
    "projects",
    "record",
    "records",
    "results",
    "roles",
    "uploads",
]
