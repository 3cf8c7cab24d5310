"""What stops the server itself: account, folder, key, database, address. In the order of their codes."""

from forms.problems.problem import Problem


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


class PlainHttpSetting(Problem):
    """LENTERA_PLAIN_HTTP is set to something else than the one word that it takes."""

    code = 500.911
    message = (
        "LENTERA_PLAIN_HTTP takes the one value LAN, in capital letters: names and passwords then travel readable in "
        "the network. Set it so, or leave it out."
    )
    message_id = (
        "LENTERA_PLAIN_HTTP hanya menerima nilai LAN dengan huruf besar: nama dan kata sandi lalu terbaca di jaringan. "
        "Isi persis begitu, atau jangan diisi."
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


class MailUnusable(Problem):
    """A mail server is set, and something is wrong or missing that letters need."""

    code = 500.975
    message = (
        "With LENTERA_SMTP letters are sent, and {setting} does not fit. Needed are "
        "LENTERA_SMTP=smtp://USER:PASSWORD@HOST:PORT or smtps://…, LENTERA_SMTP_FROM with the sender's address, and "
        "LENTERA_BASE_URL with this server's."
    )
    message_id = (
        "Dengan LENTERA_SMTP surat dikirim, tetapi {setting} tidak sesuai. Yang diperlukan: "
        "LENTERA_SMTP=smtp://PENGGUNA:SANDI@HOST:PORT atau smtps://…, LENTERA_SMTP_FROM berisi alamat pengirim, "
        "dan LENTERA_BASE_URL berisi alamat server ini."
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


class DatabaseAway(Problem):
    """PostgreSQL is restarting; nothing of this request was kept."""

    code = 503.902
    message = "The database is starting up. Nothing was lost; send again in a minute."
    message_id = "Basis data sedang dimulai. Tidak ada yang hilang; kirim lagi sebentar lagi."


class StorageFull(Problem):
    """The disk has no room for a file; nothing of it was kept."""

    code = 507.901
    message = (
        "The server's disk is full. Nothing was stored; tell the administrator, and send again when there is room."
    )
    message_id = (
        "Penyimpanan server penuh. Tidak ada yang disimpan; beri tahu administrator, lalu kirim lagi setelah ada ruang."
    )
