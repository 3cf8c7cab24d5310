"""SQL views of the answers for people with psql or a BI tool: one per form and repeat, with readable names.

They lie in the schema `readable`, run with the rights of whoever asks (row policies hold), and leave out deleted
submissions and everything sealed. Columns are only ever added at the end, so a view is replaced in place and what
others have built on it stays. A form wider than a view may be has more views, `…___2`, `…___3`.
"""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.engine import Connection

from forms.answers.places import Column, Registry, table

#: A view has at most 1,600 columns; some are the keys.
_WIDEST = 1_500
#: PostgreSQL cuts names at 63 bytes; what may follow, such as the number of a further view, must still fit.
_LONGEST = 50
_GEO = ("_latitude", "_longitude")
_SUBMISSION = {
    "submission_id": "s.id",
    "instance_id": "s.instance_id",
    "submitted_at": "s.created_at",
    "submitter": "a.display_name",
    "review_state": "s.review_state",
    "form_version": "v.version",
}
_ROW = {"submission_id": "s.id", "number": "p0.number", "parent": "p0.parent", "position": "p0.position"}


def refresh(connection: Connection, known: Registry) -> None:
    """Make or widen the views of a form, taking a name over from a form that has been deleted."""
    project, form = connection.execute(
        text("select project_id, xml_form_id from forms where id = :form"), {"form": known.form_id}
    ).one()
    mark = f"form {known.form_id}"
    for repeat, level in known.levels.items():
        base = _view_name(project, form, repeat)
        for number, (names, columns) in enumerate(_parts(known, level), start=1):
            name = f'readable."{base}"' if number == 1 else f'readable."{base}___{number}"'
            owner = connection.execute(
                text("select obj_description(to_regclass(:name), 'pg_class')"), {"name": name}
            ).scalar()
            if owner is not None and owner != mark:
                connection.exec_driver_sql(f"drop view {name} cascade")
            connection.exec_driver_sql(_view(name, known, level, names, columns))
            connection.exec_driver_sql(f"comment on view {name} is '{mark}'")
            connection.exec_driver_sql(f"grant select on {name} to lentera_app")


def _view(name: str, known: Registry, level: int, names: list[str], columns: list[Column]) -> str:
    keys = _SUBMISSION if level == 0 else _ROW
    listed = [f"{sql} as {key}" for key, sql in keys.items()]
    sources = (f"p{c.page}.{part}" for c in columns for part in c.names)
    listed += [f'{source} as "{as_name}"' for source, as_name in zip(sources, names, strict=True)]
    first, *further = sorted({0, *(c.page for c in columns)})
    row = "submission_id" if level == 0 else "submission_id, number"
    joins = "".join(
        f" left join {table(known.form_id, level, page)} p{page} on ({_of(f'p{page}', row)}) = ({_of('p0', row)})"
        for page in further
    )
    return (
        f"create or replace view {name} with (security_invoker = true) as select {', '.join(listed)} "
        f"from submissions s join {table(known.form_id, level, first)} p0 on p0.submission_id = s.id{joins} "
        "left join actors a on a.id = s.submitter_id left join form_versions v on v.id = s.form_version_id "
        f"where s.form_id = {known.form_id} and s.deleted_at is null"
    )


def _of(alias: str, row: str) -> str:
    return ", ".join(f"{alias}.{key}" for key in row.split(", "))


def _parts(known: Registry, level: int) -> Iterator[tuple[list[str], list[Column]]]:
    """Yield the columns of each view of a level, with their names; a level without columns has one all the same."""
    used = {*_SUBMISSION, *_ROW}
    names: list[str] = []
    columns: list[Column] = []
    here = sorted((c for c in known.columns.values() if c.level == level), key=lambda c: c.number)
    for column in here:
        if column.type == "sealed":
            continue
        if len(names) + column.width > _WIDEST:
            yield names, columns
            names, columns = [], []
        name = _column_name(column, next(r for r, n in known.levels.items() if n == level), used)
        new = (name, *(name + part for part in _GEO))[: column.width]
        names += new
        used.update(new)
        columns.append(column)
    yield names, columns


def _column_name(column: Column, repeat: str, used: set[str]) -> str:
    """Name a column after its question's path within the level, otherwise if that name is taken."""
    path = _fit("_".join(filter(None, (_clean(step) for step in column.path[len(repeat) :].split("/")))) or "q")
    parts = ("", *_GEO)[: column.width]
    for name in (path, f"{path[:35]}_{column.type.split()[0]}"):
        if used.isdisjoint(name + part for part in parts):
            return name
    return f"{path[:35]}_q{column.number}"


def _view_name(project: int, form: str, repeat: str) -> str:
    """Name a level's view, `p1_kunjungan` or `p1_kunjungan__anggota`, so that no two levels share a name."""
    steps = [form, *repeat.split("/")[1:]]
    # A part that had to be changed carries a mark of what it was; parts hold no "__", so joining them is one to one.
    named = (cleaned if (cleaned := _clean(step)) == step else f"{cleaned}_{_digest(step)}" for step in steps)
    return _fit(f"p{project}_{'__'.join(named)}")


def _clean(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _fit(name: str) -> str:
    """Cut a name to what PostgreSQL keeps, with a mark of what it was."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9]}_{_digest(name)}"


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
