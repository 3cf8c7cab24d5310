"""Looks at what is known of people: opening identity for a reason, and the log of all looks."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class SealedField:
    """A question whose answers are sealed, as one that may be opened."""

    path: str = field(metadata={"help": "Sent as `fields` to open it."})
    label: str = field(metadata={"help": "The question's label."})
    is_chosen: bool = field(default=False, metadata={"help": "Whether it was ticked already."})


@dataclass(frozen=True)
class OpenedAnswer:
    """A sealed answer, opened once."""

    label: str = field(metadata={"help": "The question's label, with the number of its row in a repeat."})
    text: str = field(metadata={"help": "The answer."})
    picture: str = field(default="", metadata={"help": "A picture as a data: address, where the answer is one."})


@dataclass(frozen=True)
class RevealPage:
    """Asks which sealed answers of one record to open and why; after it is posted, shows them, once."""

    template: ClassVar[str] = "reveal.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    instance_id: str = field(metadata={"help": "The record's id, for addresses."})
    fields: tuple[SealedField, ...] = field(metadata={"help": "The questions that hold a sealed answer."})
    reason: str = field(default="", metadata={"help": "What was typed as `reason`."})
    problem: str = field(default="", metadata={"help": "Why nothing was opened."})
    opened: tuple[OpenedAnswer, ...] | None = field(
        default=None, metadata={"help": "The opened answers, None before any is asked for."}
    )


@dataclass(frozen=True)
class HandoverLine:
    """A request for a download with identity."""

    id: int = field(metadata={"help": "Its number."})
    fields: tuple[str, ...] = field(metadata={"help": "The questions that are asked for, by label."})
    reason: str = field(metadata={"help": "Why, in the words of who asks."})
    who: str = field(metadata={"help": "Who asks."})
    requested: datetime = field(metadata={"help": "When."})
    expires: datetime = field(metadata={"help": "Until when it waits, or may be taken."})
    decider: str = field(metadata={"help": "Who decided, empty before."})
    state: Literal["waiting", "approved", "refused", "taken", "expired"] = field(metadata={"help": "Where it stands."})
    may_decide: bool = field(metadata={"help": "Whether the viewer may approve or refuse it now."})
    may_take: bool = field(metadata={"help": "Whether the viewer may download it now."})


@dataclass(frozen=True)
class HandoversPage:
    """Downloads with identity: ask for one, decide on others' requests, take what was approved."""

    template: ClassVar[str] = "handovers.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    lines: tuple[HandoverLine, ...] = field(metadata={"help": "The requests, newest first."})
    fields: tuple[SealedField, ...] = field(metadata={"help": "What can be asked for, empty where the viewer may not."})
    reason: str = field(default="", metadata={"help": "What was typed as `reason`."})
    problem: str = field(default="", metadata={"help": "Why it was not asked for."})


@dataclass(frozen=True)
class LookLine:
    """One line of the access log."""

    number: int = field(metadata={"help": "Its number in the chain."})
    at: datetime = field(metadata={"help": "When."})
    who: str = field(metadata={"help": "The person's display name."})
    role: str = field(metadata={"help": "The role in which they looked, in words."})
    action: str = field(metadata={"help": "What they did, in words."})
    what: str = field(metadata={"help": "At what: the form, the record, the questions."})
    instance_id: str = field(metadata={"help": "The record's id, empty where it was none."})
    reason: str = field(metadata={"help": "Why, in their words."})
    address: str = field(metadata={"help": "From which address."})
    is_alert: bool = field(metadata={"help": "Whether the log itself raised it."})


@dataclass(frozen=True)
class LookFilter:
    """Which lines are asked for; each is a field of the form that asks."""

    person: int | None = field(default=None, metadata={"help": "The person's number."})
    action: str = field(default="", metadata={"help": "The action, empty for any."})
    since: date | None = field(default=None, metadata={"help": "First day."})
    until: date | None = field(default=None, metadata={"help": "Last day."})

    @property
    def query(self) -> dict[str, object]:
        """The filter as an address carries it."""
        given = {"person": self.person, "action": self.action, "since": self.since, "until": self.until}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class LookChoice:
    """Something to choose in the filter."""

    value: str = field(metadata={"help": "What is sent."})
    label: str = field(metadata={"help": "What is read."})


@dataclass(frozen=True)
class ChainVerdict:
    """What checking the whole chain found."""

    count: int = field(metadata={"help": "How many lines there are, of all projects."})
    broken: tuple[int, ...] = field(metadata={"help": "Numbers of lines that are not as they were, or follow a gap."})
    last: str = field(metadata={"help": "The last hash, for the auditor's own notes."})


@dataclass(frozen=True)
class AccessLogPage:
    """Who looked at what is known of people, newest first."""

    template: ClassVar[str] = "access_log.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    lines: tuple[LookLine, ...] = field(metadata={"help": "A page of lines."})
    people: tuple[LookChoice, ...] = field(metadata={"help": "Who is in the log."})
    actions: tuple[LookChoice, ...] = field(metadata={"help": "What can be done."})
    filter: LookFilter = field(metadata={"help": "What is asked for."})
    older: int | None = field(default=None, metadata={"help": "The number from which older lines go on, or None."})
    alerts: int = field(default=0, metadata={"help": "How many alerts there were in the last 30 days."})
    waiting: tuple[str, ...] = field(
        default=(), metadata={"help": "Form ids with a request for a download with identity that nobody decided yet."}
    )
    verdict: ChainVerdict | None = field(default=None, metadata={"help": "The chain's check, where it was asked for."})
