"""Everything that Lentera refuses, in one table.

A refusal is a `Problem`, raised where it is found and written once per door (JSON, OpenRosa, OData, page).
Codes are ODK Central's where Central has one, since clients compare them; our own start at `.901`. No code ends
in 0: they are floats on the wire. The class name states the fact and the docstring is its sentence in the reference.
`message` and `message_id` are the English and Indonesian texts, formatted with the details; `public` names the
details that go out on the wire, in the order Central prints them. Details never hold an answer.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """Anything we refuse: a code, a text in two languages, and details."""

    code: ClassVar[float]
    message: ClassVar[str]
    message_id: ClassVar[str]
    public: ClassVar[tuple[str, ...]] = ()
    #: Whether what the request wrote before the refusal stays; else it is undone.
    keeps: ClassVar[bool] = False

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.text())

    @property
    def status(self) -> int:
        """The HTTP status: the code's integer part."""
        return int(self.code)

    def text(self, language: str = "en") -> str:
        """Say what happened and what to do, in "en" or "id"."""
        return (self.message_id if language == "id" else self.message).format(**self.details)

    def wire_details(self) -> dict[str, Any] | None:
        """Give the details that may leave over the wire, or None where there are none."""
        return {name: _plain(self.details[name]) for name in self.public if name in self.details} or None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


class MissingParameter(Problem):
    """A required value was not given."""

    code = 400.2
    message = "The required value {field} is missing. Give it and send again."
    message_id = "Nilai {field} wajib diisi. Lengkapi lalu kirim lagi."
    public = ("field",)


class InsufficientRights(Problem):
    """The actor may not do this here."""

    code = 403.1
    message = "You may not do this here. Ask an administrator for the right."
    message_id = "Anda tidak berhak melakukan ini. Mintalah hak kepada administrator."


class Unparseable(Problem):
    """The body is not what its kind should be."""

    code = 400.1
    message = "This could not be read as {format}. Check the file and send it again."
    message_id = "Isi ini tidak terbaca sebagai {format}. Periksa berkasnya lalu kirim lagi."
    public = ("format", "rawLength")


class MissingParameters(Problem):
    """Several values are required together and not all were given."""

    code = 400.3
    message = "Required values are missing: {expected}. Give them all and send again."
    message_id = "Ada nilai wajib yang belum diisi: {expected}. Lengkapi semuanya lalu kirim lagi."
    public = ("expected", "got")


class InvalidHeader(Problem):
    """A request header holds something that it may not."""

    code = 400.6
    message = "The request header {field} is not valid here."
    message_id = "Header permintaan {field} tidak sah di sini."
    public = ("field", "value")


class MissingMultipartField(Problem):
    """A multipart body lacks a part that it must have."""

    code = 400.7
    message = "The part {field} is missing from what was sent."
    message_id = "Bagian {field} tidak ada dalam kiriman."
    public = ("field",)


class UnexpectedValue(Problem):
    """A value is not one of those allowed."""

    code = 400.8
    message = "The value of {field} is not allowed: {reason}."
    message_id = "Nilai {field} tidak diperbolehkan: {reason}."
    public = ("field", "value", "reason")


class InvalidDataType(Problem):
    """A value is of the wrong type."""

    code = 400.11
    message = "The value of {field} must be of type {expected}."
    message_id = "Nilai {field} harus bertipe {expected}."
    public = ("field", "value", "expected")


class ValueTooLong(Problem):
    """A value is longer than what is kept for it."""

    code = 400.13
    message = "The value of {field} is longer than {limit} characters. Shorten it and send again."
    message_id = "Nilai {field} lebih panjang dari {limit} karakter. Persingkat lalu kirim lagi."


class KeyDoesNotExist(Problem):
    """A value points at something that does not exist."""

    code = 400.14
    message = "What {field} points at does not exist."
    message_id = "Yang ditunjuk oleh {field} tidak ada."
    public = ("field", "value", "table")


class InvalidWorkbook(Problem):
    """The workbook has errors; each is a finding with its sheet, row and column."""

    code = 400.15
    message = "The form cannot be used yet. Mend this and upload it again:\n{error}"
    message_id = "Formulir ini belum dapat dipakai. Perbaiki ini lalu unggah lagi:\n{error_id}"
    public = ("error", "warnings")


