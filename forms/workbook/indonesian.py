"""pyxform's messages in Indonesian: its catalogue by code, and its other sentences by pattern.

Only words and where they point, no logic; `pyxform_texts` reads it. The braces hold what pyxform's sentence holds
under the same name. A message that is not here is introduced in Indonesian and quoted.
"""

from typing import NamedTuple

#: Code in pyxform.errors.ErrorCode → Indonesian. The place (sheet, row, column) is given beside the sentence.
CATALOGUE: dict[str, str] = {
    "ENTITY_001": "Kolom save_to diisi, tetapi formulir tidak menyatakan entitas. Tambahkan lembar entities dan "
    "nyatakan entitasnya, atau kosongkan sel ini.",
    "ENTITY_002": "Properti “{saveto}” sudah diisi oleh baris {other_row}. Hapus atau ganti salah satunya.",
    "ENTITY_003": "Grup dan repeat tidak dapat disimpan sebagai properti entitas. Hapus isi save_to di baris ini atau "
    "pindahkan ke pertanyaan.",
    "ENTITY_004": "Daftar entitas “{dataset}” tidak ada di lembar entities. Periksa ejaannya, atau tambahkan daftar "
    "itu di lembar entities.",
    "ENTITY_005": "Daftar entitas “{dataset}” tidak punya label, padahal label wajib bila entitas dibuat. Isi label, "
    "atau isi entity_id (dan bila perlu update_if) jika hanya memperbarui.",
    "ENTITY_006": "Daftar entitas “{dataset}” punya create_if dan entity_id tetapi tidak punya update_if. Isi "
    "update_if, atau hapus entity_id jika hanya membuat entitas baru.",
    "ENTITY_007": "Daftar entitas “{dataset}” punya update_if tetapi tidak punya entity_id. Isi entity_id, atau "
    "pindahkan isinya ke create_if jika hanya membuat entitas baru.",
    "ENTITY_008": "Formulir ini menyatakan lebih dari satu entitas, jadi save_to harus diawali nama daftarnya dan "
    "tanda #, misalnya daftar_saya#properti.",
    "ENTITY_009": "Setiap wadah (formulir, grup, repeat) hanya boleh punya satu entitas, dan wadah “{scope}” sudah "
    "dipakai entitas pada baris {other_row}. Periksa save_to dan rujukan pada lembar entities.",
    "ENTITY_011": "Daftar entitas “{dataset}” dirujuk dari “{other_scope}”, yang tidak cocok dengan save_to di "
    "“{scope}”. Periksa nama daftarnya, atau salin nilainya dengan pertanyaan calculate di wadah yang sama.",
    "ENTITY_012": "Daftar entitas “{dataset}” dirujuk dari “{other_scope}”, yang tidak cocok dengan rujukan ke "
    "“{question}” di “{scope}”. Periksa rujukannya, atau salin nilainya dengan calculate di wadah yang sama.",
    "ENTITY_013": "Isi save_to hanya boleh memuat satu tanda #. Periksa ejaannya.",
    "HEADER_001": "Baris judul kolom di lembar “{sheet_name}” tidak ada atau tidak lengkap (“{header}”). Tulis judul "
    "kolom di baris pertama.",
    "HEADER_002": "Dua judul di lembar “{sheet_name}” berarti kolom yang sama: “{other}” dan “{header}”. Ganti nama "
    "atau hapus salah satunya.",
    "HEADER_003": "Di lembar “{sheet_name}” tidak ada kolom wajib: {missing}.",
    "HEADER_004": "Judul kolom “{column}” tidak sah: tidak boleh kosong atau memuat spasi.",
    "HEADER_005": "Kolom ini tidak dikenal di lembar entities: {columns}. Periksa ejaannya atau hapus kolomnya.",
    "INTERNAL_001": "Kesalahan di dalam konverter: data trigger tidak terbaca.",
    "INTERNAL_002": "Kesalahan di dalam konverter: rujukan tanpa nama pada “{path}”.",
    "LABEL_001": "Pilihan ini tidak punya label. Isi label yang akan dilihat petugas.",
    "NAMES_001": "Nama “{value}” sudah dipakai dalam grup atau repeat yang sama. Setiap nama harus berbeda.",
    "NAMES_002": "Nama “{value}” hanya berbeda huruf besar-kecil dari nama lain. Sebaiknya beri nama yang jelas "
    "berbeda; sebagian program tidak membedakannya.",
    "NAMES_003": "Nama repeat “{value}” sama dengan nama akar formulir. Beri nama lain.",
    "NAMES_004": "Nama repeat “{value}” sudah dipakai repeat lain. Nama repeat harus berbeda di seluruh formulir.",
    "NAMES_005": "Nama “meta” sudah dipakai oleh sistem. Beri nama lain.",
    "NAMES_006": "Pilihan ini tidak punya name. Isi kodenya.",
    "NAMES_007": "Kode pilihan ini sudah ada dalam daftar yang sama. Beri kode lain; jika memang disengaja, tulis "
    "allow_choice_duplicates = yes di lembar settings.",
    "NAMES_008": "Isi “{column}” bukan nama yang sah. Nama diawali huruf atau garis bawah, lalu huruf, angka, garis "
    "bawah, tanda hubung atau titik, tanpa spasi.",
    "NAMES_009": "“{name}” bukan nama yang sah. Nama diawali huruf atau garis bawah, lalu huruf, angka, garis bawah, "
    "tanda hubung atau titik, tanpa spasi.",
    "NAMES_010": "Nama di “{column}” tidak boleh diawali dua garis bawah.",
    "NAMES_011": "Nama di “{column}” tidak boleh memuat titik.",
    "NAMES_012": "Nama di “{column}” tidak boleh “name” atau “label”.",
    "NAMES_013": "Lembar “{sheet}” tidak ada, tetapi ada lembar dengan nama mirip: {candidates}. Perbaiki namanya, "
    "atau awali dengan garis bawah jika bukan itu maksudnya.",
    "NAMES_014": "Nama daftar entitas ini sudah dipakai di baris lain. Setiap nama harus berbeda.",
    "NAMES_015": "Daftar entitas ini tidak punya nama. Isi list_name.",
    "PYREF_001": "Rujukan di “{column}” salah tulis. Bentuknya ${{nama_pertanyaan}}: diawali ${{ dan diakhiri }}.",
    "PYREF_002": "Beberapa rujukan di “{column}” harus dipisah dengan koma.",
    "PYREF_003": "“{q}” tidak ada di lembar survey. Periksa ejaan rujukan di “{column}”.",
    "PYREF_004": "Nama “{q}” dipakai lebih dari sekali, jadi rujukan di “{column}” tidak jelas. Beri nama "
    "yang berbeda.",
    "RANGE_001": "Parameter “{name}” pada pertanyaan range harus berupa angka.",
    "RANGE_002": "Parameter “{name}” pada pertanyaan range tidak boleh nol.",
    "RANGE_003": "Parameter “{name}” lebih besar daripada jarak antara start dan end.",
    "RANGE_004": "Parameter “{name}” harus kelipatan step.",
    "RANGE_005": "Parameter “{name}” harus terletak antara start dan end.",
    "RANGE_006": "Parameter tick_labelset harus nama daftar dari lembar choices.",
    "RANGE_007": "Dengan tampilan no-ticks, daftar tick_labelset harus berisi tepat dua pilihan.",
    "RANGE_008": "Parameter tick_interval, placeholder dan tick_labelset hanya berlaku untuk tampilan vertical, "
    "no-ticks, vertical no-ticks, atau tanpa tampilan.",
    "RANGE_009": "Semua kode dalam daftar “{tick_labelset}” harus berupa angka.",
    "RANGE_010": "Kode dalam daftar tick_labelset harus terletak antara start dan end.",
    "RANGE_011": "Kode dalam daftar tick_labelset harus sama dengan start ditambah kelipatan “{name}”.",
    "RANGE_012": "Dengan tampilan no-ticks, kode dalam daftar tick_labelset hanya boleh nilai start dan end.",
    "SURVEY_001": "Ada end_{type} tanpa begin_{type} yang cocok. Periksa urutan begin dan end sebelum baris ini.",
    "SURVEY_002": "begin_{type} “{name}” tidak ditutup dengan end_{type}.",
    "SURVEY_003": "Untuk geoshape dan geotrace, parameter incremental hanya boleh true atau tidak ditulis.",
    "SURVEY_004": "Bentuk isian parameters: kunci1=nilai1 kunci2=nilai2.",
    "SURVEY_005": "Tipe pertanyaan ini hanya mengenal parameter {accepted}. Yang tidak dikenal: {rejected}.",
    "SURVEY_006": "Parameter reference-geometry harus nama daftar pilihan, daftar entitas, berkas lampiran, atau "
    "rujukan ke sebuah repeat.",
    "SURVEY_007": "Parameter capture-accuracy harus berupa angka.",
    "SURVEY_008": "Parameter warning-accuracy harus berupa angka.",
    "SURVEY_009": "Parameter allow-mock-accuracy harus true atau false.",
}


