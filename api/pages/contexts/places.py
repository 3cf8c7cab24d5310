"""A form's records as pictures and as places."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from api.pages.contexts.forms import FormHead
from api.pages.contexts.projects import ProjectHead
from api.pages.contexts.records import FieldOption, Filtered, Query, StoredFile


@dataclass(frozen=True)
class GalleryItem:
    """One file in the gallery."""

    instance_id: str = field(metadata={"help": "The submission that it is of."})
    received: datetime = field(metadata={"help": "When that arrived."})
    file: StoredFile | None = field(metadata={"help": "The file; None where it may show a person and stays sealed."})


@dataclass(frozen=True)
class GalleryPage:
    """The files of a form's submissions, those of the newest first, a page at a time."""

    template: ClassVar[str] = "gallery.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    filtered: Filtered = field(metadata={"help": "What is filtered, and how much that leaves."})
    items: tuple[GalleryItem, ...] = field(metadata={"help": "The files of this page."})
    files: int = field(default=0, metadata={"help": "How many files a filter leaves; 0 without one."})
    records: int = field(default=0, metadata={"help": "Of how many submissions they are."})
    is_first: bool = field(default=True, metadata={"help": "Whether this is the first page."})
    older: str = field(default="", metadata={"help": 'Cursor for the field `after`; "" on the last page.'})


@dataclass(frozen=True)
class MapLine:
    """A line of the grid of degrees, across the whole map."""

    at: float = field(metadata={"help": "Where it is, from the left or from the top."})
    label: str = field(metadata={"help": "Its degrees."})


@dataclass(frozen=True)
class MapMark:
    """One point, or many that lie together."""

    x: float = field(metadata={"help": "Where it is, from the left."})
    y: float = field(metadata={"help": "Where it is, from the top."})
    radius: float = field(metadata={"help": "How large it is drawn."})
    count: int = field(metadata={"help": "How many answers it stands for."})
    instance_id: str = field(default="", metadata={"help": "The submission, where it stands for one answer."})
    box: str = field(default="", metadata={"help": 'The part of the map to look closer at, "" where there is none.'})


@dataclass(frozen=True)
class MapPoint:
    """One answer, in the table below the map."""

    instance_id: str = field(metadata={"help": "The submission that it is of."})
    received: datetime = field(metadata={"help": "When that arrived."})
    submitter: str = field(metadata={"help": "Who sent it."})
    place: str = field(metadata={"help": "Its latitude and longitude."})


@dataclass(frozen=True)
class MapPage:
    """Where a form's submissions are, drawn without any other server's help."""

    template: ClassVar[str] = "map.html"

    project: ProjectHead = field(metadata={"help": "The project."})
    form: FormHead = field(metadata={"help": "The form."})
    filtered: Filtered = field(metadata={"help": "What is filtered, and how much that leaves."})
    questions: tuple[FieldOption, ...] = field(default=(), metadata={"help": "The questions that ask for a place."})
    question: str = field(default="", metadata={"help": "The one that is shown."})
    has_sealed: bool = field(default=False, metadata={"help": "Whether others are sealed or above the viewer's role."})
    total: int = field(default=0, metadata={"help": "How many answers it has in the submissions that fit."})
    records: int = field(default=0, metadata={"help": "In how many submissions."})
    placeless_query: Query | None = field(
        default=None, metadata={"help": "The table's address of those without, or None where there is none."}
    )
    inside: int = field(default=0, metadata={"help": "How many of them lie in the part that is shown."})
    box: str = field(default="", metadata={"help": 'That part as the address has it, "" for all.'})
    width: int = field(default=0, metadata={"help": "The drawing's width."})
    height: int = field(default=0, metadata={"help": "The drawing's height."})
    meridians: tuple[MapLine, ...] = field(default=(), metadata={"help": "Lines from north to south."})
    parallels: tuple[MapLine, ...] = field(default=(), metadata={"help": "Lines from west to east."})
    marks: tuple[MapMark, ...] = field(default=(), metadata={"help": "What is drawn, large groups first."})
    scale: float = field(default=0, metadata={"help": "How long the scale is drawn."})
    scale_text: str = field(default="", metadata={"help": "How long that is on the ground."})
    points: tuple[MapPoint, ...] = field(default=(), metadata={"help": "The newest answers in that part."})
