"""How to take the submissions of a form away."""

from dataclasses import dataclass, field
from typing import ClassVar

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead


@dataclass(frozen=True)
class TableLine:
    """One table of a download: the form itself, or one of its repeats."""

    name: str = field(metadata={"help": "The name of its sheet and of its CSV file, without the ending."})
    label: str = field(metadata={"help": "The form's title or the repeat's label."})
    rows: int = field(metadata={"help": "How many rows it has."})
    columns: int = field(metadata={"help": "How many columns it has."})


@dataclass(frozen=True)
class DownloadsPage:
    """Take the data away. `pages.download` is asked with `format` xlsx, zip (all CSV) or csv (with `table`)."""

    template: ClassVar[str] = "downloads.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    tables: tuple[TableLine, ...] = field(metadata={"help": "The form's table first, then its repeats."})
    left_out: tuple[str, ...] = field(metadata={"help": "Labels of the sealed questions, which no download holds."})
    files: int = field(metadata={"help": "How many photos and other files there are, which are not in the tables."})
    may_hand_over: bool = field(
        default=False, metadata={"help": "Whether the viewer may ask for a download with identity, or approve one."}
    )
