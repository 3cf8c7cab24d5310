"""Projects: the list, what is in one, and its settings."""

from api.pages.contexts import (
    FormLine,
    HomePage,
    NewProjectPage,
    Page,
    ProjectCard,
    ProjectHead,
    ProjectPage,
    ProjectSettingsPage,
)
from tests.support.samples.setting import ABOUT, CASES, PROJECT, TALKS, ago


def _home() -> HomePage:
    return HomePage(
        projects=(
            ProjectCard(1, PROJECT.name, ABOUT, 3, 1482, ago(minutes=12), True),
            ProjectCard(2, "Pelatihan petugas", "Formulir latihan untuk petugas baru.", 1, 36, ago(days=9), False),
            ProjectCard(3, "Sosialisasi sekolah 2025", "", 2, 8120, ago(days=320), False, True),
        ),
        may_create=True,
    )


def _forms() -> tuple[FormLine, ...]:
    return (
        FormLine("ltsa_intake", "Intake LTSA pekerja migran", "2026010100", False, "open", 1125, ago(minutes=12), True),
        FormLine(CASES.form_id, CASES.title, "2026010100", True, "open", 214, ago(days=1, hours=2), False),
        FormLine(TALKS.form_id, TALKS.title, "2026010100", False, "closing", 143, ago(days=40), False),
        FormLine("tppo_kedatangan", "Rombongan kedatangan WNI/PMI", None, True, "open", 0, None, False),
    )


def pages() -> dict[str, Page]:
    return {
        "home": _home(),
        "home-empty": HomePage((), True),
        "home-empty-viewer": HomePage((), False),
        "project": ProjectPage(PROJECT, ABOUT, _forms(), 8),
        "project-first": ProjectPage(PROJECT, "", (), 0),
        "project-empty-viewer": ProjectPage(ProjectHead(1, "Pelatihan petugas", False, True), "", (), 0),
        "project-new": NewProjectPage("", "", {"name": "Nama wajib diisi."}),
        "project-filler": ProjectPage(ProjectHead(1, "Pelatihan petugas", False, False), ABOUT, _forms()[:2], 8),
        "project-settings": ProjectSettingsPage(PROJECT, PROJECT.name, ABOUT),
        "project-settings-archived": ProjectSettingsPage(
            ProjectHead(1, PROJECT.name, True, True), PROJECT.name, ABOUT, {"name": "Nama ini sudah dipakai."}
        ),
    }