class FormWarnings(Problem):
    """The upload has warnings; nothing is stored until it is sent again with ignoreWarnings."""

    code = 400.16
    message = "The form has warnings. Read them; to go on all the same, send it again and accept them."
    message_id = "Formulir ini punya peringatan. Bacalah; untuk tetap melanjutkan, kirim lagi dan terima peringatannya."
    public = ("warnings",)


class FieldTypeConflict(Problem):
    """A field has another type than in a published version, so its stored answers would no longer fit."""

    code = 400.17
    message = (
        "The question {path} was of type {type} in an earlier version and has another type now{where}. "
        "Give the changed question a new name, or restore the type."
    )
    message_id = (
        "Pertanyaan {path} bertipe {type} pada versi sebelumnya dan kini bertipe lain{where}. "
        "Beri nama baru pada pertanyaan yang diubah, atau kembalikan tipenya."
    )
    public = ("path", "type")


class PasswordTooShort(Problem):
    """A password has fewer than ten characters."""

    code = 400.21
    message = "The password must have at least 10 characters."
    message_id = "Kata sandi harus terdiri dari sedikitnya 10 karakter."


class ValueOutOfRange(Problem):
    """A number is beyond what its type can hold."""

    code = 400.22
    message = "A number in the address or the body is too large for the type {type}."
    message_id = "Ada angka pada alamat atau isi yang terlalu besar untuk tipe {type}."
    public = ("value", "type")


class InvalidEntityForm(Problem):
    """The form's entity declarations break the entities specification."""

    code = 400.25
    message = "The form's entities cannot be used: {reason}"
    message_id = "Entitas pada formulir ini tidak dapat dipakai: {reason_id}"
    public = ("reason",)


class MissingMeta(Problem):
    """The form has no meta group, so its submissions would have no instance id."""

    code = 400.27
    message = "The form has no meta group. Add <meta><instanceID/></meta> to its primary instance."
    message_id = "Formulir ini tidak punya grup meta. Tambahkan <meta><instanceID/></meta> pada instans utamanya."


class RequestTooLarge(Problem):
    """A JSON body is larger than any that we expect."""

    code = 400.36
    message = "The request is too large."
    message_id = "Permintaan ini terlalu besar."


class EncodingNotSupported(Problem):
    """A body is compressed in a way that we do not read."""

    code = 400.37
    message = "The body is compressed in a way that this server does not read. Send it plain, or with gzip."
    message_id = "Isi kiriman dimampatkan dengan cara yang tidak dikenal. Kirim apa adanya, atau dengan gzip."


class PasswordTooLong(Problem):
    """A password has more than 72 bytes."""

    code = 400.38
    message = "The password must not have more than 72 bytes."
    message_id = "Kata sandi tidak boleh lebih dari 72 bita."


class MultipartParsingFailed(Problem):
    """A multipart body is broken or was cut short."""

    code = 400.39
    message = "The upload is incomplete or damaged. Send it again."
    message_id = "Kiriman tidak lengkap atau rusak. Kirim sekali lagi."


class InvalidXForm(Problem):
    """An XForm that a phone could not open, or that we could not keep answers for."""

    code = 400.921
    message = "The XForm cannot be used: {reason}"
    message_id = "XForm ini tidak dapat dipakai: {reason_id}"
    public = ("reason",)


class InstanceTooDeep(Problem):
    """A submission's elements lie deeper inside one another than any form's do."""

    code = 400.941
    message = (
        "The submission has elements inside one another more than {limit} deep. No form needs that; nothing was stored."
    )
    message_id = (
        "Kiriman memuat elemen bersarang lebih dari {limit} tingkat. Tidak ada formulir yang memerlukannya; "
        "tidak ada yang disimpan."
    )


class InstanceWithDoctype(Problem):
    """A submission declares a document type, which could define entities; no client of ours does."""

    code = 400.942
    message = "The submission declares a document type (DOCTYPE), which is never accepted. Remove it and send again."
    message_id = "Kiriman memuat deklarasi tipe dokumen (DOCTYPE), yang tidak pernah diterima. Hapus lalu kirim lagi."


class IdentityNotSearchable(Problem):
    """A filter or a count is on a question whose answers are sealed."""

    code = 400.951
    message = "The answers to {path} are sealed, so they cannot be searched or counted. Choose another question."
    message_id = "Jawaban {path} tersegel, jadi tidak dapat dicari atau dihitung. Pilih pertanyaan lain."
    public = ("path",)


