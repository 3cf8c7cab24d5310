"""The form that submissions are measured with: 34 questions as a case worker has them, five of them sealed."""

import random
from functools import cache

from tests.bench.load import NEW_ID
from tests.support.odk import xlsx

FORM_ID = "bench"

_SURVEY = """
    | survey |
    |        | type                | name       | label       | privacy   | scope   |
    |        | start               | mulai      |             |           |         |
    |        | end                 | selesai    |             |           |         |
    |        | today               | hari       |             |           |         |
    |        | deviceid            | alat       |             |           |         |
    |        | select_one kab      | kab        | Kabupaten   | quasi     | kabkota |
    |        | select_one yt       | setuju     | Setuju      |           |         |
    |        | begin_group         | diri       | Identitas   |           |         |
    |        | text                | nama       | Nama        | identity  |         |
    |        | text                | nik        | NIK         | identity  |         |
    |        | text                | hp         | Nomor HP    | identity  |         |
    |        | date                | lahir      | Lahir       | identity  |         |
    |        | text                | alamat     | Alamat      | identity  |         |
    |        | select_one kelamin  | kelamin    | Kelamin     | quasi     |         |
    |        | integer             | umur       | Umur        | quasi     |         |
    |        | end_group           |            |             |           |         |
    |        | begin_group         | kasus      | Kasus       |           |         |
    |        | select_multiple eks | eks        | Eksploitasi | sensitive |         |
    |        | select_one sektor   | sektor     | Sektor      | sensitive |         |
    |        | text                | negara     | Negara      |           |         |
    |        | date                | berangkat  | Berangkat   |           |         |
    |        | date                | pulang     | Pulang      |           |         |
    |        | integer             | anggota    | Anggota     |           |         |
    |        | integer             | anak       | Anak        |           |         |
    |        | decimal             | upah       | Upah        |           |         |
    |        | decimal             | utang      | Utang       |           |         |
    |        | geopoint            | lokasi     | Lokasi      |           |         |
    |        | select_one yt       | lapor      | Lapor       |           |         |
    |        | select_one yt       | dokumen    | Dokumen     |           |         |
    |        | end_group           |            |             |           |         |
    |        | begin_group         | layanan    | Layanan     |           |         |
    |        | select_multiple lay | lay        | Layanan     |           |         |
    |        | select_one yt       | medis      | Medis       |           |         |
    |        | select_one yt       | hukum      | Hukum       |           |         |
    |        | select_one yt       | psikologi  | Psikologi   |           |         |
    |        | integer             | kunjungan  | Kunjungan   |           |         |
    |        | integer             | jarak      | Jarak       |           |         |
    |        | time                | jam        | Jam         |           |         |
    |        | text                | rujukan    | Rujukan     |           |         |
    |        | text                | catatan    | Catatan     |           |         |
    |        | end_group           |            |             |           |         |

    | choices |
    |         | list_name | name      | label     |
    |         | kab       | 61.01     | Kab 61.01 |
    |         | kab       | 61.04     | Kab 61.04 |
    |         | kab       | 61.71     | Kab 61.71 |
    |         | yt        | ya        | Ya        |
    |         | yt        | tidak     | Tidak     |
    |         | kelamin   | p         | P         |
    |         | kelamin   | l         | L         |
    |         | eks       | upah      | Upah      |
    |         | eks       | jam       | Jam kerja |
    |         | eks       | dokumen   | Dokumen   |
    |         | sektor    | kebun     | Kebun     |
    |         | sektor    | laut      | Laut      |
    |         | sektor    | rumah     | Rumah     |
    |         | lay       | medis     | Medis     |
    |         | lay       | hukum     | Hukum     |
    |         | lay       | rumah     | Rumah     |

    | settings |
    |          | form_id | form_title | version |
    |          | bench   | Bench      | 1       |
    """


@cache
def workbook() -> bytes:
    """The form as an Excel workbook."""
    return xlsx(_SURVEY)


