"""What surrounds every page: who looks, in which language, and what was just done."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol


class Page(Protocol):
    """A page's context: a frozen dataclass that names its template."""

    template: ClassVar[str]


@dataclass(frozen=True)
class Viewer:
    """The person who is logged in."""

    name: str = field(metadata={"help": "The display name, shown beside the way out."})
    may_administer: bool = field(metadata={"help": "Whether the accounts page is offered."})


@dataclass(frozen=True)
class Notice:
    """One sentence on top of the page, about what was just done."""

    tone: Literal["good", "info", "warning", "problem"] = field(metadata={"help": "How it is coloured and announced."})
    text: str = field(metadata={"help": "The sentence, in the page's language."})


@dataclass(frozen=True)
class Frame:
    """What every page needs beside its own context."""

    language: Literal["id", "en"] = field(metadata={"help": "The language of the page."})
    csrf_token: str = field(metadata={"help": "Goes into the hidden field `__csrf` of every form that posts."})
    here: str = field(metadata={"help": "Path and query of this page: the language switch comes back to it."})
    viewer: Viewer | None = field(default=None, metadata={"help": "Who is logged in, or None."})
    notices: tuple[Notice, ...] = field(default=(), metadata={"help": "What was just done, first things first."})
    asks_second_step: bool = field(
        default=False, metadata={"help": "Whether a notice says that people's data wait for a second step."}
    )
    is_demo: bool = field(default=False, metadata={"help": "Whether a ribbon says that all data are made up."})
