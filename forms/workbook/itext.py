"""The texts of an XForm in its languages: itext blocks and plain labels.

A text that shows an answer holds `${name}` in its place, as the workbook wrote it.
"""

import re
from xml.etree.ElementTree import Element

from forms.schema import Texts

_XFORMS = "{http://www.w3.org/2002/xforms}"
_REFERENCE = re.compile(r"jr:itext\(\s*['\"](.*)['\"]\s*\)")

#: What pyxform calls the language of a column that names none.
_UNNAMED = "default"


class Itext:
    """All texts by id; `languages` in document order, ("",) where the form has no translations."""

    def __init__(self, model: Element) -> None:
        self._texts: dict[str, Texts] = {}
        self.default = ""
        languages: list[str] = []
        for translation in model.iterfind(f"{_XFORMS}itext/{_XFORMS}translation"):
            name = translation.get("lang", "")
            language = "" if name == _UNNAMED else name
            languages.append(language)
            if translation.get("default") is not None:
                self.default = language
            for text in translation.iterfind(f"{_XFORMS}text"):
                value = _plain_value(text)
                if value is not None:
                    self._texts.setdefault(text.get("id", ""), {})[language] = content(value)
        self.languages = tuple(dict.fromkeys(languages)) or ("",)
        if self.default not in self.languages:
            self.default = self.languages[0]

    def by_id(self, identifier: str) -> Texts:
        """Give the text with this id, in every language that has it."""
        return self._texts.get(identifier, {})

    def texts(self, label: Element) -> Texts:
        """Give what a label says: by reference, or as written."""
        if reference := _REFERENCE.fullmatch(label.get("ref", "").strip()):
            return self.by_id(reference[1])
        written = content(label)
        return {"": written} if written else {}


def content(element: Element) -> str:
    """Give an element's text, with `${name}` where it shows an answer."""
    parts = [element.text or ""]
    for child in element:
        path = child.get("value", "").strip()
        parts.append(f"${{{path.rpartition('/')[2]}}}" if re.fullmatch(r"[\w./:-]+", path) else "…")
        parts.append(child.tail or "")
    return "".join(parts).strip()


def _plain_value(text: Element) -> Element | None:
    """Pick the value that is read, not one that is looked at or heard; a short form only for want of another."""
    values = {value.get("form", ""): value for value in text.iterfind(f"{_XFORMS}value")}
    return next((values[form] for form in ("", "long", "short") if form in values), None)
