"""What kind of file came, and whether it is safe to open: the bounds in front of every parser.

A workbook is a ZIP archive (.xlsx, .xlsm) or an OLE file (.xls); what it is called does not matter. Nothing is
parsed here: the archive's directory is read, and the tags in its parts are counted. Everything that is refused says
what to do instead.
"""

import zipfile
from io import BytesIO
from typing import Literal

from forms.problems import InvalidWorkbook
from forms.workbook.findings import finding, refusal

Kind = Literal["xlsx", "xls"]

MAX_BYTES = 20 * 2**20

#: What the members may come to when unpacked. A form of 5,000 questions in three languages takes 5 MB.
MAX_UNPACKED = 100 * 2**20

MAX_MEMBERS = 2_000

#: Tags in all XML parts together, and in the styles alone, which are dear to read: what takes some seconds. A form
#: of 5,000 questions in three languages has 900,000; Excel allows 64,000 cell formats.
MAX_TAGS = 2_000_000
MAX_STYLE_TAGS = 100_000

_STYLES = "xl/styles.xml"
_CHUNK = 2**20

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: The stream that Office puts an encrypted .xlsx into ([MS-OFFCRYPTO] 2.3.4.4); OLE writes names in UTF-16.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

#: A member's name → the format that it gives away.
_OTHER_FORMATS = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods", "Index/Document.iwa": "Numbers"}


def kind(data: bytes) -> Kind:
    """Tell what kind of workbook the bytes are.

    Raises:
        InvalidWorkbook: they are too large, unpack to too much, are encrypted, or are no workbook that we read.
    """
    if len(data) > MAX_BYTES:
        raise refusal([finding("file-too-large", limit=MAX_BYTES // 2**20)])
    if data.startswith(_ZIP):
        _check_archive(data)
        return "xlsx"
    if data.startswith(_OLE):
        if _ENCRYPTED_STREAM in data:
            raise refusal([finding("file-encrypted")])
        return "xls"
    raise refusal([finding("file-not-a-workbook")])


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_members(archive.infolist())
            _count_tags(archive)
    except InvalidWorkbook:
        raise
    except Exception as error:  # a broken archive fails in many ways, all of them the file's fault
        raise refusal([finding("file-damaged")]) from error


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    for name, other in _OTHER_FORMATS.items():
        if name in names:
            raise refusal([finding("file-other-format", kind=other)])
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise refusal([finding("file-not-a-workbook")])
    # A member that says less than it holds is cut at what it says, so the sum is a bound that holds.
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise refusal([finding("file-unpacks-too-large")])
    if any(member.flag_bits & 0x1 for member in members):
        raise refusal([finding("file-encrypted")])


def _count_tags(archive: zipfile.ZipFile) -> None:
    """Bound what the XML costs: 250 kB can unpack to millions of strings or fonts, each an object."""
    total = 0
    for name in archive.namelist():
        if not name.endswith((".xml", ".rels")):
            continue
        tags = 0
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                tags += chunk.count(b"<")
        total += tags
        if total > MAX_TAGS or (name == _STYLES and tags > MAX_STYLE_TAGS):
            raise refusal([finding("file-unpacks-too-large")])
