"""What upkeep needs to know of a database: which tables are ours, their rows, and the key they are sealed under."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import Connection

from forms import seal
from forms.problems import MasterKeyForeign

#: Ours; whatever else an operator keeps in the same database is no part of a backup.
SCHEMAS: Final = ("public", "answers", "readable")

_RELATIONS = text(
    """
    select namespace.nspname, class.relname
    from pg_class class join pg_namespace namespace on namespace.oid = class.relnamespace
    where namespace.nspname = any(:schemas) and class.relkind = any(:kinds)
      and (:anybodys or pg_has_role(class.relowner, 'usage'))
      and not exists (
          select from pg_depend where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
      )
    order by 1, 2
    """
)


def list_relations(connection: Connection, kinds: str = "r", *, anybodys: bool = False) -> list[tuple[str, str]]:
    """List schema and name of what lies in our schemas, extensions' own left out; `kinds` as in pg_class.

    `anybodys` lists also what another role owns.
    """
    values = {"schemas": list(SCHEMAS), "kinds": list(kinds), "anybodys": anybodys}
    return [(schema, name) for schema, name in connection.execute(_RELATIONS, values)]


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table, as the tables' owner: nobody else is shown all of them."""
    counted = {}
    for schema, name in list_relations(connection):
        quoted = connection.dialect.identifier_preparer.quote(name)
        counted[f"{schema}.{name}"] = connection.execute(text(f"select count(*) from {schema}.{quoted}")).scalar_one()
    return counted


def demand_key(connection: Connection, master: bytes) -> str:
    """Give the id of the master key, under which every project must be sealed; MasterKeyForeign where one is not."""
    key = seal.key_id(master)
    others = text("select master from project_keys where master <> :key limit 1")
    other = connection.execute(others, {"key": key}).scalar()
    if other is not None:
        raise MasterKeyForeign(key=other, found=key)
    return key
