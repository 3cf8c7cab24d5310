"""Looking after what is kept: checking it, rebuilding the answer tables, backing it up and restoring it.

The kept XML is the truth: `check` compares everything else with it and with the files' hashes, `rebuild` makes the
answer tables from it. `backup` writes one file while the server runs, `restore` reads it into an empty place. All of
it is for the command line; whoever may run that may read the disk, but nothing here shows or writes an answer in the
clear. Read `archive` for a backup's format.
"""

from forms.upkeep.backup import Written, backup
from forms.upkeep.check import Finding, Totals, check
from forms.upkeep.rebuild import list_forms, rebuild
from forms.upkeep.restore import Backup, opened, restore, verify
from forms.upkeep.target import new_file

__all__ = [
    "Backup",
    "Finding",
    "Totals",
    "Written",
    "backup",
    "check",
    "list_forms",
    "new_file",
    "opened",
    "rebuild",
    "restore",
    "verify",
]
