"""What a select offers: choices inside the form, or the file they come from.

Reads itemsets over secondary instances and inline items alike. Choices that are other answers (a select over a
repeat) are no list.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from forms.schema import Choice, Texts
from forms.workbook.itext import Itext, content
from forms.workbook.slots import search_file, source_file

_XFORMS = "{http://www.w3.org/2002/xforms}"
_INSTANCE = re.compile(r"instance\s*\(\s*['\"]([^'\"]+)['\"]\s*\)")
_ITEXT_OF = re.compile(r"jr:itext\(\s*([\w.-]+)\s*\)")


@dataclass(frozen=True)
class Offer:
    """A list of choices by its name, or the file that holds them; neither, where nothing is chosen from a list."""

    list_name: str = ""
    choices: tuple[Choice, ...] = ()
    file: str = ""


class Offers:
    """The choice lists of a form, each read once."""

    def __init__(self, model: Element, itext: Itext) -> None:
        self._instances = {i.get("id", ""): i for i in model.iterfind(f"{_XFORMS}instance")}
        self._itext = itext
        self._read: dict[str, tuple[Choice, ...]] = {}

    def of(self, control: Element, path: str) -> Offer:
        """Give what the control offers; inline items make a list under the question's own path."""
        if control.get("query"):
            return Offer(file="itemsets.csv")
        if file := search_file(control):
            return Offer(file=file)
        itemset = control.find(f"{_XFORMS}itemset")
        if itemset is not None:
            return self._over(itemset)
        items = control.findall(f"{_XFORMS}item")
        return Offer(path, tuple(map(self._inline, items))) if items else Offer()

    def _over(self, itemset: Element) -> Offer:
        found = _INSTANCE.search(itemset.get("nodeset", ""))
        instance = self._instances.get(found[1]) if found else None
        if found is None or instance is None:
            return Offer()
        if instance.get("src"):
            return Offer(file=source_file(instance))
        name = found[1]
        if name not in self._read:
            self._read[name] = tuple(self._items(instance, itemset))
        return Offer(name, self._read[name])

    def _items(self, instance: Element, itemset: Element) -> list[Choice]:
        value, label = itemset.find(f"{_XFORMS}value"), itemset.find(f"{_XFORMS}label")
        name_of = value.get("ref", "name") if value is not None else "name"
        label_of = label.get("ref", "label") if label is not None else "label"
        translated = _ITEXT_OF.fullmatch(label_of.strip())
        choices = []
        for item in instance.iterfind("*/*"):
            cells = {child.tag.rpartition("}")[2]: child for child in item}
            if name_of not in cells:
                continue
            label_cell = cells.get(translated[1] if translated else label_of)
            choices.append(Choice((cells[name_of].text or "").strip(), self._label(label_cell, bool(translated))))
        return choices

    def _label(self, cell: Element | None, translated: bool) -> Texts:  # noqa: FBT001 -- private, named at the call
        if cell is None:
            return {}
        if translated:
            return self._itext.by_id((cell.text or "").strip())
        return {"": written} if (written := content(cell)) else {}

    def _inline(self, item: Element) -> Choice:
        value, label = item.find(f"{_XFORMS}value"), item.find(f"{_XFORMS}label")
        name = (value.text or "").strip() if value is not None else ""
        return Choice(name, self._itext.texts(label) if label is not None else {})