def submissions(count: int) -> list[bytes]:
    """Some filled forms, always the same, with a mark where the instance id goes."""
    dice = random.Random(34)  # noqa: S311 - made-up answers
    return [_filled(dice) for _ in range(count)]


def _filled(dice: random.Random) -> bytes:
    def day(first: int, last: int) -> str:
        return f"{dice.randint(first, last)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"

    def word(length: int) -> str:
        return "".join(dice.choices("aeiou bdgklmnprst", k=length)).strip() or "a"

    def one(*names: str) -> str:
        return dice.choice(names)

    def some(*names: str) -> str:
        return " ".join(sorted(dice.sample(names, dice.randint(1, len(names)))))

    def digits(count: int) -> str:
        return "".join(dice.choices("0123456789", k=count))

    asked = {
        "diri": {
            "nama": f"CANARY-{word(12)}",
            "nik": digits(16),
            "hp": f"+62{digits(10)}",
            "lahir": day(1960, 2008),
            "alamat": word(40),
            "kelamin": one("p", "l"),
            "umur": dice.randint(1, 80),
        },
        "kasus": {
            "eks": some("upah", "jam", "dokumen"),
            "sektor": one("kebun", "laut", "rumah"),
            "negara": word(8),
            "berangkat": day(2015, 2022),
            "pulang": day(2023, 2026),
            "anggota": dice.randint(1, 9),
            "anak": dice.randint(0, 6),
            "upah": dice.randint(0, 900000) / 100,
            "utang": dice.randint(0, 9000000) / 100,
            "lokasi": f"{dice.uniform(-2, 2):.6f} {dice.uniform(108, 114):.6f} {dice.randint(0, 90)}.0 4.5",
            "lapor": one("ya", "tidak"),
            "dokumen": one("ya", "tidak"),
        },
        "layanan": {
            "lay": some("medis", "hukum", "rumah"),
            "medis": one("ya", "tidak"),
            "hukum": one("ya", "tidak"),
            "psikologi": one("ya", "tidak"),
            "kunjungan": dice.randint(0, 20),
            "jarak": dice.randint(0, 300),
            "jam": f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00.000+07:00",
            "rujukan": word(20),
            "catatan": word(120),
        },
    }
    groups = "".join(
        f"<{group}>{''.join(f'<{name}>{value}</{name}>' for name, value in answers.items())}</{group}>"
        for group, answers in asked.items()
    )
    moment = f"{day(2026, 2026)}T08:{dice.randint(0, 59):02}:11.000+07:00"
    return (
        f'<?xml version=\'1.0\' ?><data id="{FORM_ID}" version="1" xmlns:orx="http://openrosa.org/xforms">'
        f"<mulai>{moment}</mulai><selesai>{moment}</selesai><hari>{moment[:10]}</hari>"
        f"<alat>collect:{word(12)}</alat><kab>{one('61.01', '61.04', '61.71')}</kab><setuju>ya</setuju>{groups}"
        f"<orx:meta><orx:instanceID>uuid:{NEW_ID.decode()}</orx:instanceID></orx:meta></data>"
    ).encode()


def posts(path: str, count: int = 200) -> list[bytes]:
    """The same forms as whole requests to a path, as a phone sends them."""
    return [_post(path, xml) for xml in submissions(count)]


def _post(path: str, xml: bytes) -> bytes:
    border = b"5e7f0a4c-batas"
    body = (
        b"--" + border + b'\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="bench.xml"\r\n'
        b"Content-Type: text/xml; charset=utf-8\r\n\r\n" + xml + b"\r\n--" + border + b"--\r\n"
    )
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\n"
        "User-Agent: org.odk.collect.android/v2026.1 (Dalvik/2.1.0)\r\nAccept-Encoding: gzip\r\n"
        f"Content-Type: multipart/form-data; boundary={border.decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(port: int, path: str, **headers: str) -> bytes:
    """A GET request as bytes."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-OpenRosa-Version: 1.0\r\n{lines}\r\n".encode()
