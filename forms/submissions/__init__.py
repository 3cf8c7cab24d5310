"""Submissions: what phones and programs send, kept and read again.

`receive` is the only writer and tells a submission's whole story; `attach` adds one file to a kept one; `read` gives
what is kept back: records, their contents, XML and files. `review` is what people make of a record: states, comments.
`trials` are what phones send to try a draft. Typed answers are read through `forms.answers`.
"""

from forms.submissions.attach import attach
from forms.submissions.changes import Change, changes
from forms.submissions.handover import (
    HandedTable,
    Handover,
    decide_handover,
    list_handovers,
    request_handover,
    take_handover,
    waiting_handovers,
)
from forms.submissions.looked import looked, names_of, took
from forms.submissions.read import (
    Counts,
    File,
    Kept,
    Pictured,
    contents,
    count_by_form,
    count_by_project,
    count_files,
    count_pictured,
    file,
    files,
    find,
    find_sent,
    gallery,
    instance_name,
    laid_out,
    list_kept,
    media,
    root_of,
    xml,
)
from forms.submissions.receive import Part, Received, Sender, answer_context, create, receive
from forms.submissions.reveal import Revealed, reveal
from forms.submissions.review import (
    LONGEST_COMMENT,
    Line,
    Said,
    comment,
    comments,
    lines,
    needed_for_comments,
    review,
)
from forms.submissions.trials import Tried, count_trials, list_trials, open_trial, receive_trial

__all__ = [
    "LONGEST_COMMENT",
    "Change",
    "Counts",
    "File",
    "HandedTable",
    "Handover",
    "Kept",
    "Line",
    "Part",
    "Pictured",
    "Received",
    "Revealed",
    "Said",
    "Sender",
    "Tried",
    "answer_context",
    "attach",
    "changes",
    "comment",
    "comments",
    "contents",
    "count_by_form",
    "count_by_project",
    "count_files",
    "count_pictured",
    "count_trials",
    "create",
    "decide_handover",
    "file",
    "files",
    "find",
    "find_sent",
    "gallery",
    "instance_name",
    "laid_out",
    "lines",
    "list_handovers",
    "list_kept",
    "list_trials",
    "looked",
    "media",
    "names_of",
    "needed_for_comments",
    "open_trial",
    "receive",
    "receive_trial",
    "request_handover",
    "reveal",
    "review",
    "root_of",
    "take_handover",
    "took",
    "waiting_handovers",
    "xml",
]