class InstanceTooLarge(Problem):
    """A submission's XML is larger, or has more elements, than what can be read at once."""

    code = 413.941
    message = (
        "The submission's XML is too large: more than {bytes} bytes, or {nodes} elements and attributes. "
        "Nothing was stored; fill the form in parts."
    )
    message_id = (
        "XML kiriman terlalu besar: lebih dari {bytes} bita, atau {nodes} elemen dan atribut. "
        "Tidak ada yang disimpan; isi formulir secara bertahap."
    )


class AuthenticationFailed(Problem):
    """There is no valid credential: none sent, wrong, ended, or expired."""

    code = 401.2
    message = "Log-in failed or has ended. Check the address and the password, and log in again."
    message_id = "Gagal masuk atau sesi telah berakhir. Periksa alamat dan kata sandi, lalu masuk lagi."
    keeps = True  # the failed attempt counts


class HttpsOnly(Problem):
    """A password was sent where others could read it."""

    code = 401.3
    message = "A password may only be sent over https. Use the https address of this server."
    message_id = "Kata sandi hanya boleh dikirim lewat https. Gunakan alamat https server ini."


class NotFound(Problem):
    """There is nothing here, or nothing that the actor may see."""

    code = 404.1
    message = "There is nothing here, or it is not open to you."
    message_id = "Tidak ada apa-apa di sini, atau tidak terbuka untuk Anda."


class MissingApiVersion(Problem):
    """A path of the API does not begin with its version."""

    code = 404.2
    message = "The address of the API begins with /v1/."
    message_id = "Alamat API dimulai dengan /v1/."


class UnexpectedApiVersion(Problem):
    """A path asks for a version of the API that does not exist."""

    code = 404.3
    message = "This server speaks version v1 of the API, not {got}."
    message_id = "Server ini memakai API versi v1, bukan {got}."
    public = ("got",)


class DeprecatedIdNotFound(Problem):
    """An edit names a submission that is not here (yet)."""

    code = 404.5
    message = "The record that this edit replaces has not arrived. Send the original first, then this one again."
    message_id = "Data yang diperbaiki kiriman ini belum diterima. Kirim yang asli dulu, lalu kirim ini lagi."
    public = ("deprecatedId",)


class FormVersionNotFound(Problem):
    """A submission was filled with a version of the form that was never published here."""

    code = 404.6
    message = "The form exists, but its version {formVersion} was never published here. Ask the coordinator."
    message_id = "Formulirnya ada, tetapi versi {formVersion} tidak pernah diterbitkan di sini. Hubungi koordinator."
    public = ("formVersion",)


class InstanceConflict(Problem):
    """The same instance was received before with other content."""

    code = 409.1
    message = (
        "A record with this identifier was received before with other content. It was kept; this one was not stored."
    )
    message_id = "Data dengan pengenal ini sudah diterima dengan isi lain. Yang itu disimpan; yang ini tidak."


class NotAcceptingSubmissions(Problem):
    """The form is closed."""

    code = 409.2
    message = "This form is closed and takes no more records. Ask the coordinator."
    message_id = "Formulir ini sudah ditutup dan tidak menerima data lagi. Hubungi koordinator."


class UniquenessViolation(Problem):
    """Something with the same name or number is there already."""

    code = 409.3
    message = "There is one with the same {fields} already."
    message_id = "Sudah ada yang {fields}-nya sama."
    public = ("fields", "values", "table")


class VersionUniquenessViolation(Problem):
    """A published version of the form carries this version name already."""

    code = 409.6
    message = (
        "The version {version} of the form {xmlFormId} was published before. Change the version in the settings sheet."
    )
    message_id = "Versi {version} dari formulir {xmlFormId} sudah pernah diterbitkan. Ubah versi di lembar settings."
    public = ("xmlFormId", "version")


class NoPublishedVersion(Problem):
    """The draft is all there is; without it the form would be empty."""

    code = 409.7
    message = "This form was never published, so its draft cannot be dropped. Delete the form instead."
    message_id = "Formulir ini belum pernah diterbitkan, jadi drafnya tidak dapat dibuang. Hapuslah formulirnya."


class DeprecatingOldSubmission(Problem):
    """An edit was made from a version that is not the newest any more."""

    code = 409.9
    message = "This record was changed by someone else after it was opened. Nothing was stored; compare and edit again."
    message_id = "Data ini telah diubah orang lain setelah dibuka. Tidak ada yang disimpan; bandingkan lalu ubah lagi."
    public = ("deprecatedId",)


