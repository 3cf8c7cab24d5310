"""People and devices: app users with their QR codes, and accounts of web users."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

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
class ValueOption:
    """A value that the project's forms offer."""

    value: str = field(metadata={"help": "The code."})
    label: str = field(metadata={"help": "Its label in the form."})
    is_chosen: bool = field(metadata={"help": "Whether it is one of theirs."})


@dataclass(frozen=True)
class DimensionLine:
    """Values in one dimension: whose records somebody sees, where a phone's records belong."""

    name: str = field(metadata={"help": "The dimension; the fields are called `value.` and this name."})
    label: str = field(metadata={"help": "The dimension in words."})
    value: str = field(metadata={"help": "The values in words, in one line."})
    options: tuple[ValueOption, ...] = field(metadata={"help": "What the forms offer; none where codes are typed."})
    typed: str = field(metadata={"help": "Codes that are not among the options."})


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
    dimensions: tuple[DimensionLine, ...] = field(
        default=(), metadata={"help": "Where its records belong that do not say so themselves, by dimension."}
    )


@dataclass(frozen=True)
class AppUsersPage:
    """A project's app users. Posts `names` (one per line) and `expires` to `pages.app_users`; revokes elsewhere."""

    template: ClassVar[str] = "app_users.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    app_users: tuple[AppUserLine, ...] = field(metadata={"help": "Those with access first, newest first."})
    unreachable: Unreachable | None = field(default=None, metadata={"help": "Set while QR codes are refused."})
    names: str = field(default="", metadata={"help": "What was typed before, one name a line."})
    expires: str = field(default="", metadata={"help": "The last day that was typed before."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})
    overheard: Overheard | None = field(default=None, metadata={"help": "Set where forms with identity lack https."})
    may_change: bool = field(default=False, metadata={"help": "Whether the viewer may change the values."})
    dimensions: tuple[DimensionLine, ...] = field(
        default=(), metadata={"help": "The dimensions that the forms have, for those to be made."}
    )


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


@dataclass(frozen=True)
class AccountLine:
    """A web user's account."""

    id: int = field(metadata={"help": "Its number."})
    name: str = field(metadata={"help": "The display name."})
    email: str = field(metadata={"help": "The address to log in with."})
    roles: tuple[str, ...] = field(metadata={"help": "What the person may do, in words, one entry per role."})
    created: datetime = field(metadata={"help": "When the account was made."})
    last_login: datetime | None = field(metadata={"help": "When the person last logged in."})
    is_self: bool = field(metadata={"help": "Whether this is the viewer's own."})
    has_second_step: bool = field(default=False, metadata={"help": "Whether a code is asked for at the log-in."})
    is_locked: bool = field(default=False, metadata={"help": "Whether too many log-ins have failed just now."})


@dataclass(frozen=True)
class RoleOption:
    """A role that can be given to a new account."""

    value: str = field(metadata={"help": "What the field `role` posts."})
    label: str = field(metadata={"help": "The role in words."})


@dataclass(frozen=True)
class RoleGroup:
    """The roles of one project, or of the whole server."""

    label: str = field(metadata={"help": 'The project\'s name; "" for the whole server.'})
    options: tuple[RoleOption, ...] = field(metadata={"help": "The roles, strongest first."})


@dataclass(frozen=True)
class AccountsPage:
    """All accounts. Posts `name`, `email`, `password` (or none) and `role` to `pages.accounts`."""

    template: ClassVar[str] = "accounts.html"

    accounts: tuple[AccountLine, ...] = field(metadata={"help": "By name."})
    roles: tuple[RoleGroup, ...] = field(metadata={"help": "What a new account may be."})
    password_length: int = field(metadata={"help": "How many characters a password needs."})
    name: str = field(default="", metadata={"help": "What was typed before."})
    email: str = field(default="", metadata={"help": "What was typed before."})
    role: str = field(default="", metadata={"help": "What was chosen before."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class PersonPage:
    """One account, for administrators: a one-time link, a lost phone, shutting out. Each posts to its own address."""

    template: ClassVar[str] = "person.html"

    account: AccountLine = field(metadata={"help": "Whose account it is."})


@dataclass(frozen=True)
class LinkPage:
    """A one-time link with which somebody sets a password: shown this once, unless it was mailed."""

    template: ClassVar[str] = "link.html"

    name: str = field(metadata={"help": "Whose link it is."})
    email: str = field(metadata={"help": "The address to log in with."})
    link: str = field(default="", metadata={"help": 'The link; "" where it was mailed.'})
