"""What can be counted, and which names are in sight there: forms, their repeats, and lists in CSV files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Final, Literal

from forms.expression import Link, Names, Raw, Target, Type
from forms.schema import Field, Schema, Texts

#: What is known of a record besides its answers, under the headings of ODK Central's CSV.
_RECORD: Final[dict[str, Type]] = {
    "SubmissionDate": "datetime",
    "ReviewState": "text",
    "SubmitterName": "text",
    "FormVersion": "text",
    "Edits": "number",
}

_STATES: Final = ("received", "edited", "hasIssues", "approved")

_TYPES: Final[dict[str, Type]] = {
    "int": "number",
    "decimal": "number",
    "date": "date",
    "dateTime": "datetime",
    "time": "time",
    "boolean": "boolean",
    "geopoint": "geo",
    "geotrace": "geo",
    "geoshape": "geo",
}


def list_name(file: str) -> str:
    """Name a list as XLSForm's instance() does: its file's name without the ending."""
    return file.removesuffix(".csv")


@dataclass(frozen=True)
class Source:
    """Something that is counted: the records of a form, the rows of one of its repeats, or the rows of a list.

    `of` is how the sheet calls it, `labels` how a repeat is called on the form. `names` are without facts, which belong
    to a sheet.
    """

    kind: Literal["form", "repeat", "list"]
    of: str
    title: str
    form_id: str = ""
    repeat: str = ""
    list: str = ""
    labels: Texts = field(default_factory=dict, compare=False)

    def key(self) -> tuple[str, str]:
        """Tell sources apart whose facts are told apart: the rows of a form and of its repeats share them."""
        return self.form_id, self.list


@dataclass(frozen=True)
class Sources:
    """The forms that a sheet may count, by form id, and the columns of the lists that they choose from.

    Columns are None where a list is not there yet: then any name may be one.

    `own` is the form whose workbook the sheet is in; "" for a dashboard.
    """

    forms: Mapping[str, Schema]
    lists: Mapping[str, tuple[str, ...] | None]
    own: str = ""

    def find(self, of: str) -> Source | None:
        """Find what `of` names: "" is the sheet's own form."""
        if not of:
            return self._form(self.own) if self.own else None
        if of in self.forms:
            return self._form(of)
        form_id, _dot, name = of.rpartition(".")
        for candidate, repeat in ((self.own, of), (form_id, name)):
            if candidate in self.forms:
                found = [r for r in self.forms[candidate].repeats if r.name == repeat]
                if len(found) == 1:
                    schema = self.forms[candidate]
                    title = f"{schema.title}: {repeat}"
                    return Source("repeat", of, title, candidate, found[0].path, labels=found[0].labels)
        if list_name(of) in self.lists:
            return Source("list", of, of, list=list_name(of))
        return None

    def _form(self, form_id: str) -> Source:
        schema = self.forms[form_id]
        return Source("form", form_id, schema.title or form_id, form_id)

    def known(self) -> list[str]:
        """List everything that `find` knows by name."""
        own = [r.name for r in self.forms[self.own].repeats] if self.own in self.forms else []
        others = [f"{form_id}.{r.name}" for form_id, s in self.forms.items() for r in s.repeats if form_id != self.own]
        return [*self.forms, *own, *others, *(f"{name}.csv" for name in self.lists)]

    def names(self, source: Source, facts: Mapping[str, Raw] | None = None) -> Names:
        """Give the names that are in sight in a source, and the links that begin there."""
        return replace(self._sight(source, facts or {}), links=partial(self._link, source.list))

    def _sight(self, source: Source, facts: Mapping[str, Raw]) -> Names:
        if source.kind == "list":
            headings = self.lists[source.list]
            columns: Mapping[str, tuple[Target, ...]] = (
                {c: (_column(c),) for c in headings} if headings is not None else _AnyColumn(facts)
            )
            return Names(source.title, columns, facts=facts, lists=self.lists)
        schema = self.forms[source.form_id]
        levels = _around(schema, source.repeat)
        targets: dict[str, list[Target]] = {}
        for level in levels:
            here: dict[str, list[Target]] = {}
            for leaf in schema.level(level):
                if not leaf.path.startswith("/meta/"):
                    here.setdefault(leaf.name, []).append(_target(schema, leaf))
            # The nearest level's question is meant.
            targets |= {name: found for name, found in here.items() if name not in targets}
        for name, kind in _RECORD.items():
            choices = _STATES if name == "ReviewState" else ()
            targets.setdefault(name, [Target("record", name, name, kind, choices=choices)])
        below = [r for r in schema.repeats if not source.repeat or r.repeat == source.repeat]
        inner: dict[str, list[Target]] = {}
        for repeat in below:
            for leaf in schema.level(repeat.path):
                inner.setdefault(leaf.name, []).append(_target(schema, leaf))
        return Names(
            source.title,
            {name: tuple(found) for name, found in targets.items()},
            {name: tuple(found) for name, found in inner.items()},
            {r.name: r.path for r in below},
            facts,
            lists=self.lists,
        )

    def _link(self, of: str, name: str) -> Link | None:
        """Find what a link leads to, from the rows of the list `of` ("" for other rows)."""
        if (of, name) in self._choosers:
            form_id, leaves = self._choosers[of, name]
            schema, repeat = self.forms[form_id], leaves[0].repeat
            source = replace(self._form(form_id), repeat=repeat)
            return Link(form_id, repeat, self._sight(source, {}), tuple(_target(schema, leaf) for leaf in leaves))
        found = self.find(name)
        if found is None or found.kind == "list":
            return None
        return Link(found.form_id, found.repeat, self._sight(found, {}))

    @cached_property
    def _choosers(self) -> dict[tuple[str, str], tuple[str, list[Field]]]:
        """The questions that choose from a list, one choice each, and their form, by the list and "form.question".

        Of those of the same name it is the ones that lie in the fewest repeats.
        """
        found: dict[tuple[str, str], tuple[str, list[Field]]] = {}
        for form_id, schema in self.forms.items():
            for leaf in schema.leaves:
                if not leaf.choices_file or leaf.is_multiple:
                    continue
                _form_id, same = found.setdefault(
                    (list_name(leaf.choices_file), f"{form_id}.{leaf.name}"), (form_id, [])
                )
                nearer = len(_around(schema, leaf.repeat)) - len(_around(schema, same[0].repeat)) if same else 0
                if nearer < 0:
                    same.clear()
                if nearer <= 0:
                    same.append(leaf)
        return found


