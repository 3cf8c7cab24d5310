"""Accounts of web users; and values of dimensions, which people and phones have alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


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
    lacks_second_step: bool = field(
        default=False, metadata={"help": "Whether a role of theirs opens nothing of people for want of one."}
    )
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
class PeopleFilter:
    """Which people are listed; it stays in the address."""

    text: str = field(default="", metadata={"help": "What the name or the address has in it."})
    role: str = field(default="", metadata={"help": 'The number of a role that they hold; "" for any.'})
    place: str = field(default="", metadata={"help": 'The project or form that it is for; "" for any.'})
    step: str = field(default="", metadata={"help": '"yes" with a second step, "no" without, "" for any.'})

    @property
    def is_set(self) -> bool:
        """Whether any are left out."""
        return bool(self.text or self.role or self.place or self.step)


@dataclass(frozen=True)
class AccountsPage:
    """The accounts that the filter leaves. Posts `name`, `email`, `password` (or none), `role` to `pages.accounts`."""

    template: ClassVar[str] = "accounts.html"

    accounts: tuple[AccountLine, ...] = field(metadata={"help": "By address."})
    total: int = field(metadata={"help": "How many there are."})
    filter: PeopleFilter = field(metadata={"help": "Which are listed."})
    held_roles: tuple[RoleOption, ...] = field(metadata={"help": "The roles to filter by."})
    places: tuple[RoleOption, ...] = field(metadata={"help": "The projects to filter by."})
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
