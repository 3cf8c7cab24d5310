"""A draft: what it holds and changes, trying it on phones, publishing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from api.pages.contexts.forms import AttachmentLine, ChangeList, FindingLine, FormHead
from api.pages.contexts.phones import Overheard, QrCode, Unreachable
from api.pages.contexts.projects import ProjectHead
from api.pages.contexts.records import Misfit, Node


@dataclass(frozen=True)
class Draft:
    """The version that waits to be published."""

    version: str = field(metadata={"help": "The version's name in the workbook."})
    uploaded: datetime = field(metadata={"help": "When the workbook was uploaded."})
    uploader: str = field(metadata={"help": "Who uploaded it."})
    questions: int = field(metadata={"help": "How many questions it asks."})
    has_workbook: bool = field(metadata={"help": "Whether it came as a workbook that can be downloaded."})
    attachments: tuple[AttachmentLine, ...] = field(metadata={"help": "The files that it needs."})
    warnings: tuple[FindingLine, ...] = field(metadata={"help": "What was found in the workbook and not refused."})
    needs_version: bool = field(metadata={"help": "Whether its version is taken, so that another is asked for."})


@dataclass(frozen=True)
class TrialLine:
    """A record that a phone sent to try a draft."""

    id: int = field(metadata={"help": "Its number in the address."})
    received: datetime = field(metadata={"help": "When it arrived."})
    device: str = field(metadata={"help": 'The device that sent it, or "".'})
    answered: int = field(metadata={"help": "How many questions are answered in it."})
    misfits: int = field(metadata={"help": "How many answers do not fit their questions."})
    files_named: int = field(metadata={"help": "How many pictures and recordings it names."})
    files_came: int = field(metadata={"help": "How many of them have arrived."})


@dataclass(frozen=True)
class Trying:
    """How a draft is tried on a phone, and what came of it."""

    qr: QrCode | None = field(metadata={"help": "The code for Collect; None where no phone would reach the address."})
    unreachable: Unreachable | None = field(metadata={"help": "Why there is no code."})
    overheard: Overheard | None = field(metadata={"help": "That others could read along, where the form has identity."})
    trials: tuple[TrialLine, ...] = field(metadata={"help": "What phones have sent, the newest first."})


@dataclass(frozen=True)
class BrokenView:
    """A figure that asks for something that the draft no longer has."""

    board: str = field(metadata={"help": "The title of the form or dashboard whose figure it is."})
    text: str = field(metadata={"help": "Its cell, and what is missing there."})


@dataclass(frozen=True)
class DraftPage:
    """The way of a draft, step by step: look at it, give it its files, try it on a phone, compare, publish.

    Posts files (`files`, several at once, matched by name) to `pages.attach`; one file with its slot's `name` to
    the same address; `version` and `note` to `pages.publish`; nothing to `pages.draft_delete`.
    """

    template: ClassVar[str] = "draft.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    draft: Draft = field(metadata={"help": "The draft."})
    trying: Trying = field(metadata={"help": "How it is tried on a phone."})
    changes: ChangeList | None = field(metadata={"help": "What it changes; None where nothing was published before."})
    broken_views: tuple[BrokenView, ...] = field(default=(), metadata={"help": "The figures that it breaks."})
    file_problems: tuple[str, ...] = field(default=(), metadata={"help": "Why none of the files was taken."})
    version: str = field(default="", metadata={"help": "The new version's name in the publish form."})
    note: str = field(default="", metadata={"help": "The note in the publish form."})
    problems: Mapping[str, str] = field(default_factory=dict, metadata={"help": "Field name → why it was refused."})


@dataclass(frozen=True)
class TrialPage:
    """One record that tried a draft, in full."""

    template: ClassVar[str] = "trial.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    trial: TrialLine = field(metadata={"help": "When it came, from which device, with which files."})
    misfits: tuple[Misfit, ...] = field(metadata={"help": "Answers that do not fit their questions."})
    items: tuple[Node, ...] = field(metadata={"help": "Its answers, nested as the form is."})
    has_masked: bool = field(metadata={"help": "Whether an answer is masked."})
