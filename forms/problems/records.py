"""Refusals of what a phone sends, and of opening what is kept. In the order of their codes."""

from forms.problems.problem import Problem


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


class ReasonTooShort(Problem):
    """A reason for opening identity says too little."""

    code = 400.952
    message = "Say why it has to be opened, in at least {least} letters. The auditor reads it."
    message_id = "Tuliskan alasan membukanya, sedikitnya {least} huruf. Auditor membacanya."
    public = ("least",)


class TooManyGroups(Problem):
    """A view makes more groups than anybody reads."""

    code = 400.957
    message = "This figure has more than {limit} groups. Group by band() or month(), or choose a filter."
    message_id = (
        "Angka ini punya lebih dari {limit} kelompok. Kelompokkan dengan band() atau month(), atau pilih filter."
    )
    public = ("limit",)


class FigureNotComputed(Problem):
    """The answers cannot be put together as a view says, such as numbers too large to add."""

    code = 400.958
    message = "This figure cannot be computed from the answers. Check its row on the views sheet."
    message_id = "Angka ini tidak dapat dihitung dari jawaban. Periksa barisnya di lembar views."


class FigureTakesTooLong(Problem):
    """A view's links pair so many records with one another that computing it was given up."""

    code = 400.959
    message = (
        "This figure takes too long to compute: its links join too many records with one another. On the views sheet, "
        "join them by what few have in common, such as a code."
    )
    message_id = (
        "Angka ini terlalu lama dihitung: terlalu banyak data yang saling terhubung. Di lembar views, hubungkan lewat "
        "isian yang sama pada sedikit data saja, misalnya kode."
    )


class NotCleared(Problem):
    """Somebody filters by, counts, or asks for what is above the clearance of their role."""

    code = 403.903
    message = "Your role here does not show {path}, so it cannot be searched, counted or opened either."
    message_id = "Peran Anda di sini tidak menampilkan {path}, jadi tidak dapat dicari, dihitung, atau dibuka."
    public = ("path",)


class HandoverOwn(Problem):
    """Somebody decides on their own request for a download with identity."""

    code = 403.905
    message = "Another person has to approve this: nobody takes identity away alone."
    message_id = "Orang lain yang harus menyetujuinya: tidak seorang pun mengunduh identitas sendirian."


class HandoverNotYours(Problem):
    """Somebody takes a download with identity that another person asked for."""

    code = 403.906
    message = "Only the person who asked for this download may take it."
    message_id = "Hanya orang yang meminta unduhan ini yang boleh mengambilnya."


class FiguresWithheld(Problem):
    """A figure counts people, and the reader's role, or a session without a second step, shows none of them."""

    code = 403.907
    message = (
        "This figure counts people, and your access here does not show it. Log in with your second step, or ask the "
        "coordinator."
    )
    message_id = (
        "Angka ini menghitung orang, dan akses Anda di sini tidak menampilkannya. Masuk dengan langkah kedua, atau "
        "tanyakan pada koordinator."
    )


class FilterTooFine(Problem):
    """Figures of people are asked for by filters from which hidden numbers could be told."""

    code = 403.908
    message = (
        "Figures of people with small numbers hidden come for all time or for a whole year, without other filters. "
        "Choose one of these."
    )
    message_id = (
        "Angka tentang orang dengan bilangan kecil disembunyikan hanya ada untuk semua waktu atau satu tahun penuh, "
        "tanpa filter lain. Pilih salah satunya."
    )


class HandoverExpired(Problem):
    """A request for a download with identity is decided or taken too late, or twice."""

    code = 409.905
    message = "This request is not open any more: it was decided, taken or has expired. Ask again."
    message_id = "Permintaan ini sudah tidak berlaku: sudah diputuskan, diambil, atau kedaluwarsa. Ajukan lagi."


class IdentityNotOpen(Problem):
    """What was asked for holds sealed answers, which are opened one at a time for a reason."""

    code = 403.902
    message = "This holds names or other identity and stays sealed; the other answers are on the record's page."
    message_id = (
        "Ini memuat nama atau identitas lain. Isinya tetap tersegel; jawaban selain identitas ada di halaman data."
    )


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


class DuplicateSubmission(Problem):
    """The instance was received before and then deleted."""

    code = 409.18
    message = "A record with this identifier was received and deleted before."
    message_id = "Data dengan pengenal ini pernah diterima dan sudah dihapus."


class NotAcceptingSubmissions(Problem):
    """The form is closed."""

    code = 409.2
    message = "This form is closed and takes no more records. Ask the coordinator."
    message_id = "Formulir ini sudah ditutup dan tidak menerima data lagi. Hubungi koordinator."


class DeprecatingOldSubmission(Problem):
    """An edit was made from a version that is not the newest any more."""

    code = 409.9
    message = "This record was changed by someone else after it was opened. Nothing was stored; compare and edit again."
    message_id = "Data ini telah diubah orang lain setelah dibuka. Tidak ada yang disimpan; bandingkan lalu ubah lagi."
    public = ("deprecatedId",)


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