class Sentence(NamedTuple):
    """A sentence of pyxform's that has no code.

    `pattern` is searched in the text without its row. Its groups fill `indonesian`, and some of them find the cell:
    `name` a question, `type` a question type, `ref` the cells that refer to it, `choice` and `list` a choice,
    `parameter` a word in the parameters, `language` the headings in that language, `header` a heading. `column` is
    the heading it is about, as XLSForm calls it.
    """

    pattern: str
    indonesian: str
    sheet: str | None = "survey"
    column: str | None = None


SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        r"Question with no type", "Baris ini punya nama atau label tetapi tidak punya type. Isi type.", column="type"
    ),
    Sentence(r"Question or group with no name", "Pertanyaan atau grup ini tidak punya name. Isi name.", column="name"),
    Sentence(
        r"Row without name, text, or label is being skipped",
        "Baris ini dilewati karena tidak punya type, name dan label.",
    ),
    Sentence(
        r"Missing calculation", "Pertanyaan calculate ini tidak punya calculation. Isi rumusnya.", column="calculation"
    ),
    Sentence(
        r"Unknown question type '(?P<type>.*)'\.",
        "Tipe pertanyaan “{type}” tidak dikenal. Periksa ejaannya; select memerlukan nama daftar, misalnya "
        "select_one ya_tidak.",
        column="type",
    ),
    Sentence(
        r"List name not in choices sheet: (?P<list>.*)",
        "Daftar “{list}” tidak ada di lembar choices. Periksa ejaannya, atau tambahkan daftarnya.",
        column="type",
    ),
    Sentence(
        r"List name not in external choices sheet: (?P<list>.*)",
        "Daftar “{list}” tidak ada di lembar external_choices. Periksa ejaannya, atau tambahkan daftarnya.",
        column="type",
    ),
    Sentence(
        r"There should be a choices sheet",
        "Formulir memakai pertanyaan pilihan tetapi tidak punya lembar choices dengan kolom list_name, name dan label.",
        sheet=None,
    ),
    Sentence(
        r"There should be an external_choices sheet",
        "Formulir memakai select_one_external tetapi tidak punya lembar external_choices.",
        sheet=None,
    ),
    Sentence(
        r"You must have a sheet named 'survey'",
        "Buku kerja harus punya lembar bernama survey. Periksa nama lembarnya.",
        sheet=None,
    ),
    Sentence(
        r"Choice names with spaces cannot be added to multiple choice selects\. "
        r"See \[(?P<choice>.*)\] in \[(?P<list>.*)\]",
        "Kode pilihan untuk select_multiple tidak boleh memuat spasi: “{choice}” dalam daftar “{list}”.",
        sheet="choices",
        column="name",
    ),
    Sentence(
        r"The survey element named '(?P<name>.*)' has no label or hint",
        "Pertanyaan “{name}” tidak punya label dan hint. Isi label.",
        column="label",
    ),
    Sentence(
        r"(?:Repeat|Group|Loop) has no label",
        "Repeat ini tidak punya label. Isi label supaya petugas tahu apa yang diulang.",
        column="label",
    ),
    Sentence(
        r"problem trying to replace \$\{(?P<ref>[^}]*)\}.*There are multiple",
        "Nama “{ref}” dipakai lebih dari sekali, jadi rujukan ${{{ref}}} tidak jelas. Beri nama yang berbeda.",
        sheet=None,
    ),
    Sentence(
        r"problem trying to replace \$\{(?P<ref>[^}]*)\}",
        "Rujukan ${{{ref}}} tidak ada di lembar survey. Periksa ejaannya.",
        sheet=None,
    ),
    Sentence(
        r"The question \$\{.*\} is not user-visible so it can't be used as a calculation trigger for "
        r"question \$\{(?P<name>.*)\}",
        "Pertanyaan yang tidak tampak di layar tidak dapat menjadi trigger bagi “{name}”.",
        column="trigger",
    ),
    Sentence(
        r"For 'background-geopoint' questions, the 'calculation' column must be empty",
        "Untuk background-geopoint, kolom calculation harus kosong.",
        column="calculation",
    ),
    Sentence(
        r"For 'background-geopoint' questions, the 'trigger' column must not be empty",
        "Untuk background-geopoint, kolom trigger harus diisi.",
        column="trigger",
    ),
    Sentence(
        r"Audits must always be named 'audit\.'",
        "Baris audit harus bernama audit. Kosongkan kolom name.",
        column="name",
    ),
    Sentence(r"Repeat loop without list name", "Loop ini tidak menyebut nama daftar.", column="type"),
    Sentence(
        r"List name not in columns sheet: (?P<list>.*)", "Daftar “{list}” tidak ada di lembar choices.", column="type"
    ),
    Sentence(
        r"File name for '.*' should end with one of",
        "Nama berkas untuk select dari berkas harus berakhir dengan .csv, .xml atau .geojson.",
        column="type",
    ),
    Sentence(
        r"Choice filter not supported with or_other",
        "choice_filter tidak dapat dipakai bersama or_other.",
        column="choice_filter",
    ),
    Sentence(
        r"Choice filter not supported for table-list",
        "choice_filter tidak dapat dipakai dengan tampilan table-list.",
        column="choice_filter",
    ),
    Sentence(
        r"Please specify choices for this 'or other' question",
        "Pertanyaan or_other ini belum punya pilihan di lembar choices.",
        column="type",
    ),
    Sentence(
        r"Badly formatted table list",
        "Semua pertanyaan dalam grup table-list harus memakai daftar pilihan yang sama.",
        column="type",
    ),
    Sentence(
        r"(?P<parameter>randomize|track-changes|identify-user) must be set to true or false",
        "Parameter {parameter} harus true atau false.",
        column="parameters",
    ),
    Sentence(
        r"(?P<parameter>track-changes-reasons) must be set to on-form-edit",
        "Parameter track-changes-reasons harus on-form-edit.",
        column="parameters",
    ),
    Sentence(
        r"(?P<parameter>seed) value must be a number or a reference",
        "Parameter seed harus berupa angka atau rujukan ke pertanyaan lain.",
        column="parameters",
    ),
    Sentence(
        r"Parameters must include randomize=true to use a (?P<parameter>seed)",
        "Parameter seed hanya berlaku bersama randomize=true.",
        column="parameters",
    ),
    Sentence(
        r"Parameter (?P<parameter>location-priority) must be set to",
        "Parameter location-priority harus no-power, low-power, balanced atau high-accuracy.",
        column="parameters",
    ),
    Sentence(
        r"To include location information in the (?P<type>audit)",
        "Untuk mencatat lokasi dalam audit, isi ketiganya: location-priority, location-min-interval dan "
        "location-max-age.",
        column="parameters",
    ),
    Sentence(
        r"Parameter (?P<parameter>[\w-]+) must have an integer value",
        "Parameter {parameter} harus bilangan bulat.",
        column="parameters",
    ),
    Sentence(
        r"(?P<parameter>max-pixels) must have an integer value",
        "Parameter max-pixels harus bilangan bulat.",
        column="parameters",
    ),
    Sentence(
        r"Parameter (?P<parameter>location-[\w-]+) must be greater\s+than or equal to",
        "Parameter {parameter} terlalu kecil.",
        column="parameters",
    ),
    Sentence(r"Invalid value for (?P<parameter>quality)", "Parameter quality tidak sah.", column="parameters"),
    Sentence(
        r"Parameter 'app' has an invalid Android package name",
        "Parameter app bukan nama paket Android yang sah.",
        column="parameters",
    ),
    Sentence(
        r"Use the max-pixels parameter to speed up",
        "Isi parameter max-pixels supaya foto diperkecil, pengiriman lebih cepat dan hemat ruang.",
        column="parameters",
    ),
    Sentence(
        r"To use big-image, you must also specify an image for the survey element named (?P<name>\S+?)\.",
        "Untuk memakai big-image, isi juga image pada “{name}”.",
        column="big-image",
    ),
    Sentence(
        r"Question '(?P<name>[^']*)' is a select from file type, using 'search\(\)'",
        "“{name}” memilih dari berkas, jadi tidak dapat memakai search(). Hapus search() atau ganti tipenya.",
        column="appearance",
    ),
    Sentence(
        r"Question '(?P<name>[^']*)' uses 'search\(\)'",
        "“{name}” memakai search(), tetapi daftarnya juga dipakai pertanyaan lain tanpa search(). Gunakan daftar lain.",
        column="type",
    ),
    Sentence(
        r"Instance names must be unique within a form\. The name '(?P<name>[^']*)'",
        "Nama berkas luar “{name}” dipakai lebih dari sekali.",
        column="name",
    ),
    Sentence(
        r"The same instance id will be generated for different external instance.*Instance name: '(?P<list>[^']*)'",
        "Nama “{list}” dipakai untuk dua sumber pilihan yang berbeda (misalnya berkas dan lembar choices). Ganti salah "
        "satunya.",
        sheet=None,
    ),
    Sentence(
        r"select one external is only meant for filtered selects",
        "select_one_external hanya untuk pilihan yang disaring dengan choice_filter.",
        column="choice_filter",
    ),
    Sentence(
        r"The 'disabled' column header is not part of the current spec",
        "Kolom disabled bukan bagian dari XLSForm sekarang. Sebaiknya gunakan relevant.",
        column="disabled",
    ),
    Sentence(
        r"is no longer supported on most devices",
        "Data perangkat ini tidak lagi tersedia di kebanyakan ponsel (hanya Android lama).",
        column="type",
    ),
    Sentence(
        r"Language '(?P<language>.*)' is missing the (?P<sheet>survey|choices) columns? "
        r"(?P<columns>.*?)(?: column)?\.$",
        "Bahasa “{language}” belum punya kolom {columns} di lembar {sheet}.",
        sheet=None,
    ),
    Sentence(
        r"The following language declarations do not contain valid machine-readable codes: (?P<language>.*)\. Learn",
        "Nama bahasa berikut tidak memuat kode bahasa: {language}. Tulis misalnya label::Bahasa Indonesia (id).",
    ),
    Sentence(
        r"This form uses or_other and translations",
        "Formulir ini memakai or_other bersama terjemahan: teks “Other” dan “Specify other.” tidak akan diterjemahkan.",
    ),
    Sentence(
        r"The form_id and id_string column headers are both",
        "Lembar settings punya form_id dan id_string. Hapus id_string.",
        sheet="settings",
        column="id_string",
    ),
    Sentence(
        r"Cannot omit instanceID, it is required for encryption",
        "omit_instanceID tidak dapat dipakai pada formulir terenkripsi.",
        sheet="settings",
        column="omit_instanceID",
    ),
    Sentence(r"Duplicate column header: (?P<header>.*)", "Judul kolom “{header}” ada dua kali.", sheet=None),
)

#: Introduces a message that is not translated.
QUOTED = "Konverter XLSForm melaporkan (dalam bahasa Inggris): {original}"
