"""What each page shows: one frozen dataclass per page, and nothing else.

A view fills one of these and hands it to `api.pages.render.render`; the template of that page reads it and reads
nothing else but the `Frame`. Each field carries its sentence in `metadata["help"]`, and a test holds that every
field is shown somewhere. No queries, no HTTP, no markup here: texts arrive ready to be read, values as Python values.

`frame` is what surrounds every page, `entry` the way in and the ways out, `projects`, `people`, `forms` and
`records` the pages themselves.
"""

from api.pages.contexts.entry import LoginPage, ProblemPage
from api.pages.contexts.forms import (
    AttachmentLine,
    Draft,
    FindingLine,
    FormHead,
    FormPage,
    UploadOutcome,
    UploadPage,
    VersionLine,
)
from api.pages.contexts.frame import Frame, Notice, Page, Viewer
from api.pages.contexts.people import (
    AccountLine,
    AccountsPage,
    AppUserLine,
    AppUserQrPage,
    AppUsersPage,
    LanOffer,
    QrCard,
    QrCode,
    QrSheetPage,
    RoleGroup,
    RoleOption,
    Unreachable,
)
from api.pages.contexts.projects import (
    FormLine,
    HomePage,
    NewProjectPage,
    ProjectCard,
    ProjectHead,
    ProjectPage,
    ProjectSettingsPage,
)
from api.pages.contexts.records import (
    Answer,
    Cell,
    Column,
    FieldOption,
    Group,
    HistoryLine,
    Misfit,
    Node,
    Repeat,
    RepeatRow,
    StoredFile,
    SubmissionFilter,
    SubmissionLine,
    SubmissionPage,
    SubmissionsPage,
)
from api.pages.contexts.results import Bar, DayCount, DownloadsPage, QuestionSummary, SummaryPage, TableLine

__all__ = [
    "AccountLine",
    "AccountsPage",
    "Answer",
    "AppUserLine",
    "AppUserQrPage",
    "AppUsersPage",
    "AttachmentLine",
    "Bar",
    "Cell",
    "Column",
    "DayCount",
    "DownloadsPage",
    "Draft",
    "FieldOption",
    "FindingLine",
    "FormHead",
    "FormLine",
    "FormPage",
    "Frame",
    "Group",
    "HistoryLine",
    "HomePage",
    "LanOffer",
    "LoginPage",
    "Misfit",
    "NewProjectPage",
    "Node",
    "Notice",
    "Page",
    "ProblemPage",
    "ProjectCard",
    "ProjectHead",
    "ProjectPage",
    "ProjectSettingsPage",
    "QrCard",
    "QrCode",
    "QrSheetPage",
    "QuestionSummary",
    "Repeat",
    "RepeatRow",
    "RoleGroup",
    "RoleOption",
    "StoredFile",
    "SubmissionFilter",
    "SubmissionLine",
    "SubmissionPage",
    "SubmissionsPage",
    "SummaryPage",
    "TableLine",
    "Unreachable",
    "UploadOutcome",
    "UploadPage",
    "VersionLine",
    "Viewer",
]