class _AnyColumn(Mapping[str, tuple[Target, ...]]):
    """The columns of a list that nobody has seen yet: any name that is no fact's may be one."""

    def __init__(self, facts: Mapping[str, Raw]) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> tuple[Target, ...]:
        if name in self._facts:
            raise KeyError(name)
        return (_column(name),)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _column(name: str) -> Target:
    return Target("column", name, name, "any")


def _around(schema: Schema, repeat: str) -> tuple[str, ...]:
    return tuple(_outwards(schema, repeat))


def _outwards(schema: Schema, repeat: str) -> Iterator[str]:
    """Yield a level and those around it, up to the root."""
    while repeat:
        yield repeat
        repeat = schema.by_path[repeat].repeat
    yield ""


def _target(schema: Schema, leaf: Field) -> Target:
    choices = tuple(c.name for c in schema.choices.get(leaf.choice_list, ()))
    return Target("answer", leaf.path, leaf.name, _type(leaf), leaf.repeat, choices, leaf)


def _type(leaf: Field) -> Type:
    if leaf.is_multiple:
        return "multiple"
    if leaf.type in _TYPES:
        return _TYPES[leaf.type]
    # XLSForm gives a calculation no type, whatever it computes; nor does it to what the phone fills in by itself.
    return "any" if not leaf.control and not leaf.is_file else "text"