class DuplicateSubmission(Problem):
    """The instance was received before and then deleted."""

    code = 409.18
    message = "A record with this identifier was received and deleted before."
    message_id = "Data dengan pengenal ini pernah diterima dan sudah dihapus."


class TooManyAttempts(Problem):
    """Too many failed log-ins for this account or from this address."""

    code = 429.901
    message = "Too many failed log-ins. Wait {minutes} minutes and try again."
    message_id = "Terlalu banyak percobaan masuk yang gagal. Tunggu {minutes} menit lalu coba lagi."
    public = ("minutes",)


class ForgedRequest(Problem):
    """A request with a cookie did not prove that it came from one of our own pages."""

    code = 403.901
    message = "This page is too old or came from elsewhere. Go back, load it anew, and try again."
    message_id = "Halaman ini sudah kedaluwarsa atau berasal dari tempat lain. Kembali, muat ulang, lalu coba lagi."


class IdentityNotOpen(Problem):
    """What was asked for holds sealed answers, which are opened one at a time for a reason."""

    code = 403.902
    message = "This holds names or other identity and stays sealed; the other answers are on the record's page."
    message_id = (
        "Ini memuat nama atau identitas lain. Isinya tetap tersegel; jawaban selain identitas ada di halaman data."
    )


class ServerAddressUnknown(Problem):
    """A phone could not reach the address that the code would carry."""

    code = 409.901
    message = (
        "A phone cannot reach {address}. Start the server for the network (lentera serve --bind 0.0.0.0:8383), or set "
        "LENTERA_BASE_URL to the address that phones use, and make the code again."
    )
    message_id = (
        "Ponsel tidak dapat menjangkau {address}. Jalankan server untuk jaringan (lentera serve --bind 0.0.0.0:8383), "
        "atau isi LENTERA_BASE_URL dengan alamat yang dipakai ponsel, lalu buat kodenya lagi."
    )
    public = ("address",)


class Busy(Problem):
    """A form's answers are being read or written without a pause, so its tables could not be changed."""

    code = 503.901
    message = "The form's answers are in use just now, so nothing was changed. Try again in a minute."
    message_id = "Jawaban formulir ini sedang dipakai, jadi tidak ada yang diubah. Coba lagi sebentar lagi."


class FeatureNotBuilt(Problem):
    """A request asks for something that this server does not do (yet); to ignore it would give a wrong answer."""

    code = 501.1
    message = "This server cannot do {feature} here. Ask without it."
    message_id = "Server ini belum dapat melakukan {feature} di sini. Mintalah tanpa itu."
    public = ("feature",)


class DatabaseAway(Problem):
    """PostgreSQL is restarting; nothing of this request was kept."""

    code = 503.902
    message = "The database is starting up. Nothing was lost; send again in a minute."
    message_id = "Basis data sedang dimulai. Tidak ada yang hilang; kirim lagi sebentar lagi."


class SealBroken(Problem):
    """Something that was kept sealed does not open: it was changed on disk, or the key is another one."""

    code = 500.941
    message = (
        "Something that was kept does not open: it was damaged, or it was sealed with another key. "
        "An administrator finds out more with lentera check; restore a backup where it is damaged."
    )
    message_id = (
        "Sesuatu yang disimpan tidak dapat dibuka: rusak, atau disegel dengan kunci lain. "
        "Administrator dapat memeriksanya dengan lentera check; pulihkan dari cadangan bila rusak."
    )


class BlobMissing(Problem):
    """A file that was kept is not on the disk any more."""

    code = 500.942
    message = (
        "A file that was kept is missing from the disk. An administrator can restore it from a backup (lentera "
        "check lists such files)."
    )
    message_id = (
        "Berkas yang pernah disimpan hilang dari penyimpanan. Administrator dapat memulihkannya dari cadangan "
        "(lentera check menampilkan daftarnya)."
    )


class StorageFull(Problem):
    """The disk has no room for a file; nothing of it was kept."""

    code = 507.901
    message = (
        "The server's disk is full. Nothing was stored; tell the administrator, and send again when there is room."
    )
    message_id = (
        "Penyimpanan server penuh. Tidak ada yang disimpan; beri tahu administrator, lalu kirim lagi setelah ada ruang."
    )


