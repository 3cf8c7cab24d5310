"""The way in, and every way of being turned away."""

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class LoginPage:
    """Log in with e-mail and password. Posts `email`, `password` and `next` to `pages.login`."""

    template: ClassVar[str] = "login.html"

    email: str = field(default="", metadata={"help": "What was typed before, when the password was wrong."})
    problem: str = field(default="", metadata={"help": 'Why the last try was refused; "" at first.'})
    next: str = field(default="", metadata={"help": "The path to go to afterwards; the view checks that it is ours."})


@dataclass(frozen=True)
class ProblemPage:
    """A refusal, a page that is not there, or our own fault: what happened and what to do."""

    template: ClassVar[str] = "problem.html"

    status: int = field(metadata={"help": "The HTTP status: 404, 403 and 500 have a title of their own."})
    code: str = field(metadata={"help": 'The problem\'s number ("409.6"), for whoever asks for help.'})
    text: str = field(metadata={"help": "The problem's text in the page's language."})
    back: str = field(default="", metadata={"help": 'Where "go back" leads; "" for the first page.'})
