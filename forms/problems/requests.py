"""Refusals of a request as such: its shape, its values, who asks, what is not there. In the order of their codes."""

from forms.problems.problem import Problem


class Unparseable(Problem):
    """The body is not what its kind should be."""

    code = 400.1
    message = "This could not be read as {format}. Check the file and send it again."
    message_id = "Isi ini tidak terbaca sebagai {format}. Periksa berkasnya lalu kirim lagi."
    public = ("format", "rawLength")


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


class MissingParameter(Problem):
    """A required value was not given."""

    code = 400.2
    message = "The required value {field} is missing. Give it and send again."
    message_id = "Nilai {field} wajib diisi. Lengkapi lalu kirim lagi."
    public = ("field",)


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


class MissingParameters(Problem):
    """Several values are required together and not all were given."""

    code = 400.3
    message = "Required values are missing: {expected}. Give them all and send again."
    message_id = "Ada nilai wajib yang belum diisi: {expected}. Lengkapi semuanya lalu kirim lagi."
    public = ("expected", "got")


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


class SecondStepNeeded(Problem):
    """The password is right, and its person has a second step: the log-in needs a code as well."""

    code = 401.901
    message = "The password alone does not open this account. Send the code of the authenticator app with it, as code."
    message_id = "Kata sandi saja tidak membuka akun ini. Sertakan kode dari aplikasi autentikator, sebagai code."


class CodeWrong(Problem):
    """The password is right and the code of the second step is not, or was used already."""

    code = 401.902
    message = "The code is not right, or was used already. Wait for the next one in the authenticator app."
    message_id = "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi autentikator."
    keeps = True  # the failed attempt counts


class SessionNeeded(Problem):
    """Somebody with a second step sends address and password with a request, which has no place for a code."""

    code = 401.903
    message = "This account has a second step. Open a session with a code, and send its token instead of the password."
    message_id = "Akun ini memakai langkah kedua. Buka sesi dengan kode, lalu kirim tokennya, bukan kata sandi."


class InsufficientRights(Problem):
    """The actor may not do this here."""

    code = 403.1
    message = "You may not do this here. Ask an administrator for the right."
    message_id = "Anda tidak berhak melakukan ini. Mintalah hak kepada administrator."


class ForgedRequest(Problem):
    """A request with a cookie did not prove that it came from one of our own pages."""

    code = 403.901
    message = "This page is too old or came from elsewhere. Go back, load it anew, and try again."
    message_id = "Halaman ini sudah kedaluwarsa atau berasal dari tempat lain. Kembali, muat ulang, lalu coba lagi."


class RoleIsPerForm(Problem):
    """A role that is given form by form is given on a project or on the site."""

    code = 400.911
    message = "The role “{role}” is given on single forms, not on a whole project. Choose the forms."
    message_id = "Peran “{role}” diberikan per formulir, tidak untuk seluruh proyek. Pilih formulirnya."
    public = ("role",)


class OwnRights(Problem):
    """Somebody gives themselves what opens people's data."""

    code = 403.904
    message = "Nobody can open people's data to themselves. Ask another administrator or project manager to give it."
    message_id = (
        "Tidak seorang pun dapat membuka data orang untuk dirinya sendiri. "
        "Minta administrator atau pengelola proyek lain memberikannya."
    )


class IdentityOverHttp(Problem):
    """A form that asks for identity is asked for, or sent, where others in the network could read along."""

    code = 403.921
    message = (
        "This form asks for names or other identity, and over plain http others in the network could read them. "
        "What is filled stays where it is. Use the https address of this server, or ask whoever runs it for one."
    )
    message_id = (
        "Formulir ini menanyakan nama atau identitas lain, dan lewat http biasa orang lain di jaringan dapat "
        "membacanya. Isian tetap tersimpan di tempatnya. Gunakan alamat https server ini, atau mintalah kepada "
        "pengelola server."
    )


class LogInOverHttp(Problem):
    """Somebody wants to log in with a password where others in the network could read it."""

    code = 403.922
    message = (
        "Over plain http others in the network could read your password, so that nobody logs in here. Use the https "
        "address of this server, or ask whoever runs it for one."
    )
    message_id = (
        "Lewat http biasa orang lain di jaringan dapat membaca kata sandi Anda, karena itu di sini tidak ada yang "
        "dapat masuk. Gunakan alamat https server ini, atau mintalah kepada pengelola server."
    )


class NotFound(Problem):
    """There is nothing here, or nothing that the actor may see."""

    code = 404.1
    message = "There is nothing here, or it is not open to you."
    message_id = "Tidak ada apa-apa di sini, atau tidak terbuka untuk Anda."


class UnexpectedApiVersion(Problem):
    """A path asks for a version of the API that does not exist."""

    code = 404.3
    message = "This server speaks version v1 of the API, not {got}."
    message_id = "Server ini memakai API versi v1, bukan {got}."
    public = ("got",)


class UniquenessViolation(Problem):
    """Something with the same name or number is there already."""

    code = 409.3
    message = "There is one with the same {fields} already."
    message_id = "Sudah ada yang {fields}-nya sama."
    public = ("fields", "values", "table")


class TooManyAttempts(Problem):
    """Too many failed log-ins for this account or from this address."""

    code = 429.901
    message = "Too many failed log-ins. Wait {minutes} minutes and try again."
    message_id = "Terlalu banyak percobaan masuk yang gagal. Tunggu {minutes} menit lalu coba lagi."
    public = ("minutes",)


class FeatureNotBuilt(Problem):
    """A request asks for something that this server does not do (yet); to ignore it would give a wrong answer."""

    code = 501.1
    message = "This server cannot do {feature} here. Ask without it."
    message_id = "Server ini belum dapat melakukan {feature} di sini. Mintalah tanpa itu."
    public = ("feature",)