class Unexpected(Problem):
    """A fault of the server's own: it is logged without values, and nothing of the request was kept."""

    code = 500.1
    message = "Something went wrong on the server. Nothing of this was stored; the administrator finds it in the log."
    message_id = "Terjadi kesalahan pada server. Tidak ada yang disimpan; administrator dapat melihatnya di log."


class MasterKeyMissing(Problem):
    """There is no master key, so nothing sealed can be opened and nothing new can be kept."""

    code = 500.901
    message = (
        "There is no master key at {path}. Start `lentera serve` once to make it, or set LENTERA_MASTER_KEY_FILE to "
        "the file with the key of this data folder."
    )
    message_id = (
        "Tidak ada kunci induk di {path}. Jalankan `lentera serve` sekali untuk membuatnya, atau isi "
        "LENTERA_MASTER_KEY_FILE dengan berkas kunci milik folder data ini."
    )


class MasterKeyUnreadable(Problem):
    """What should be the master key is not 64 hexadecimal digits, or may not be read."""

    code = 500.902
    message = "The master key at {path} cannot be read: it must be 64 hexadecimal digits, readable for this account."
    message_id = "Kunci induk di {path} tidak terbaca: harus 64 digit heksadesimal dan dapat dibaca oleh akun ini."


class DataFolderInUse(Problem):
    """Another process serves the data folder, or a command works in it."""

    code = 500.961
    message = (
        "The data folder {path} is already in use: `lentera {command}` runs as process {pid}. Stop that one first, or "
        "set LENTERA_DATA to another folder."
    )
    message_id = (
        "Folder data {path} sedang dipakai: `lentera {command}` berjalan sebagai proses {pid}. Hentikan dulu proses "
        "itu, atau isi LENTERA_DATA dengan folder lain."
    )


class DataFolderForeign(Problem):
    """The data folder holds things that are not ours, so we do not close it to everybody else."""

    code = 500.962
    message = (
        "The folder {path} holds other things ({example}), so it is not taken as a data folder. Set LENTERA_DATA to an "
        "empty folder, or to one that need not exist yet."
    )
    message_id = (
        "Folder {path} berisi hal lain ({example}), jadi tidak dipakai sebagai folder data. Isi LENTERA_DATA dengan "
        "folder kosong, atau folder yang belum ada."
    )


class DataFolderDenied(Problem):
    """The operating system does not let us make or use the data folder."""

    code = 500.963
    message = (
        "The data folder {path} cannot be used: {reason}. Give it to the account that runs lentera, or set "
        "LENTERA_DATA to a folder that this account may write."
    )
    message_id = (
        "Folder data {path} tidak dapat dipakai: {reason}. Berikan folder itu kepada akun yang menjalankan lentera, "
        "atau isi LENTERA_DATA dengan folder yang boleh ditulis akun ini."
    )


class AccountUnknown(Problem):
    """The user id that should run the database has no entry in the machine's list of accounts."""

    code = 500.964
    message = (
        "The user id {uid} has no account on this machine (no entry in /etc/passwd), and PostgreSQL refuses such a "
        "one. Add an entry for it, run lentera as another user, or use an external database (DATABASE_URL)."
    )
    message_id = (
        "Id pengguna {uid} tidak punya akun di mesin ini (tidak ada di /etc/passwd), dan PostgreSQL menolaknya. "
        "Tambahkan akunnya, jalankan lentera sebagai pengguna lain, atau pakai basis data luar (DATABASE_URL)."
    )


class AccountMissing(Problem):
    """Started as root, and the unprivileged account to run as neither exists nor can be made or taken."""

    code = 500.965
    message = (
        "Started as root, lentera runs as the account `{account}`, which cannot be used here: {reason}. Make the "
        "account (useradd --system {account}), or start lentera as an ordinary user."
    )
    message_id = (
        "Bila dimulai sebagai root, lentera berjalan sebagai akun `{account}`, tetapi akun itu tidak dapat dipakai di "
        "sini: {reason}. Buat akunnya (useradd --system {account}), atau jalankan lentera sebagai pengguna biasa."
    )


