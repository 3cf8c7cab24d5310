"""A programme pack on disk: its table of contents, its recipe for made-up answers, its lists.

It owns the reading of `pack.toml`, `demo.toml` and the CSV lists beside them. It never converts a workbook.
"""

import csv
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from forms.demo.dice import Dice

Row = dict[str, str]


@dataclass(frozen=True)
class PackForm:
    """One form of a pack: its id, its title by language, its workbook, and the files that its questions use."""

    form_id: str
    title: dict[str, str]
    workbook: Path
    attachments: tuple[Path, ...]


@dataclass(frozen=True)
class Pack:
    """A programme pack: name and description by language ("id", "en"), forms in order, workbooks of dashboards."""

    code: str
    name: dict[str, str]
    description: dict[str, str]
    forms: tuple[PackForm, ...]
    dashboards: tuple[Path, ...]


@dataclass(frozen=True)
class Recipe:
    """How made-up answers are drawn: the tables of `demo.toml` and the pack's lists."""

    folder: Path
    tables: dict[str, Any]

    @cached_property
    def subdistricts(self) -> dict[str, list[str]]:
        """The sub-district codes of each district."""
        return self._grouped("kecamatan.csv", "name")

    @cached_property
    def schools(self) -> dict[str, list[Row]]:
        """The schools of each district, as rows of `sekolah.csv`."""
        found: dict[str, list[Row]] = {}
        for row in rows(self.folder / "sekolah.csv"):
            found.setdefault(row["kabkota"], []).append(row)
        return found

    def _grouped(self, file: str, column: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in rows(self.folder / file):
            found.setdefault(row["kabkota"], []).append(row[column])
        return found


@dataclass(frozen=True)
class Kit:
    """What the answers of one form are made with: chance, the recipe with its lists, and that form's own table."""

    dice: Dice
    recipe: Recipe
    table: dict[str, Any]


def read_pack(folder: Path) -> Pack:
    """Read the table of contents of the pack in `folder`."""
    toc = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    forms = tuple(
        PackForm(f["id"], f["title"], folder / f["workbook"], tuple(folder / a for a in f["attachments"]))
        for f in toc["forms"]
    )
    dashboards = tuple(folder / d["workbook"] for d in toc["dashboards"])
    return Pack(toc["code"], toc["name"], toc["description"], forms, dashboards)


def read_recipe(folder: Path) -> Recipe:
    """Read the recipe of the pack in `folder`."""
    return Recipe(folder, tomllib.loads((folder / "demo.toml").read_text(encoding="utf-8")))


def rows(path: Path) -> list[Row]:
    """Read a CSV list: its rows by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
