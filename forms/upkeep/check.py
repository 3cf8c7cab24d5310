"""Comparing all that is kept: answer tables with the XML, XML and files with their hashes, the disk with the database.

It only reads, a piece at a time, beside a running server: each piece in a snapshot of its own, so that what arrives
meanwhile is never half seen. A finding names a form, a submission, a question or a file, and never an answer.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Row, select, text

from forms import answers, catalogue, looks
from forms.db import EVERYTHING, Base, db, see
from forms.instance import Rows
from forms.models import Blob
from forms.problems import BlobMissing, SealBroken
from forms.submissions.receive import answer_context
from forms.upkeep.kept import PIECE, PIECE_BYTES, lay_out, open_xml
from forms.upkeep.tables import demand_key
from forms.upkeep.turn import turn
from forms.vault import Vault

_SENTENCES: Final = {
    "xml": (
        "{where}: the kept XML does not open or is not what was received",
        "{where}: XML tersimpan tidak dapat dibuka atau tidak sama dengan yang diterima",
    ),
    "layout": (
        "{where}: the kept XML does not fit its form version any more",
        "{where}: XML tersimpan tidak cocok lagi dengan versi formulirnya",
    ),
    "content": ("{where}: no content is the current one", "{where}: tidak ada isi yang berlaku"),
    "answers": (
        "{where}: {what} differs from the kept XML",
        "{where}: {what} berbeda dari XML tersimpan",
    ),
    "misfits": (
        "{where}: the list of answers that did not fit differs from the kept XML",
        "{where}: daftar jawaban yang tidak cocok berbeda dari XML tersimpan",
    ),
    "missing": ("{where}: the file is missing", "{where}: berkas hilang"),
    "damaged": ("{where}: the file is damaged", "{where}: berkas rusak"),
    "looks": (
        "{where}: a line of the access log was changed or is missing",
        "{where}: satu baris catatan akses diubah atau hilang",
    ),
    "spare": ("{where}: nothing refers to the file", "{where}: tidak ada yang merujuk berkas ini"),
}

#: Files whose names are held against the database in one go.
_NAMES: Final = 1000

#: A file this young may belong to a submission that is just being received.
_YOUNG: Final = 3600


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: what kind, where, and for answers the question or table.

    All but "spare", a file that nothing refers to, say that something kept is wrong.
    """

    kind: Literal["xml", "layout", "content", "answers", "misfits", "missing", "damaged", "looks", "spare"]
    where: str
    what: str = ""

    def text(self, language: str = "en") -> str:
        """Say it in one line, in "en" or "id"."""
        line = _SENTENCES[self.kind][language == "id"].format(where=self.where, what=self.what)
        return "".join(c if c.isprintable() else "?" for c in line)


@dataclass
class Totals:
    """How much was looked at, and how much was found.

    Submissions, their contents over all edits, kept files, lines of the access log and the last of its hashes.
    """

    submissions: int = 0
    contents: int = 0
    files: int = 0
    looks: int = 0
    last_look: str = ""
    differences: int = 0
    spare: int = 0


def check(tell: Callable[[Finding], None], *, vault: Vault) -> Totals:
    """Compare everything that is kept and tell of each finding as it comes; give how much there was.

    Raises MasterKeyForeign where nothing could be opened at all.
    """
    totals = Totals()
    with turn(db.engine):
        demand_key(db.session.connection(), vault.master)
        for finding in chain(
            _check_contents(vault, totals),
            _without_content(),
            _check_files(vault, totals),
            _check_looks(vault, totals),
            _spare_files(vault),
        ):
            tell(finding)
            if finding.kind == "spare":
                totals.spare += 1
            else:
                totals.differences += 1
        db.session.rollback()
    return totals


def _check_looks(vault: Vault, totals: Totals) -> Iterator[Finding]:
    _new_snapshot()
    verdict = looks.verify(vault=vault)
    totals.looks, totals.last_look = verdict.count, verdict.last
    for number in verdict.broken:
        yield Finding("looks", f"access log, line {number}")


def _new_snapshot() -> None:
    """End the transaction that reads, and begin another, which sees one moment."""
    db.session.rollback()
    db.session.execute(text("set transaction isolation level repeatable read, read only"))
    see(EVERYTHING)


_CONTENTS = text(
    """
    select * from (
        select *, sum(octet_length(xml)) over (order by id) - octet_length(xml) as before from (
            select v.id, v.submission_id, v.form_id, v.form_version_id, v.current, v.xml, v.xml_hash, v.instance_id,
                   s.misfits, f.project_id, f.xml_form_id
            from submission_versions v join submissions s on s.id = v.submission_id join forms f on f.id = v.form_id
            where v.id > :last order by v.id limit :limit
        ) next
    ) piece where before < :bytes order by id
    """
)


