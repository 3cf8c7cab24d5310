"""The way in, and every way of being turned away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class LoginPage:
    """Log in with e-mail and password. Posts `email`, `password` and `next` to `pages.login`."""

    template: ClassVar[str] = "login.html"

    email: str = field(default="", metadata={"help": "What was typed before, when the password was wrong."})
    problem: str = field(default="", metadata={"help": 'Why the last try was refused; "" at first.'})
    next: str = field(default="", metadata={"help": "The path to go to afterwards; the view checks that it is ours."})
    can_mail: bool = field(default=False, metadata={"help": "Whether a one-time link can be mailed."})


@dataclass(frozen=True)
class CodePage:
    """Log in: the second step, after the password was right. Posts `ticket`, `code` and `next` to `pages.login`."""

    template: ClassVar[str] = "login_code.html"

    ticket: str = field(metadata={"help": "Sealed: who gave the right password, and until when that is good."})
    problem: str = field(default="", metadata={"help": 'Why the last code was refused; "" at first.'})
    next: str = field(default="", metadata={"help": "The path to go to afterwards; the view checks that it is ours."})


@dataclass(frozen=True)
class ForgottenPage:
    """Ask for a one-time link by mail. Posts `email` to `pages.forgotten`."""

    template: ClassVar[str] = "forgotten.html"

    is_sent: bool = field(default=False, metadata={"help": "Whether it was asked for; nobody is told if it was sent."})
    problem: str = field(default="", metadata={"help": 'Why it was refused; "" at first.'})


@dataclass(frozen=True)
class ResetPage:
    """Set a password with a one-time link. Posts `password` and `again` to its own address."""

    template: ClassVar[str] = "reset.html"

    token: str = field(default="", metadata={"help": "The link's token, for the form's address."})
    email: str = field(default="", metadata={"help": 'Whose password it is; "" where the link is good no more.'})
    password_length: int = field(default=0, metadata={"help": "How many characters a password needs."})
    problem: str = field(default="", metadata={"help": "Why the link cannot be used."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class ProblemPage:
    """A refusal, a page that is not there, or our own fault: what happened and what to do."""

    template: ClassVar[str] = "problem.html"

    status: int = field(metadata={"help": "The HTTP status: 404, 403 and 500 have a title of their own."})
    code: str = field(metadata={"help": 'The problem\'s number ("409.6"), for whoever asks for help.'})
    text: str = field(metadata={"help": "The problem's text in the page's language."})
    back: str = field(default="", metadata={"help": 'Where "go back" leads; "" for the first page.'})