class AccountCannotReach(Problem):
    """The unprivileged account may not enter a folder that the server needs."""

    code = 500.966
    message = (
        "The account `{account}`, as which lentera runs when root starts it, may not enter {path}. Install lentera and "
        "its data folder under /opt or /srv, open that folder (chmod o+rx), or start lentera as an ordinary user."
    )
    message_id = (
        "Akun `{account}`, yang dipakai lentera bila dimulai oleh root, tidak boleh masuk ke {path}. Pasang lentera "
        "dan folder datanya di bawah /opt atau /srv, buka folder itu (chmod o+rx), atau jalankan lentera sebagai "
        "pengguna biasa."
    )


class SocketFolderTaken(Problem):
    """The folder for the database's socket is not ours alone."""

    code = 500.967
    message = (
        "The folder {path}, through which the database is reached, belongs to another account or is open to others. "
        "Remove it, or set LENTERA_DATA to a folder with a shorter path."
    )
    message_id = (
        "Folder {path}, tempat basis data dihubungi, milik akun lain atau terbuka bagi yang lain. Hapus folder itu, "
        "atau isi LENTERA_DATA dengan folder yang jalurnya lebih pendek."
    )


class ClusterNotMade(Problem):
    """PostgreSQL's own program for making a cluster failed; the next start tries again from the beginning."""

    code = 500.968
    message = "The database could not be made in {path}: {reason}. Nothing was left behind; correct it and start again."
    message_id = "Basis data tidak dapat dibuat di {path}: {reason}. Tidak ada yang tersisa; perbaiki lalu mulai lagi."


class ClusterUnsuited(Problem):
    """The data folder's cluster was made by another major version of PostgreSQL, or is damaged."""

    code = 500.969
    message = (
        "The database in {path} is not one of PostgreSQL {expected}: {found}. Use the version of lentera that made it, "
        "or restore a backup into an empty folder (lentera restore)."
    )
    message_id = (
        "Basis data di {path} bukan basis data PostgreSQL {expected}: {found}. Pakai versi lentera yang membuatnya, "
        "atau pulihkan cadangan ke folder kosong (lentera restore)."
    )


class ClusterStopped(Problem):
    """PostgreSQL ended instead of starting."""

    code = 500.971
    message = "PostgreSQL did not start with the data in {path} (it ended with {status}); its lines above say why."
    message_id = (
        "PostgreSQL tidak dapat dimulai dengan data di {path} (berakhir dengan {status}); barisnya di atas "
        "menyebutkan sebabnya."
    )


class AddressTaken(Problem):
    """Another program listens where we should."""

    code = 500.972
    message = "Another program already listens on {address}. Stop it, or choose another address with --bind HOST:PORT."
    message_id = (
        "Program lain sudah memakai {address}. Hentikan program itu, atau pilih alamat lain dengan --bind HOST:PORT."
    )


class AddressUnusable(Problem):
    """The address to listen on is not written as one, or is not one of this machine's, or needs more rights."""

    code = 500.973
    message = (
        "The address {address} cannot be listened on: {reason}. Give --bind HOST:PORT with an address of this machine, "
        "such as 127.0.0.1:8383 or 0.0.0.0:8383; ports below 1024 need root."
    )
    message_id = (
        "Alamat {address} tidak dapat dipakai: {reason}. Berikan --bind HOST:PORT dengan alamat mesin ini, misalnya "
        "127.0.0.1:8383 atau 0.0.0.0:8383; port di bawah 1024 memerlukan root."
    )


class CertificateUnusable(Problem):
    """The TLS certificate or its key cannot be read, or they do not belong together."""

    code = 500.974
    message = (
        "The certificate {cert} with the key {key} cannot be used: {reason}. Give --tls-cert a PEM file with the "
        "certificate and its chain, and --tls-key the PEM file with its key."
    )
    message_id = (
        "Sertifikat {cert} dengan kunci {key} tidak dapat dipakai: {reason}. Berikan --tls-cert berkas PEM berisi "
        "sertifikat beserta rantainya, dan --tls-key berkas PEM berisi kuncinya."
    )


class NothingToBackUp(Problem):
    """The place that a backup is asked of holds no database of ours: most likely another one was meant."""

    code = 500.981
    message = (
        "There is nothing to back up: the database holds no tables of Lentera. Set LENTERA_DATA, or DATABASE_URL, to "
        "what the server uses."
    )
    message_id = (
        "Tidak ada yang dicadangkan: basis data ini tidak berisi tabel Lentera. Isi LENTERA_DATA, atau DATABASE_URL, "
        "dengan yang dipakai server."
    )