def _check_contents(vault: Vault, totals: Totals) -> Iterator[Finding]:
    values = {"limit": PIECE, "bytes": PIECE_BYTES}
    last, found = 0, None
    while found is None or found:
        _new_snapshot()
        found = db.session.execute(_CONTENTS, {"last": last, **values}).all()
        by_version: dict[int, list[_Opened]] = {}
        for content in found:
            last = content.id
            totals.contents += 1
            totals.submissions += content.current
            opened = _open(content, vault)
            if isinstance(opened, Finding):
                yield opened
            elif opened is not None:
                by_version.setdefault(content.form_version_id, []).append(opened)
        for version in by_version.values():
            yield from _compare(version, vault)


@dataclass(frozen=True)
class _Opened:
    """A submission's current content, and the rows that its XML gives."""

    content: Row[Any]
    rows: Rows


def _open(content: Row[Any], vault: Vault) -> _Opened | Finding | None:
    """Open a content and lay it out; None where it is an earlier one, of which only the XML is kept."""
    xml = open_xml(vault.project(content.project_id), content)
    if xml is None:
        return Finding("xml", _place(content))
    if not content.current:
        return None
    rows = lay_out(xml, content.form_version_id)
    return _Opened(content, rows) if rows is not None else Finding("layout", _place(content))


def _compare(version: list[_Opened], vault: Vault) -> Iterator[Finding]:
    """Compare contents of one form version with the answer tables."""
    first = version[0].content
    keys = vault.project(first.project_id)

    def unsealed(submission_id: int, path: str, sealed: bytes) -> str:
        try:
            return keys.unseal(sealed, answer_context(first.form_id, path, submission_id)).decode()
        except SealBroken:
            # No XML can hold this character, so the answer is found to differ.
            return "\0"

    layout = answers.layout(first.form_id, first.form_version_id, catalogue.schema(first.form_version_id))
    kept = {each.content.submission_id: each.rows.rows for each in version}
    differing = answers.compare_many(layout, kept, unsealed)
    for each in version:
        for path in differing.get(each.content.submission_id, ()):
            yield Finding("answers", _place(each.content), path)
        if list(each.rows.misfits) != each.content.misfits:
            yield Finding("misfits", _place(each.content))


def _place(row: Row[Any]) -> str:
    return f"project {row.project_id}, form {row.xml_form_id}, {row.instance_id}"


_WITHOUT_CONTENT = text(
    """
    select s.instance_id, f.project_id, f.xml_form_id from submissions s join forms f on f.id = s.form_id
    where not exists (select from submission_versions v where v.submission_id = s.id and v.current) order by s.id
    """
)


def _without_content() -> Iterator[Finding]:
    _new_snapshot()
    for row in db.session.execute(_WITHOUT_CONTENT):
        yield Finding("content", _place(row))


def _check_files(vault: Vault, totals: Totals) -> Iterator[Finding]:
    """Read every file that the database knows, and compare it with the hash that is its name."""
    rows = select(Blob.id, Blob.project_id, Blob.hash, Blob.size).order_by(Blob.id).limit(_NAMES)
    last, found = 0, None
    while found is None or found:
        found = db.session.execute(rows.where(Blob.id > last)).all()
        db.session.rollback()
        for blob_id, project_id, name, size in found:
            last = blob_id
            totals.files += 1
            where = str(vault.files.path(project_id, name))
            try:
                is_right = vault.files.check(vault.project(project_id).by_number, project_id, name) == size
            except BlobMissing:
                yield Finding("missing", where)
            except SealBroken:
                yield Finding("damaged", where)
            else:
                if not is_right:
                    yield Finding("damaged", where)


_UNKNOWN = text(
    """
    select project_id, hash from unnest(cast(:projects as bigint[]), cast(:hashes as bytea[])) disk (project_id, hash)
    where not exists (select from blobs where blobs.project_id = disk.project_id and blobs.hash = disk.hash)
    """
)


def _spare_files(vault: Vault) -> Iterator[Finding]:
    """Find the files that no row knows, and those whose row nothing refers to."""
    on_disk = vault.files.walk()
    while names := list(islice(on_disk, _NAMES)):
        values = {"projects": [project for project, _ in names], "hashes": [name for _, name in names]}
        for project_id, name in db.session.execute(_UNKNOWN, values).all():
            path = vault.files.path(project_id, name)
            if not _is_young(path):
                yield Finding("spare", str(path))
        db.session.rollback()
    rows = select(Blob.project_id, Blob.hash).order_by(Blob.id)
    for column in _referring_columns():
        rows = rows.where(~select(column).where(column == Blob.id).exists())
    _new_snapshot()
    for project_id, name in db.session.execute(rows):
        yield Finding("spare", str(vault.files.path(project_id, name)))


def _referring_columns() -> Iterator[Any]:
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is Blob.__table__.c.id:
                yield key.parent


def _is_young(path: Path) -> bool:
    try:
        return path.stat().st_mtime > time.time() - _YOUNG
    except FileNotFoundError:
        return True
