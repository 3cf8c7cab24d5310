"""Projects, forms, their drafts and versions, and the files that they ask for.

A definition is immutable once it is stored. The XForm's bytes are kept as they were made and served as they are kept:
phones compare their MD5 with the list's for ever after. Read `publishing` for a form's life; `versions` tells which
definition stands for a form, and to whom.
"""

from forms.catalogue.attachments import (
    Misplaced,
    attachment,
    attachments,
    choices_of_file,
    clear_attachment,
    misplaced,
    set_attachment,
)
from forms.catalogue.comparing import DraftChanges, changes_between, draft_changes
from forms.catalogue.counted import broken_views, check_views, lint, sources, views_of
from forms.catalogue.demands import Demand, demands
from forms.catalogue.dimensions import (
    declare_property,
    demand_declared,
    offered_values,
    property_names,
    values_in_use,
)
from forms.catalogue.lists import UNREAD_LISTS, blobs_of_lists, columns_of, read_lists
from forms.catalogue.projects import (
    all_projects,
    create_project,
    delete_project,
    is_demo,
    list_projects,
    project,
    update_project,
)
from forms.catalogue.publishing import (
    STATES,
    back_to,
    copy_to_draft,
    create_form,
    delete_draft,
    delete_form,
    publish,
    set_draft,
    set_state,
)
from forms.catalogue.trying import demand_draft_token, draft_token
from forms.catalogue.uploads import Upload, put_aside, taken_up
from forms.catalogue.versions import (
    Listed,
    current,
    demand_open,
    draft,
    form,
    list_for_phone,
    list_forms,
    list_versions,
    published,
    represented,
    schema,
    titles_with_identity,
    version,
    workbook_of,
    xform,
)

__all__ = [
    "STATES",
    "UNREAD_LISTS",
    "Demand",
    "DraftChanges",
    "Listed",
    "Misplaced",
    "Upload",
    "all_projects",
    "attachment",
    "attachments",
    "back_to",
    "blobs_of_lists",
    "broken_views",
    "changes_between",
    "check_views",
    "choices_of_file",
    "clear_attachment",
    "columns_of",
    "copy_to_draft",
    "create_form",
    "create_project",
    "current",
    "declare_property",
    "delete_draft",
    "delete_form",
    "delete_project",
    "demand_declared",
    "demand_draft_token",
    "demand_open",
    "demands",
    "draft",
    "draft_changes",
    "draft_token",
    "form",
    "is_demo",
    "lint",
    "list_for_phone",
    "list_forms",
    "list_projects",
    "list_versions",
    "misplaced",
    "offered_values",
    "project",
    "property_names",
    "publish",
    "published",
    "put_aside",
    "read_lists",
    "represented",
    "schema",
    "set_attachment",
    "set_draft",
    "set_state",
    "sources",
    "taken_up",
    "titles_with_identity",
    "update_project",
    "values_in_use",
    "version",
    "views_of",
    "workbook_of",
    "xform",
]
