"""Fictitious submissions of a programme pack, as phones would have sent them since the beginning of last year.

It owns how answers are made up from the pack's recipe (`demo.toml`) and lists, and it reads the pack's table of
contents (`pack.toml`). It never touches a database, never sends anything, and never uses a name, number or place
of a real person. Each form has its module; `filling` writes the XML.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from forms.demo import intake, outreach, registration
from forms.demo.dice import Dice
from forms.demo.filling import Filled, write
from forms.demo.pack import Kit, Pack, PackForm, read_pack, read_recipe
from forms.schema import Schema

__all__ = ["KALBAR", "Pack", "PackForm", "answers", "read_pack"]

#: The programme pack of West Kalimantan.
KALBAR = Path(__file__).parent.parent / "library" / "kalbar"

FILL: dict[str, Callable[[Kit, int], list[Filled]]] = {
    "tppo_korban_registrasi": registration.fill,
    "tppo_sosialisasi": outreach.fill,
    "ltsa_intake": intake.fill,
}


def answers(form_id: str, schema: Schema, count: int | None = None, *, today: date, seed: int = 1) -> Iterator[bytes]:
    """Yield `count` (default: the recipe's) submissions of `form_id` as XML, oldest first, all before `today`.

    The same arguments give the same bytes. Raises KeyError for a form that the pack has no recipe for, and
    ValueError where `schema` lacks a question that the recipe answers.
    """
    recipe = read_recipe(KALBAR)
    table = recipe.tables[form_id]
    kit = Kit(Dice(f"{form_id} {seed}", today, recipe.tables["names"]), recipe, table)
    made = FILL[form_id](kit, table["count"] if count is None else count)
    for filled in sorted(made, key=lambda f: f.start):
        yield write(schema, filled)
