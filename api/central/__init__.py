"""The REST API of ODK Central, as far as programs need it today; what is not here is 404.1.

A module for each resource, `door` for what they share. Paths, shapes, codes and quirks are Central's, since pyODK,
ruODK and others rely on them; the rules themselves live in `forms`.
"""

from api.central import (
    app_users,
    attachments,
    drafts,
    exports,
    forms,
    projects,
    properties,
    roles,
    sessions,
    submissions,
    users,
)
from api.central.door import central

__all__ = [
    "app_users",
    "attachments",
    "central",
    "drafts",
    "exports",
    "forms",
    "projects",
    "properties",
    "roles",
    "sessions",
    "submissions",
    "users",
]
