"""How an answer reads on a page: the labels of choices, dates and numbers in the page's language, masks."""

from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _

from api.endpoint import server
from api.pages import door
from api.pages.render import day, moment, number
from forms import answers, catalogue
from forms.instance import Geo
from forms.models import FormVersion
from forms.schema import Field, Schema, localized


class Words:
    """The words of one form version in one language: labels of questions and choices, answers as text."""

    def __init__(self, version: FormVersion) -> None:
        self.version = version
        self.schema: Schema = catalogue.schema(version.id)
        self.language = door.language()
        self._choices: dict[str, dict[str, str]] = {}

    def label(self, field: Field) -> str:
        """Give a question's label; its name where it has none."""
        return localized(field.labels, self.language, self.schema.default_language) or field.name

    def label_of(self, path: str) -> str:
        """Give the label of what stands at a path; the path where the form has nothing there."""
        field = self.schema.by_path.get(path)
        return self.label(field) if field else path

    def choices(self, field: Field) -> dict[str, str]:
        """Give the labels of a question's choices by name, in the workbook's or the file's order."""
        key = field.choice_list or field.choices_file
        if key not in self._choices:
            if field.choices_file:
                found = catalogue.choices_of_file(self.version, field.choices_file, self.language, vault=server().vault)
            else:
                found = {
                    c.name: localized(c.labels, self.language, self.schema.default_language) or c.name
                    for c in self.schema.choices.get(field.choice_list, ())
                }
            self._choices[key] = found
        return self._choices[key]

    def text(self, field: Field, value: Any) -> str:
        """Write an answer; "" for none, and for a sealed one, which a mask stands for."""
        if value is None or value is answers.SEALED:
            return ""
        if isinstance(value, str):
            return self._text(field, value)
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return _plain(value)

    def _text(self, field: Field, value: str) -> str:
        if not (field.choice_list or field.choices_file):
            return value
        labels = self.choices(field)
        names = value.split() if field.is_multiple else [value]
        return ", ".join(labels.get(name, name) for name in names)

    def name_of_choice(self, field: Field, typed: str) -> str:
        """Find the choice that somebody means by its label, its name, or a part of one label; else what was typed."""
        wanted = typed.strip().lower()
        choices = self.choices(field)
        same = [name for name, label in choices.items() if wanted in (name.lower(), label.lower())]
        alike = [name for name, label in choices.items() if wanted in label.lower()]
        if same or len(alike) == 1:
            return (same or alike)[0]
        return typed.strip()


def _plain(value: float | date | time | datetime | Geo) -> str:
    if isinstance(value, Geo):
        return f"{value.latitude:.5f}, {value.longitude:.5f}"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return number(value)
