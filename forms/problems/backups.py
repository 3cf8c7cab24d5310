"""Refusals of backup, restore and rebuild. In the order of their codes."""

from forms.problems.problem import Problem


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
