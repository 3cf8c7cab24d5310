"""What kind of file came, and whether it is safe to open: the bounds in front of every parser.

A workbook is a ZIP archive (.xlsx, .xlsm) or an OLE file (.xls); what it is called does not matter. Nothing is
unpacked here, only the archive's own directory is read. Everything that is refused says what to do instead.
"""

import zipfile
from io import BytesIO
from typing import Literal

from forms.workbook.findings import finding, refusal

Kind = Literal["xlsx", "xls"]

MAX_BYTES = 20 * 2**20

#: What the members may come to when unpacked. A form of 5,000 questions in three languages takes 5 MB.
MAX_UNPACKED = 100 * 2**20

MAX_MEMBERS = 2_000

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
            members = archive.infolist()
    except Exception as error:  # a broken archive fails in many ways, all of them the file's fault
        raise refusal([finding("file-damaged")]) from error
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
