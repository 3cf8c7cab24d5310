"""What a heading means: "relevance", "bind::relevant" and "relevant" are one column.

Uses pyxform's own tables of other names, so that our checks look at the cells that pyxform will use. Holds no rows.
"""

from functools import cached_property

from pyxform import aliases
from pyxform.constants import EntityColumns
from pyxform.parsing.sheet_headers import process_header
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.survey import Survey

from forms.workbook.book import Sheet

Meaning = tuple[str, ...]

TYPE: Meaning = ("type",)
NAME: Meaning = ("name",)
LIST_NAME: Meaning = ("list name",)
LABEL: Meaning = ("label",)
DEFAULT: Meaning = ("default",)
DISABLED: Meaning = ("disabled",)
PARAMETERS: Meaning = ("parameters",)
CHOICE_FILTER: Meaning = ("choice_filter",)
CALCULATION: Meaning = ("bind", "calculate")
SAVE_TO: Meaning = ("bind", "entities:saveto")
REPEAT_COUNT: Meaning = ("control", "jr:count")
FORM_ID: Meaning = ("id_string",)
FORM_TITLE: Meaning = ("title",)
VERSION: Meaning = ("version",)
INSTANCE_NAME: Meaning = ("instance_name",)
PRIVACY: Meaning = ("privacy",)
SCOPE: Meaning = ("scope",)

#: Sheet → pyxform's other names for its headings, and the headings that it knows.
_VOCABULARY: dict[str, tuple[dict[str, object], frozenset[str]]] = {
    "survey": (aliases.survey_header, frozenset(MultipleChoiceQuestion.get_slot_names())),
    "choices": (aliases.list_header, frozenset(Option.get_slot_names())),
    "external_choices": (aliases.list_header, frozenset(Option.get_slot_names())),
    "settings": (aliases.settings_header, frozenset(Survey.get_slot_names())),
    "entities": (aliases.entities_header, frozenset(str(column.value) for column in EntityColumns)),
    "osm": (aliases.list_header, frozenset(Option.get_slot_names())),
}


class Columns:
    """The columns of one sheet by meaning."""

    def __init__(self, name: str, sheet: Sheet) -> None:
        others, known = _VOCABULARY[name]
        headers = [header for header in sheet.headers if header is not None]
        double_colon = any("::" in header for header in headers)
        self.sheet = sheet
        self.meanings: dict[str, Meaning] = {
            header: _meaning(header, double_colon, others, known) for header in headers
        }
        self.unknown = tuple(
            header for header in headers if self.meanings[header] == (header,) and header not in {*known, *others}
        )

    @cached_property
    def _headers(self) -> dict[Meaning, str]:
        return {meaning: header for header, meaning in reversed(self.meanings.items())}

    def header(self, meaning: Meaning) -> str | None:
        """Give the heading under which the column with this meaning stands, if any."""
        return self._headers.get(meaning)

    def cell(self, cells: dict[str, str], meaning: Meaning) -> str:
        """Give a row's text in the column with this meaning, "" where there is none."""
        header = self._headers.get(meaning)
        return cells.get(header, "") if header is not None else ""


def _meaning(header: str, double_colon: bool, others: dict[str, object], known: frozenset[str]) -> Meaning:  # noqa: FBT001 -- as pyxform has it
    try:
        return tuple(process_header(header, double_colon, others, known)[1])
    except IndexError:  # pyxform trips over a heading such as "jr:"; it will say so itself
        return (header,)
