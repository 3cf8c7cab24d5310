"""App users: the phones of a project, many made at once, and their QR codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from api.pages.contexts.forms import UploadOutcome
from api.pages.contexts.people import DimensionLine
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class QrCode:
    """A QR code as a drawing: `api.pages.qr.draw` makes it."""

    size: int = field(metadata={"help": "Width and height in modules, quiet zone included."})
    path: str = field(metadata={"help": "The dark modules as SVG path data."})


@dataclass(frozen=True)
class LanOffer:
    """An address under which phones in the same network could reach this server."""

    address: str = field(metadata={"help": 'The server\'s address there, such as "http://192.168.1.10:8383".'})
    bind: str = field(metadata={"help": 'What `serve --bind` needs to answer there, such as "0.0.0.0:8383".'})
    is_listening: bool = field(metadata={"help": "Whether this page can be opened there."})
    url: str = field(default="", metadata={"help": "This same page under that address, where it can be opened."})


@dataclass(frozen=True)
class Unreachable:
    """Why a QR code is refused: its address would mean the phone itself."""

    address: str = field(metadata={"help": "The server's address as it is now."})
    offers: tuple[LanOffer, ...] = field(metadata={"help": "Addresses of this machine in its networks."})


@dataclass(frozen=True)
class Overheard:
    """What follows from an address without https, under which others in the network can read along."""

    address: str = field(metadata={"help": "The server's address as it is now."})
    forms: tuple[str, ...] = field(metadata={"help": "Titles of the forms that ask for identity."})
    is_allowed: bool = field(metadata={"help": "Whether they travel all the same, as LENTERA_PLAIN_HTTP says."})


@dataclass(frozen=True)
class AppUserLine:
    """A device or person that sends with ODK Collect."""

    id: int = field(metadata={"help": "Its number."})
    name: str = field(metadata={"help": "Its display name."})
    created: datetime = field(metadata={"help": "When it was made."})
    last_seen: datetime | None = field(metadata={"help": "When its key was last used."})
    submissions: int = field(metadata={"help": "How many submissions it has sent in this project."})
    is_revoked: bool = field(metadata={"help": "Whether its key has been withdrawn."})
    expires: datetime | None = field(default=None, metadata={"help": "The last moment of its key, or None for never."})
    is_expired: bool = field(default=False, metadata={"help": "Whether that moment has passed."})
    last_sent: datetime | None = field(default=None, metadata={"help": "When a submission last arrived."})
    program: str = field(default="", metadata={"help": 'What it sends with, such as "Collect 2026.2.1".'})
    device: str = field(default="", metadata={"help": 'What it is, such as "SM-T505, Android 11".'})
    too_old_for: tuple[str, ...] = field(
        default=(), metadata={"help": "Titles of the forms that its Collect is too old for."}
    )
    dimensions: tuple[DimensionLine, ...] = field(
        default=(), metadata={"help": "Where its records belong that do not say so themselves, by dimension."}
    )


@dataclass(frozen=True)
class AppUserFilter:
    """Which app users are listed, and in which order; it stays in the address."""

    name: str = field(default="", metadata={"help": "What the name has in it."})
    state: str = field(default="", metadata={"help": '"active", "ends", "expired", "withdrawn", "old" or "" for any.'})
    values: Mapping[str, str] = field(
        default_factory=dict, metadata={"help": "Dimension → the code that it must have."}
    )
    order: str = field(default="", metadata={"help": "What they are ordered by, see `AppUsersPage.orders`."})

    @property
    def is_set(self) -> bool:
        """Whether any are left out."""
        return bool(self.name or self.state or any(self.values.values()))

    @property
    def query(self) -> dict[str, str]:
        """The same in an address."""
        values = {f"value.{name}": code for name, code in self.values.items()}
        words = {"name": self.name, "state": self.state, **values, "order": self.order}
        return {name: word for name, word in words.items() if word}


@dataclass(frozen=True)
class FilterChoice:
    """One of several in a list to choose from."""

    value: str = field(metadata={"help": "What the field posts."})
    label: str = field(metadata={"help": "It in words."})


@dataclass(frozen=True)
class ValueChoice:
    """A dimension that the list can be filtered by."""

    name: str = field(metadata={"help": "The dimension; the field is called `value.` and this name."})
    label: str = field(metadata={"help": "The dimension in words."})
    options: tuple[FilterChoice, ...] = field(metadata={"help": "The codes that app users have."})


@dataclass(frozen=True)
class AppUsersPage:
    """A project's app users, a page at a time. Ticked ones go to `pages.qr_sheet` or `pages.app_users_withdraw`."""

    template: ClassVar[str] = "app_users.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    app_users: tuple[AppUserLine, ...] = field(metadata={"help": "Those of this page, in order."})
    total: int = field(metadata={"help": "How many the project has."})
    matching: int = field(metadata={"help": "How many the filter leaves."})
    filter: AppUserFilter = field(metadata={"help": "Which are listed, and how."})
    states: tuple[FilterChoice, ...] = field(default=(), metadata={"help": "The states to filter by."})
    values: tuple[ValueChoice, ...] = field(default=(), metadata={"help": "The dimensions to filter by."})
    orders: tuple[FilterChoice, ...] = field(default=(), metadata={"help": "What they can be ordered by."})
    has_dimensions: bool = field(default=False, metadata={"help": "Whether the forms have any dimension."})
    previous_page: int | None = field(default=None, metadata={"help": "The page before this one."})
    next_page: int | None = field(default=None, metadata={"help": "The page after this one."})
    unreachable: Unreachable | None = field(default=None, metadata={"help": "Set while QR codes are refused."})
    overheard: Overheard | None = field(default=None, metadata={"help": "Set where forms with identity lack https."})