class BackupExists(Problem):
    """A backup was to be written over a file that is there."""

    code = 500.982
    message = "The file {path} exists already and is left as it is. Choose another name for the backup."
    message_id = "Berkas {path} sudah ada dan dibiarkan apa adanya. Pilih nama lain untuk cadangan ini."


class BackupUnwritable(Problem):
    """A backup cannot be written where it should go; nothing of it is left there."""

    code = 500.983
    message = "The backup {path} cannot be written: {reason}. Nothing of it is left; make room or choose another place."
    message_id = (
        "Cadangan {path} tidak dapat ditulis: {reason}. Tidak ada sisanya; sediakan ruang atau pilih tempat lain."
    )


class DatabaseTooNew(Problem):
    """The external PostgreSQL is newer than the programs at hand, which could not back it up rightly."""

    code = 500.984
    message = (
        "The database is PostgreSQL {server}, and this version of lentera backs up PostgreSQL {tool} at most. Install "
        "a newer lentera, or use the pg_dump of that PostgreSQL together with a copy of the folder files."
    )
    message_id = (
        "Basis data ini PostgreSQL {server}, sedangkan versi lentera ini mencadangkan paling tinggi PostgreSQL {tool}. "
        "Pasang lentera yang lebih baru, atau pakai pg_dump PostgreSQL tersebut beserta salinan folder files."
    )


class BackupFailed(Problem):
    """PostgreSQL's own program for backups failed; nothing of the backup is left."""

    code = 500.985
    message = "The database could not be backed up: {reason}. Nothing was left behind; correct it and try again."
    message_id = "Basis data tidak dapat dicadangkan: {reason}. Tidak ada yang tersisa; perbaiki lalu coba lagi."


class BackupDamaged(Problem):
    """A backup is not whole, was changed, or is no backup at all; nothing was restored."""

    code = 500.986
    message = (
        "The file {path} is no whole backup of Lentera: it was cut short or changed, or is something else. Nothing was "
        "restored; use another copy. (`tar -xf` and `sha256sum -c SHA256SUMS` show which part is damaged.)"
    )
    message_id = (
        "Berkas {path} bukan cadangan Lentera yang utuh: terpotong, berubah, atau berkas lain. Tidak ada yang "
        "dipulihkan; pakai salinan lain. (`tar -xf` dan `sha256sum -c SHA256SUMS` menunjukkan bagian yang rusak.)"
    )


class BackupTooNew(Problem):
    """A backup was made by a newer version, whose tables this one does not know; nothing was restored."""

    code = 500.987
    message = (
        "The backup {path} was made by lentera {version}, which is newer than this one. Nothing was restored; install "
        "that version or a later one and restore again."
    )
    message_id = (
        "Cadangan {path} dibuat oleh lentera {version}, yang lebih baru daripada ini. Tidak ada yang dipulihkan; "
        "pasang versi itu atau yang lebih baru lalu pulihkan lagi."
    )


class BackupNeedsKey(Problem):
    """The master key at hand is not the one that opens what a backup holds; nothing was restored."""

    code = 500.988
    message = (
        "The backup needs the master key {key}, and the one at hand is {found}. Take the key from the safe (`lentera "
        "key export` printed it) and put it into {place}, or set LENTERA_MASTER_KEY_FILE to a file with it; then "
        "restore again. Nothing was restored."
    )
    message_id = (
        "Cadangan ini memerlukan kunci induk {key}, sedangkan yang ada {found}. Ambil kunci itu dari brankas (hasil "
        "`lentera key export`) dan taruh di {place}, atau isi LENTERA_MASTER_KEY_FILE dengan berkas berisi kunci itu; "
        "lalu pulihkan lagi. Tidak ada yang dipulihkan."
    )


class RestorePlaceTaken(Problem):
    """A backup was to be restored where something is kept already; that is left as it is."""

    code = 500.989
    message = (
        "A backup is restored only into an empty place, and {place} holds {example}. Nothing was touched; set "
        "LENTERA_DATA to an empty folder, or DATABASE_URL to an empty database."
    )
    message_id = (
        "Cadangan hanya dipulihkan ke tempat kosong, sedangkan {place} berisi {example}. Tidak ada yang diubah; isi "
        "LENTERA_DATA dengan folder kosong, atau DATABASE_URL dengan basis data kosong."
    )


