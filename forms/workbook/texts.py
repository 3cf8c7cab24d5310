"""Our own sentences about a workbook: code → level, English, Indonesian.

Each says what is wrong and what to do; the place is given beside it. Only words, no logic.
"""

from typing import Literal, NamedTuple


class Text(NamedTuple):
    """A sentence in both languages, and whether it keeps the workbook from being used."""

    level: Literal["error", "warning"]
    english: str
    indonesian: str


#: Ends every refusal of a code that Excel keeps as a number.
_AS_TEXT = (
    "Format the whole column as Text, then type the codes again: what Excel dropped (zeros, digits) does not come back"
    " by itself."
)
_AS_TEXT_ID = (
    "Format seluruh kolom sebagai Teks, lalu ketik ulang kodenya: yang dibuang Excel (angka nol, digit) tidak kembali"
    " sendiri."
)

TEXTS: dict[str, Text] = {
    # The file
    "file-too-large": Text(
        "error",
        "The file is larger than {limit} MB. Remove pictures and unused sheets from the workbook; media belong beside "
        "the form, as attachments.",
        "Berkas ini lebih besar dari {limit} MB. Hapus gambar dan lembar yang tidak dipakai dari buku kerja; media "
        "diunggah terpisah sebagai lampiran formulir.",
    ),
    "file-not-a-workbook": Text(
        "error",
        "This is not an Excel workbook. In Excel, LibreOffice or Google Sheets, save or download it as “Excel workbook "
        "(.xlsx)” and upload that file.",
        "Ini bukan buku kerja Excel. Di Excel, LibreOffice atau Google Sheets, simpan atau unduh sebagai “Buku kerja "
        "Excel (.xlsx)” lalu unggah berkas itu.",
    ),
    "file-other-format": Text(
        "error",
        "This is a workbook of another kind ({kind}). Save it as “Excel workbook (.xlsx)” and upload that file.",
        "Ini buku kerja jenis lain ({kind}). Simpan sebagai “Buku kerja Excel (.xlsx)” lalu unggah berkas itu.",
    ),
    "file-encrypted": Text(
        "error",
        "The workbook is protected by a password, so it cannot be read. In Excel, choose File, Info, Protect Workbook, "
        "Encrypt with Password, empty the password, save, and upload again.",
        "Buku kerja ini dilindungi kata sandi sehingga tidak dapat dibaca. Di Excel, pilih File, Info, Proteksi Buku "
        "Kerja, Enkripsi dengan Kata Sandi, kosongkan kata sandinya, simpan, lalu unggah lagi.",
    ),
    "file-unpacks-too-large": Text(
        "error",
        "Unpacked, this workbook would be far larger than any form is. Copy the form's sheets (only the filled rows) "
        "into a new workbook and upload that.",
        "Setelah dibuka, buku kerja ini jauh lebih besar daripada formulir mana pun. Salin lembar formulir (hanya "
        "baris yang terisi) ke buku kerja baru lalu unggah yang baru itu.",
    ),
    "file-damaged": Text(
        "error",
        "The workbook is damaged and cannot be read. Open it in Excel or LibreOffice, save it again under a new name, "
        "and upload that file.",
        "Buku kerja ini rusak dan tidak dapat dibaca. Buka di Excel atau LibreOffice, simpan lagi dengan nama baru, "
        "lalu unggah berkas itu.",
    ),
    "sheet-too-large": Text(
        "error",
        "The sheet has more than {limit} {what}. Put long choice lists into a CSV file and use select_one_from_file.",
        "Lembar ini punya lebih dari {limit} {what_id}. Taruh daftar pilihan yang panjang di berkas CSV dan gunakan "
        "select_one_from_file.",
    ),
    "nested-too-deep": Text(
        "error",
        "Groups and repeats are nested more than {limit} deep. Use fewer levels.",
        "Grup dan repeat bersarang lebih dari {limit} tingkat. Kurangi tingkatannya.",
    ),
    "characters-not-allowed": Text(
        "error",
        "The cell holds an invisible character that forms cannot carry. Delete the text and type it again.",
        "Sel ini berisi karakter tak tampak yang tidak dapat dibawa formulir. Hapus teksnya lalu ketik ulang.",
    ),
    "survey-misnamed": Text(
        "error",
        "There is no sheet named survey, and “{title}” looks like it. Rename it to survey, without spaces.",
        "Tidak ada lembar bernama survey, dan “{title}” tampaknya itu. Ganti nama lembarnya menjadi survey, tanpa "
        "spasi.",
    ),
    "header-repeated": Text(
        "error",
        "The column heading “{header}” stands twice. Rename or delete one of the two columns.",
        "Judul kolom “{header}” ada dua kali. Ganti nama atau hapus salah satunya.",
    ),
    "header-not-text": Text(
        "error",
        "The column heading is a number or a date. Headings are words; write it as text or delete it.",
        "Judul kolom ini berupa angka atau tanggal. Judul kolom harus kata; tulis sebagai teks atau hapus.",
    ),
    "cell-formula-error": Text(
        "error",
        "The cell's formula gives an error ({value}). Mend the formula or type its result as text.",
        "Rumus di sel ini menghasilkan galat ({value}). Perbaiki rumusnya atau ketik hasilnya sebagai teks.",
    ),
    # Settings
    "form-id-missing": Text(
        "error",
        "The form has no id. On the settings sheet, add a column form_id and write a short name below it, for example "
        "kunjungan_rumah. Keep it the same in every version.",
        "Formulir ini belum punya id. Di lembar settings, tambahkan kolom form_id dan tulis nama pendek di bawahnya, "
        "misalnya kunjungan_rumah. Jangan ubah di versi berikutnya.",
    ),
    "form-title-missing": Text(
        "error",
        "The form has no title. On the settings sheet, add a column form_title and write below it what people will see "
        "on the phone.",
        "Formulir ini belum punya judul. Di lembar settings, tambahkan kolom form_title dan tulis di bawahnya judul "
        "yang akan terlihat di ponsel.",
    ),
    "form-id-invalid": Text(
        "error",
        "The form id “{value}” cannot be used: it becomes part of an address, so it must not contain / or control "
        "characters nor end in .xls, .xlsx or .xml. Use letters, digits and _.",
        "Id formulir “{value}” tidak dapat dipakai: id menjadi bagian alamat, jadi tidak boleh memuat / atau karakter "
        "kendali dan tidak boleh berakhir dengan .xls, .xlsx atau .xml. Gunakan huruf, angka dan _.",
    ),
    "form-id-too-long": Text(
        "error",
        "The form id has {length} characters; at most {limit} are allowed. Choose a shorter one.",
        "Id formulir terdiri dari {length} karakter; paling banyak {limit}. Pilih yang lebih pendek.",
    ),
    "setting-as-number": Text(
        "error",
        "Excel keeps {header} as a number or a date and gives “{value}”, which may not be what was typed (2025.10 "
        "becomes 2025.1). " + _AS_TEXT,
        "Excel menyimpan {header} sebagai angka atau tanggal dan memberi “{value}”, yang mungkin bukan yang diketik "
        "(2025.10 menjadi 2025.1). " + _AS_TEXT_ID,
    ),
    # Codes
    "code-as-decimal": Text(
        "error",
        "Excel keeps this code as the number {value}; it may have been {guess}. " + _AS_TEXT,
        "Excel menyimpan kode ini sebagai angka {value}; mungkin aslinya {guess}. " + _AS_TEXT_ID,
    ),
    "code-too-many-digits": Text(
        "error",
        "Excel keeps only 15 digits of a number, so the last digits of this code are lost. " + _AS_TEXT,
        "Excel hanya menyimpan 15 digit sebuah angka, jadi digit terakhir kode ini hilang. " + _AS_TEXT_ID,
    ),
    "code-beside-text": Text(
        "error",
        "Excel keeps this code as the number {value}, while other codes of the list “{list}” are text with dots or "
        "leading zeros, such as {example}. " + _AS_TEXT,
        "Excel menyimpan kode ini sebagai angka {value}, sedangkan kode lain dalam daftar “{list}” berupa teks dengan "
        "titik atau nol di depan, misalnya {example}. " + _AS_TEXT_ID,
    ),
    "code-must-be-text": Text(
        "error",
        "Excel keeps this code as the number {value}. The list “{list}” is used by a question with a scope or of class "
        "identity, where a code must be exact. " + _AS_TEXT,
        "Excel menyimpan kode ini sebagai angka {value}. Daftar “{list}” dipakai pertanyaan dengan scope atau berkelas "
        "identity, dan di sana kode harus tepat. " + _AS_TEXT_ID,
    ),
    "code-as-date": Text(
        "error",
        "Excel turned this code into a date or time. " + _AS_TEXT,
        "Excel mengubah kode ini menjadi tanggal atau jam. " + _AS_TEXT_ID,
    ),
    "code-as-boolean": Text(
        "error",
        "Excel turned this code into the truth value {value}. " + _AS_TEXT,
        "Excel mengubah kode ini menjadi nilai logika {value}. " + _AS_TEXT_ID,
    ),
    "filter-code-as-number": Text(
        "warning",
        "Excel keeps this cell as the number {value}, and a choice_filter compares the column “{header}”. If it is a "
        "code (61.10), the filter will find nothing: format the column as Text and type it again.",
        "Excel menyimpan sel ini sebagai angka {value}, dan choice_filter membandingkan kolom “{header}”. Jika ini "
        "kode (61.10), saringan tidak akan menemukan apa pun: format kolom sebagai Teks lalu ketik ulang.",
    ),
    # Privacy and scope
    "privacy-unknown": Text(
        "error",
        "“{value}” is no privacy class{hint}. Leave the cell empty or write quasi, sensitive or identity, in small "
        "letters.",
        "“{value}” bukan kelas privasi{hint_id}. Kosongkan selnya atau tulis quasi, sensitive atau identity, dengan "
        "huruf kecil.",
    ),
    "privacy-column": Text(
        "warning",
        "The heading “{header}” looks like {meant} but is not, so the column is IGNORED and nothing in it is protected "
        "or scoped. If it is meant, rename it to {meant}.",
        "Judul “{header}” mirip {meant} tetapi bukan, jadi kolom ini DIABAIKAN dan isinya tidak melindungi atau "
        "membatasi apa pun. Jika memang dimaksud, ganti namanya menjadi {meant}.",
    ),
    "privacy-column-case": Text(
        "warning",
        "The heading “{header}” is read as {meant}. Write it in small letters, so that nobody doubts it.",
        "Judul “{header}” dibaca sebagai {meant}. Tulis dengan huruf kecil supaya tidak meragukan.",
    ),
    "scope-malformed": Text(
        "error",
        "“{value}” is no name of a scope. Write the dimension that the answer belongs to, for example kabkota or "
        "kantor: small letters, digits and _, beginning with a letter.",
        "“{value}” bukan nama scope. Tulis dimensi tempat jawaban itu berlaku, misalnya kabkota atau kantor: huruf "
        "kecil, angka dan _, diawali huruf.",
    ),
    "scope-not-on-a-question": Text(
        "error",
        "A scope is the answer of one question, so it cannot stand on a group or a repeat. Write it in the row of the "
        "question that holds the code.",
        "Scope adalah jawaban satu pertanyaan, jadi tidak boleh pada grup atau repeat. Tulis di baris pertanyaan yang "
        "menyimpan kodenya.",
    ),
    "scope-on-identity": Text(
        "error",
        "A scope is kept in the clear, so it cannot be an answer of class identity. Take the scope from a question "
        "that holds no person's data (a district, an office), or change the class.",
        "Scope disimpan terbuka, jadi tidak boleh berupa jawaban berkelas identity. Ambil scope dari pertanyaan yang "
        "tidak memuat data diri (kabupaten, kantor), atau ubah kelasnya.",
    ),
    "identity-computed-open": Text(
        "warning",
        "This is computed from {source}, which is of class identity, and is kept in the clear because the row says "
        "{stated}. Make sure that it gives no person away.",
        "Ini dihitung dari {source} yang berkelas identity, dan disimpan terbuka karena barisnya menyatakan {stated}. "
        "Pastikan hasilnya tidak membuka jati diri siapa pun.",
    ),
    "identity-in-instance-name": Text(
        "error",
        "The instance name shows {source}, which is of class identity. Instance names stand in lists and on phones in "
        "the clear: use a code or a date instead.",
        "Nama isian (instance_name) memuat {source} yang berkelas identity. Nama isian tampil terbuka di daftar dan di "
        "ponsel: gunakan kode atau tanggal.",
    ),
    "identity-in-entity-label": Text(
        "error",
        "The entity's label shows {source}, which is of class identity. Labels go to every phone that has the list: "
        "use a case code instead.",
        "Label entitas memuat {source} yang berkelas identity. Label dikirim ke setiap ponsel yang memakai daftar itu: "
        "gunakan kode kasus.",
    ),
    "identity-in-entity-id": Text(
        "error",
        "The entity's id is computed from {source}, which is of class identity. Ids are kept in the clear: use the id "
        "that the list gives.",
        "Id entitas dihitung dari {source} yang berkelas identity. Id disimpan terbuka: gunakan id dari daftarnya.",
    ),
    "identity-saved-to-entity": Text(
        "error",
        "{source} is of class identity and must not become an entity property: properties go to every phone that has "
        "the list. Empty the save_to cell, or save a value of another class.",
        "{source} berkelas identity dan tidak boleh menjadi properti entitas: properti dikirim ke setiap ponsel yang "
        "memakai daftar itu. Kosongkan sel save_to, atau simpan nilai berkelas lain.",
    ),
    "location-beside-identity": Text(
        "warning",
        "This form records people's identity and also a place ({what}). A map point can lead to a home or a shelter: "
        "remove the question, or give it the class identity.",
        "Formulir ini mencatat jati diri orang dan juga lokasi ({what}). Titik peta dapat menunjukkan rumah atau rumah "
        "perlindungan: hapus pertanyaannya, atau beri kelas identity.",
    ),
    "media-beside-identity": Text(
        "warning",
        "This form records people's identity, and {source} keeps a picture or a recording without a privacy class. If "
        "it can show or let hear a person, give it the class identity; if not, state another class.",
        "Formulir ini mencatat jati diri orang, dan {source} menyimpan gambar atau rekaman tanpa kelas privasi. Jika "
        "dapat memperlihatkan atau memperdengarkan seseorang, beri kelas identity; jika tidak, nyatakan kelas lain.",
    ),
    # The form as a whole
    "meta-missing": Text(
        "error",
        "The form gives its submissions no instance id. Remove omit_instanceID from the settings sheet.",
        "Formulir ini tidak memberi id pada isiannya. Hapus omit_instanceID dari lembar settings.",
    ),
    "converter-failed": Text(
        "error",
        "The form could not be converted, and the converter does not say why ({kind}). Compare the last changes with "
        "the version that worked; if nothing helps, send the workbook to whoever looks after this server.",
        "Formulir tidak dapat dikonversi, dan konverter tidak menyebut sebabnya ({kind}). Bandingkan perubahan "
        "terakhir dengan versi yang berhasil; bila tetap gagal, kirim buku kerja ini kepada pengelola peladen.",
    ),
    "entities-version-old": Text(
        "warning",
        "The form follows version {version} of the entities specification; from 2024.1 on, entities can be made and "
        "changed offline.",
        "Formulir ini mengikuti spesifikasi entitas versi {version}; mulai 2024.1 entitas dapat dibuat dan diubah saat "
        "luring.",
    ),
    # Lists of people
    "table-missing": Text(
        "error",
        "The workbook has no sheet “{sheet}”. Download the template and fill that sheet.",
        "Buku kerja ini tidak punya lembar “{sheet}”. Unduh templat lalu isi lembar itu.",
    ),
    "table-empty": Text(
        "error",
        "Nothing is filled in below the headings. Fill at least one line.",
        "Belum ada isian di bawah judul kolom. Isi paling sedikit satu baris.",
    ),
    "table-column-missing": Text(
        "error",
        "The column “{header}” is missing. Add it, or copy the lines into the template.",
        "Kolom “{header}” tidak ada. Tambahkan kolom itu, atau salin barisnya ke templat.",
    ),
    "table-column-unknown": Text(
        "error",
        "The column “{header}” is not one of the template's. Name it as the template does, or remove it.",
        "Kolom “{header}” tidak ada di templat. Beri nama seperti di templat, atau hapus kolomnya.",
    ),
    "value-must-be-text": Text(
        "error",
        "Excel keeps this code as the number {value}, and a code must be exact here. " + _AS_TEXT,
        "Excel menyimpan kode ini sebagai angka {value}, padahal di sini kode harus tepat. " + _AS_TEXT_ID,
    ),
    "people-too-many": Text(
        "error",
        "The sheet has more than {limit} lines. Split it into several workbooks.",
        "Lembar ini punya lebih dari {limit} baris. Bagi menjadi beberapa buku kerja.",
    ),
    "people-email": Text(
        "error",
        "Write the e-mail address of the person's account here.",
        "Tulis alamat surel akun orang ini di sini.",
    ),
    "people-name-too-long": Text(
        "error",
        "The name is longer than {limit} characters. Shorten it.",
        "Nama ini lebih dari {limit} karakter. Persingkat.",
    ),
    "people-role": Text(
        "error",
        "Write one of these roles here: {known}. The sheet “roles” of the template says what each may see.",
        "Tulis salah satu peran ini: {known}. Lembar “roles” di templat menjelaskan apa yang dilihat masing-masing.",
    ),
    "people-form": Text(
        "error",
        "This project has no form “{value}”. Write a form id as the project's page shows it, or leave the cell empty "
        "for the whole project.",
        "Proyek ini tidak punya formulir “{value}”. Tulis id formulir seperti di halaman proyek, atau kosongkan sel "
        "ini untuk seluruh proyek.",
    ),
    "people-value-missing": Text(
        "error",
        "The role “{role}” shows only the records of given values, and this person has none. Fill at least one of the "
        "columns {dimensions}.",
        "Peran “{role_id}” hanya menampilkan data dengan nilai tertentu, dan orang ini belum punya. Isi paling sedikit "
        "satu dari kolom {dimensions}.",
    ),
    "people-value": Text(
        "error",
        "A code has at most {limit} characters and no special ones. Write several with spaces between them.",
        "Satu kode paling banyak {limit} karakter tanpa karakter khusus. Pisahkan beberapa kode dengan spasi.",
    ),
    "people-value-unoffered": Text(
        "warning",
        "No form of this project offers “{value}” in the dimension {dimension}: nothing may ever be seen by it. Check "
        "the code.",
        "Tidak ada formulir di proyek ini yang menawarkan “{value}” untuk dimensi {dimension}: mungkin tidak ada data "
        "yang akan terlihat. Periksa kodenya.",
    ),
    "people-no-account": Text(
        "error",
        "There is no account with this address, and only an administrator can make one.",
        "Belum ada akun dengan alamat ini, dan hanya administrator yang dapat membuatnya.",
    ),
    "people-oneself": Text(
        "error",
        "This is your own account. Somebody else has to give you roles and values; take the line out.",
        "Ini akun Anda sendiri. Peran dan nilai Anda harus diberikan orang lain; hapus baris ini.",
    ),
    "people-more-than-held": Text(
        "error",
        "This role gives more than you may do here yourself, so you cannot give it.",
        "Peran ini memberi lebih dari hak Anda sendiri di sini, jadi Anda tidak dapat memberikannya.",
    ),
    "people-role-per-form": Text(
        "error",
        "The role “{role}” is given form by form. Write the form's id here, one line for each form.",
        "Peran “{role_id}” diberikan per formulir. Tulis id formulirnya di sini, satu baris per formulir.",
    ),
    "people-role-void": Text(
        "warning",
        "The form asks for things about people, and there the role “{role}” opens figures only, small numbers hidden.",
        "Formulir ini menanyakan hal tentang orang; di sana peran “{role_id}” hanya membuka angka ringkasan, dengan "
        "bilangan kecil disembunyikan.",
    ),
    "table-too-wide": Text(
        "error",
        "This line has more columns than there are: {headings}. Take the others out.",
        "Baris ini punya kolom lebih banyak dari yang ada: {headings}. Hapus kolom lainnya.",
    ),
    "phones-too-many": Text(
        "error",
        "At most {limit} app users are made at once. Split the list.",
        "Sekali buat paling banyak {limit} pengguna aplikasi. Bagi daftarnya.",
    ),
    "phones-name": Text(
        "error",
        "Write the name of the phone or the post here.",
        "Tulis nama ponsel atau posnya di sini.",
    ),
    "phones-name-odd": Text(
        "error",
        "The name has characters that cannot be seen. Type it anew.",
        "Nama ini berisi karakter yang tidak terlihat. Ketik ulang.",
    ),
    "phones-name-twice": Text(
        "error",
        "Line {row} has the name “{value}” already. Give each phone a name of its own.",
        "Baris {row} sudah memakai nama “{value}”. Beri setiap ponsel nama sendiri.",
    ),
    "phones-name-taken": Text(
        "warning",
        "There is an app user “{value}” with access already. It stays as it is, and no second one is made.",
        "Sudah ada pengguna aplikasi “{value}” yang punya akses. Ia tetap seperti semula dan tidak dibuat lagi.",
    ),
    "phones-value-unoffered": Text(
        "warning",
        "No form of this project offers “{value}” in the dimension {dimension}. Check the code: records may come to "
        "lie where nobody sees them.",
        "Tidak ada formulir di proyek ini yang menawarkan “{value}” untuk dimensi {dimension}. Periksa kodenya: "
        "datanya bisa masuk ke tempat yang tidak dilihat siapa pun.",
    ),
    "phones-day": Text(
        "error",
        "“{value}” is no day. Write it as 31/12/2026 or 2026-12-31.",
        "“{value}” bukan tanggal. Tulis seperti 31/12/2026 atau 2026-12-31.",
    ),
    "phones-day-over": Text(
        "error",
        "The day “{value}” is over. Write one that is still to come, or leave it empty.",
        "Tanggal “{value}” sudah lewat. Tulis tanggal yang akan datang, atau kosongkan.",
    ),
    "people-line-twice": Text(
        "warning",
        "This line says the same as line {row}. Nothing more comes of it.",
        "Baris ini sama dengan baris {row}. Tidak ada yang berubah karenanya.",
    ),
    # The views sheet
    "view-column-unknown": Text(
        "warning",
        "The views sheet does not know the column “{header}”; it is left out.",
        "Lembar views tidak mengenal kolom “{header}”; kolom ini diabaikan.",
    ),
    "views-too-many": Text(
        "error",
        "The views sheet has more than {limit} rows. Split it into several dashboards.",
        "Lembar views punya lebih dari {limit} baris. Bagi menjadi beberapa dasbor.",
    ),
    "view-type": Text(
        "error",
        "“{value}” is no type of view. Write one of these: {known}.",
        "“{value}” bukan tipe tampilan. Tulis salah satu: {known}.",
    ),
    "view-section": Text(
        "error",
        "begin section and end section do not match here: sections stand one after another, each with its end.",
        "begin section dan end section tidak berpasangan di sini: bagian ditulis berurutan, masing-masing berakhir.",
    ),
    "view-name": Text(
        "error",
        "Give the row a name: letters, digits, “_”, “.” and “-”, beginning with a letter.",
        "Beri nama pada baris ini: huruf, angka, “_”, “.” dan “-”, diawali huruf.",
    ),
    "view-name-twice": Text(
        "error",
        "Row {number} already has this name. Give each row its own.",
        "Nama ini sudah dipakai di baris {number}. Beri nama yang berbeda.",
    ),
    "view-fact-taken": Text(
        "error",
        "The form already has “{name}”. Give the fact another name.",
        "Formulir ini sudah punya “{name}”. Beri nama lain pada fact ini.",
    ),
    "view-cell-unused": Text(
        "warning",
        "A row of the type {type} does not use this cell.",
        "Baris bertipe {type} tidak memakai sel ini.",
    ),
    "view-of-missing": Text(
        "error",
        "Say what is counted: a form's id, a repeat as form.repeat, or a list such as kecamatan.csv.",
        "Tulis apa yang dihitung: id formulir, ulangan sebagai formulir.ulangan, atau daftar seperti kecamatan.csv.",
    ),
    "view-of-unknown": Text(
        "error",
        "This project has no form, repeat or list “{of}”. Known here: {known}.",
        "Proyek ini tidak punya formulir, ulangan atau daftar “{of}”. Yang dikenal: {known}.",
    ),
    "view-of-nothing": Text(
        "error",
        "This project has no form “{of}” yet, nor any other to count. Publish the form first, then upload the "
        "dashboard again.",
        "Proyek ini belum punya formulir “{of}”, atau formulir lain yang dapat dihitung. Terbitkan formulirnya dahulu, "
        "lalu unggah dasbor ini lagi.",
    ),
    "view-privacy": Text(
        "error",
        "“{value}” means nothing here. Write people where the figure counts people, programme where it does not.",
        "“{value}” tidak dikenal di sini. Tulis people bila angkanya menghitung orang, programme bila tidak.",
    ),
    "view-not-programme": Text(
        "error",
        "This figure uses {names}, which have a privacy class, so it is about people. Write people, or leave the cell "
        "empty.",
        "Angka ini memakai {names} yang punya kelas privasi, jadi menyangkut orang. Tulis people, atau kosongkan.",
    ),
    "view-places-of-people": Text(
        "error",
        "A map of points would show where people are. Group by a district instead.",
        "Peta titik akan menunjukkan di mana orang berada. Kelompokkan menurut kabupaten/kota saja.",
    ),
    "view-places": Text(
        "error",
        "Places can only be shown on a map, grouped by the question itself.",
        "Lokasi hanya dapat ditampilkan di peta, dikelompokkan menurut pertanyaannya sendiri.",
    ),
    "view-where": Text(
        "error",
        "This is not a condition. Write one, such as ${{status}} = 'aktif'.",
        "Ini bukan syarat. Tulis syarat, misalnya ${{status}} = 'aktif'.",
    ),
    "view-by-count": Text(
        "error",
        "A view of the type {type} has {least} to {most} groupings.",
        "Tampilan bertipe {type} punya {least} sampai {most} pengelompokan.",
    ),
    "view-value-count": Text(
        "error",
        "There are too many values for a view of the type {type}: several values need at most one grouping.",
        "Nilainya terlalu banyak untuk tampilan bertipe {type}: beberapa nilai hanya boleh dengan satu pengelompokan.",
    ),
    "view-funnel": Text(
        "error",
        "A funnel needs two or more conditions with commas between them, from the widest to the narrowest.",
        "Corong butuh dua syarat atau lebih dengan koma di antaranya, dari yang paling luas ke yang paling sempit.",
    ),
    "view-label-lines": Text(
        "error",
        "Below its title this label has {lines} more lines, but the row has {values} values: write a line for each "
        "value, in their order, or only the title.",
        "Di bawah judul, label ini punya {lines} baris lagi, padahal baris ini punya {values} nilai: tulis satu baris "
        "untuk setiap nilai, sesuai urutannya, atau judulnya saja.",
    ),
    "view-date": Text(
        "error",
        "This is no date. Name the question by whose date the period is chosen, such as ${{tgl}}.",
        "Ini bukan tanggal. Sebut pertanyaan tanggal untuk memilih periode, misalnya ${{tgl}}.",
    ),
    "view-date-of-list": Text(
        "error",
        "A list has no date of its own: use records() or total() of one form in “value”, and name a date of that form.",
        "Daftar tidak punya tanggal sendiri: pakai records() atau total() dari satu formulir di “value”, lalu sebut "
        "pertanyaan formulir itu.",
    ),
    "view-target-place": Text(
        "error",
        "A target goes with one value and at most one grouping.",
        "Target hanya untuk satu nilai dan paling banyak satu pengelompokan.",
    ),
    "view-target": Text(
        "error",
        "“{value}” is neither a number nor a column of a list, such as target.csv.t2026 (column “name” says whose).",
        "“{value}” bukan angka dan bukan kolom suatu daftar, misalnya target.csv.t2026 (kolom “name” menyebut milik "
        "siapa).",
    ),
    "dashboard-without-settings": Text(
        "error",
        "A workbook with a views sheet and no survey sheet is a dashboard: give it a form_id and a form_title on a "
        "settings sheet.",
        "Buku kerja dengan lembar views tanpa lembar survey adalah dasbor: beri form_id dan form_title di lembar "
        "settings.",
    ),
}