@dataclass(frozen=True)
class AppUserPage:
    """One app user: what is known of it, its values (posted to `pages.app_user_values`), and its withdrawal."""

    template: ClassVar[str] = "app_user.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    app_user: AppUserLine = field(metadata={"help": "Whose page it is."})
    may_change: bool = field(metadata={"help": "Whether the viewer may change the values."})
    problem: str = field(default="", metadata={"help": "Why values were refused."})


@dataclass(frozen=True)
class PlannedAppUser:
    """One line of a list, as it would be made."""

    name: str = field(metadata={"help": "The app user's name."})
    values: tuple[str, ...] = field(metadata={"help": "Where its records will belong, a dimension each."})
    last_day: date | None = field(metadata={"help": "Its last day, or None for none."})
    is_there: bool = field(metadata={"help": "Whether one of this name has access already."})


@dataclass(frozen=True)
class AppUsersAddPage:
    """Make app users, from a pasted list or a workbook: shown first, then made. All posts to `pages.app_users_add`.

    A list is `names`, with `expires` and `value.NAME` for lines that say nothing; a workbook is the file `workbook`.
    Confirmed is a list by `confirmed`, a workbook by `kept`.
    """

    template: ClassVar[str] = "app_users_add.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    limit: int = field(metadata={"help": "The largest workbook that is taken, in bytes."})
    most: int = field(metadata={"help": "How many can be made at once."})
    headings: tuple[str, ...] = field(metadata={"help": "The columns of a list in words, in order."})
    dimensions: tuple[DimensionLine, ...] = field(metadata={"help": "The dimensions that the forms have."})
    names: str = field(default="", metadata={"help": "What was pasted before."})
    expires: str = field(default="", metadata={"help": "The last day that was typed before."})
    planned: tuple[PlannedAppUser, ...] = field(default=(), metadata={"help": "What would be made."})
    found: UploadOutcome | None = field(default=None, metadata={"help": "What was found; None before a list."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class WithdrawPage:
    """Asks before the access of several app users is withdrawn. Posts `app_user` to `pages.app_users_withdraw`."""

    template: ClassVar[str] = "app_users_withdraw.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    app_users: tuple[AppUserLine, ...] = field(metadata={"help": "Those ticked whose access is not withdrawn yet."})


@dataclass(frozen=True)
class AppUserQrPage:
    """One app user's QR code, large, with what to do."""

    template: ClassVar[str] = "app_user_qr.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    app_user: AppUserLine = field(metadata={"help": "Whose code it is."})
    address: str = field(metadata={"help": "The server's address that the code leads to (without the key)."})
    qr: QrCode | None = field(metadata={"help": "The code; None while it is refused."})
    unreachable: Unreachable | None = field(default=None, metadata={"help": "Why it is refused."})
    previous_id: int | None = field(default=None, metadata={"help": "The app user before this one in the list."})
    next_id: int | None = field(default=None, metadata={"help": "The app user after this one in the list."})
    overheard: Overheard | None = field(default=None, metadata={"help": "Set where forms with identity lack https."})


@dataclass(frozen=True)
class QrCard:
    """One card of the sheet."""

    name: str = field(metadata={"help": "The app user's name."})
    qr: QrCode = field(metadata={"help": "The code."})


@dataclass(frozen=True)
class QrSheetPage:
    """Cards to print on A4 and cut: two by four on a sheet."""

    template: ClassVar[str] = "qr_sheet.html"

    project: ProjectHead = field(metadata={"help": "The project, named on each card."})
    cards: tuple[QrCard, ...] = field(metadata={"help": "The cards, by name; empty while they are refused."})
    address: str = field(metadata={"help": "The server's address that the codes lead to (without the key)."})
    printed: date = field(metadata={"help": "Today, for the foot of each card."})
    unreachable: Unreachable | None = field(default=None, metadata={"help": "Why they are refused."})
    overheard: Overheard | None = field(default=None, metadata={"help": "Set where forms with identity lack https."})
