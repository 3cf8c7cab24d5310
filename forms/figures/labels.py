"""How groups are called: labels of choices, of the rows of lists, and of the values of dimensions."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.engine import Engine

from forms.db import db
from forms.models import ListRow
from forms.schema import Texts


def list_labels(blob_id: int | None) -> dict[str, Texts]:
    """Give the labels of a list's rows by their name, in the list's order; none where the file is not there.

    The columns are `label`, or `label::English (en)` in several languages (XLSForm, select from file).
    """
    return _labels(db.engine, blob_id) if blob_id is not None else {}


@lru_cache(maxsize=128)
def _labels(_engine: Engine, blob_id: int) -> dict[str, Texts]:
    rows = select(ListRow.cells).where(ListRow.blob_id == blob_id).order_by(ListRow.number)
    return {
        cells["name"]: {
            header.partition("::")[2]: text
            for header, text in cells.items()
            if text and (header == "label" or header.startswith("label::"))
        }
        for cells in db.session.execute(rows).scalars()
        if cells.get("name")
    }