class RestoreFailed(Problem):
    """A backup could not be restored; what had been done of it was undone."""

    code = 500.991
    message = "The backup could not be restored: {reason}. Everything was undone; correct it and restore again."
    message_id = "Cadangan tidak dapat dipulihkan: {reason}. Semuanya dibatalkan; perbaiki lalu pulihkan lagi."


class RebuildStopped(Problem):
    """A submission's kept XML cannot be laid out, so that its form's answer tables cannot be made from it."""

    code = 500.992
    message = (
        "The answer tables of {form} could not be rebuilt: the kept XML of the submission {instance} does not open or "
        "does not fit. Everything was left as it was; lentera check tells more, and a backup may have it whole."
    )
    message_id = (
        "Tabel jawaban {form} tidak dapat dibangun ulang: XML tersimpan milik kiriman {instance} tidak dapat dibuka "
        "atau tidak cocok. Semua dibiarkan seperti semula; lentera check memberi tahu lebih banyak, dan cadangan "
        "mungkin masih menyimpannya utuh."
    )


class MasterKeyForeign(Problem):
    """The master key at hand is not the one under which this database's projects were sealed."""

    code = 500.904
    message = (
        "The master key at hand is {found}, but the projects here are sealed under {key}. Set LENTERA_MASTER_KEY_FILE "
        "to the file with that key."
    )
    message_id = (
        "Kunci induk yang ada {found}, padahal proyek di sini disegel dengan {key}. Isi LENTERA_MASTER_KEY_FILE dengan "
        "berkas berisi kunci itu."
    )


class PoliciesBypassed(Problem):
    """The database role would see every row, whatever an actor's scopes say."""

    code = 500.903
    message = (
        "The role lentera_app is not bound by the row policies here: it is a superuser, has BYPASSRLS, or owns "
        "the tables. Make the roles as the README says and set DATABASE_URL to the login lentera_owner."
    )
    message_id = (
        "Peran lentera_app tidak terikat kebijakan baris di sini: ia superuser, punya BYPASSRLS, atau pemilik tabel. "
        "Buat peran seperti di README dan isi DATABASE_URL dengan login lentera_owner."
    )


class FieldClassConflict(Problem):
    """A question becomes identity, or ceases to be, while a published version has it otherwise."""

    code = 409.902
    message = (
        "The question {path} changes its privacy class to or from identity{where}. Answers stored before are kept "
        "otherwise; give the question a new name, so that none of them lies open or is taken for sealed."
    )
    message_id = (
        "Kelas privasi pertanyaan {path} berubah menjadi atau dari identity{where}. Jawaban lama disimpan dengan cara "
        "lain; beri nama baru pada pertanyaan itu, agar tidak ada jawaban yang terbuka atau dikira tersegel."
    )
    public = ("path",)


class DataFolderInRealUse(Problem):
    """The demo was asked for where there is real work."""

    code = 409.903
    message = (
        "This data folder holds projects already. Made-up data go only into an empty one: set LENTERA_DATA to another "
        "folder."
    )
    message_id = (
        "Folder data ini sudah berisi proyek. Data contoh hanya boleh masuk ke folder kosong: isi LENTERA_DATA dengan "
        "folder lain."
    )


class DatabaseUnreachable(Problem):
    """DATABASE_URL leads to no database that lets us in."""

    code = 500.905
    message = (
        "The database {database} on {host} cannot be reached. Check that PostgreSQL runs there, and the address, login "
        "and password in DATABASE_URL."
    )
    message_id = (
        "Basis data {database} di {host} tidak dapat dijangkau. Periksa apakah PostgreSQL berjalan, juga alamat, "
        "login, dan kata sandi di DATABASE_URL."
    )


class DatabaseTooOld(Problem):
    """PostgreSQL is older than 17."""

    code = 500.906
    message = "The database is PostgreSQL {version}; Lentera needs 17 or newer. Upgrade it, or use the embedded one."
    message_id = (
        "Basis datanya PostgreSQL {version}; Lentera memerlukan 17 atau lebih baru. Perbarui, atau pakai yang tertanam."
    )


class DatabaseNotUnicode(Problem):
    """The database cannot hold every script."""

    code = 500.907
    message = (
        "The database has the encoding {encoding}; Lentera needs UTF8. Make it anew as the README says: "
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'."
    )
    message_id = (
        "Basis data ini memakai pengodean {encoding}; Lentera memerlukan UTF8. Buat ulang seperti di README: "
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'."
    )
