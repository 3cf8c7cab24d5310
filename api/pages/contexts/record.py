"""One submission in full, and what was done with it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead
from api.pages.contexts.records import Answer, Cell, Misfit, Node, ReviewState, StoredFile


@dataclass(frozen=True)
class ChangedAnswer:
    """One answer that an edit changed."""

    label: str = field(metadata={"help": "The question's label, after the rounds of repeats that it is in."})
    old: Cell = field(metadata={"help": "What was answered before."})
    new: Cell = field(metadata={"help": "What is answered since."})


@dataclass(frozen=True)
class ActivityLine:
    """One thing that was done with a submission."""

    kind: Literal["created", "edited", "review", "comment", "reveal"] = field(metadata={"help": "What was done."})
    at: datetime = field(metadata={"help": "When."})
    who: str = field(metadata={"help": 'By whom, "" where that is not known.'})
    text: str = field(default="", metadata={"help": "What they said: a comment, or the reason of a reveal."})
    state: ReviewState = field(default="received", metadata={"help": "The review state that it was given."})
    version_id: str = field(default="", metadata={"help": "The instance id of the version that arrived then."})
    number: int = field(default=0, metadata={"help": "That version's number, 1 for the first."})
    is_shown: bool = field(default=False, metadata={"help": "Whether the page shows that version."})
    source: str = field(default="", metadata={"help": "The device and the program that it came from."})
    changed: int | None = field(
        default=None, metadata={"help": "How many answers an edit changed; None for the oldest of many edits."}
    )
    changes: tuple[ChangedAnswer, ...] = field(default=(), metadata={"help": "The first of them."})


@dataclass(frozen=True)
class SubmissionPage:
    """One submission in full."""

    template: ClassVar[str] = "submission.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    instance_id: str = field(metadata={"help": "The submission's id: that of its first version."})
    name: str = field(metadata={"help": 'The instance name, or "".'})
    version: str = field(metadata={"help": "The form version that it was filled with."})
    received: datetime = field(metadata={"help": "When the first version arrived."})
    submitter: str = field(metadata={"help": "Who sent the first version."})
    device: str = field(metadata={"help": 'The device\'s id, or "".'})
    review: ReviewState = field(metadata={"help": "Its review state."})
    items: tuple[Node, ...] = field(metadata={"help": "Questions and answers, nested as the form is."})
    asides: tuple[Answer, ...] = field(
        metadata={"help": "What nobody was asked: metadata and calculations without a label, folded at the end."}
    )
    has_masked: bool = field(metadata={"help": "Whether any answer is masked, which is then explained."})
    blanks: int = field(metadata={"help": "How many questions have no answer."})
    shows_blanks: bool = field(metadata={"help": "Whether `items` holds them (`blanks=1` in the address)."})
    files: tuple[StoredFile, ...] = field(metadata={"help": "All files of it, in the form's order."})
    misfits: tuple[Misfit, ...] = field(metadata={"help": "Answers that did not fit their type."})
    activity: tuple[ActivityLine, ...] = field(metadata={"help": "All that was done with it, newest first."})
    older_id: str = field(default="", metadata={"help": "The submission that arrived before this one."})
    newer_id: str = field(default="", metadata={"help": "The submission that arrived after this one."})
    way: str = field(default="", metadata={"help": "The filter of the table that it was opened from, as a query."})
    may_review: bool = field(default=False, metadata={"help": "Whether the viewer may give it a review state."})
    may_comment: bool = field(default=False, metadata={"help": "Whether the viewer reads and writes comments on it."})
    may_reveal: bool = field(
        default=False, metadata={"help": "Whether the viewer may open what is sealed, for a reason."}
    )

    @property
    def outdated(self) -> ActivityLine | None:
        """The version that this page shows, where it is not the newest."""
        versions = [line for line in self.activity if line.version_id]
        return next((line for line in versions[1:] if line.is_shown), None)
