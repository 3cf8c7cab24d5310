"""One's own account: what opens it, and where it is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from api.pages.contexts.phones import QrCode


@dataclass(frozen=True)
class SessionLine:
    """A browser or program in which one is logged in."""

    id: int = field(metadata={"help": "Its number."})
    browser: str = field(metadata={"help": 'What it calls itself, in a few words ("Firefox, Windows").'})
    address: str = field(metadata={"help": "The network address that the log-in came from."})
    since: datetime = field(metadata={"help": "When the log-in was."})
    last_seen: datetime = field(metadata={"help": "When it last asked for anything, to the minute."})
    is_this: bool = field(metadata={"help": "Whether it is the one that shows this page."})


@dataclass(frozen=True)
class AccountPage:
    """One's own account. Posts `old` and `password` to `pages.change_password`, ends sessions, takes the step off."""

    template: ClassVar[str] = "account.html"

    name: str = field(metadata={"help": "The display name."})
    email: str = field(metadata={"help": "The address to log in with."})
    second_step_since: datetime | None = field(metadata={"help": "Since when a code is asked for, or None."})
    needs_second_step: bool = field(metadata={"help": "Whether a role opens people's data, which takes a code."})
    sessions: tuple[SessionLine, ...] = field(metadata={"help": "Where one is logged in, last used first."})
    password_length: int = field(metadata={"help": "How many characters a password needs."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class SecondStepPage:
    """Set an authenticator app up. Posts nothing to begin with; then `password` and the app's first `code`."""

    template: ClassVar[str] = "second_step.html"

    is_set_up: bool = field(default=False, metadata={"help": "Whether a second step is there already."})
    secret: str = field(default="", metadata={"help": 'The secret to type in, in groups of four; "" at first.'})
    qr: QrCode | None = field(default=None, metadata={"help": "The same to scan."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})
