"""What can be wrong in an expression, in two languages. The place in the workbook is the caller's to add."""

from typing import Final, NamedTuple


class Text(NamedTuple):
    """One mistake in English and Indonesian; braces are filled with its details."""

    english: str
    indonesian: str


TEXTS: Final[dict[str, Text]] = {
    "too-long": Text(
        "The expression is longer than {limit} characters. Cut it into rows of the type fact.",
        "Ungkapan ini lebih dari {limit} karakter. Bagi menjadi beberapa baris bertipe fact.",
    ),
    "too-deep": Text(
        "The expression has more than {limit} brackets within brackets. Cut it into rows of the type fact.",
        "Ungkapan ini punya lebih dari {limit} kurung bertingkat. Bagi menjadi beberapa baris bertipe fact.",
    ),
    "too-large": Text(
        "With the facts that it uses, the expression has more than {limit} parts. Make the facts simpler.",
        "Bersama fact yang dipakainya, ungkapan ini punya lebih dari {limit} bagian. Sederhanakan fact-nya.",
    ),
    "unreadable": Text(
        "At character {at}, “{found}” is not expected here. Expressions are written as in XLSForm, such as "
        "${{status}} = 'aktif' and ${{umur}} < 18.",
        "Pada karakter {at}, “{found}” tidak dapat dibaca. Tulis seperti di XLSForm, misalnya "
        "${{status}} = 'aktif' and ${{umur}} < 18.",
    ),
    "ends-early": Text(
        "The expression ends too early: a bracket, a quote or a value is missing.",
        "Ungkapan ini belum selesai: ada kurung, tanda kutip atau nilai yang kurang.",
    ),
    "empty": Text("Write an expression here.", "Tulis ungkapan di sini."),
    "curly-quotes": Text(
        "At character {at} there is a curved quote, which Excel has put in. Write a straight one (').",
        "Pada karakter {at} ada tanda kutip lengkung buatan Excel. Ganti dengan tanda kutip lurus (').",
    ),
    "name-unknown": Text(
        "There is no question or fact “{name}” in {source}.{perhaps}",
        "Tidak ada pertanyaan atau fact “{name}” di {source}.{perhaps_id}",
    ),
    "name-ambiguous": Text(
        "{source} has several questions “{name}”. Rename one of them.",
        "{source} punya beberapa pertanyaan “{name}”. Ganti nama salah satunya.",
    ),
    "name-in-repeat": Text(
        "“{name}” is asked once for each {repeat}. Add them up first, such as sum(${{{name}}}), or count the rows "
        "themselves: write {repeat} in the column “of”.",
        "“{name}” ditanyakan untuk tiap {repeat}. Gabungkan dulu, misalnya sum(${{{name}}}), atau hitung barisnya: "
        "tulis {repeat} di kolom “of”.",
    ),
    "name-identity": Text(
        "“{name}” is identity and lies sealed. Figures cannot use it.",
        "“{name}” adalah jati diri dan tersegel. Angka tidak dapat memakainya.",
    ),
    "fact-cycle": Text(
        "The facts {chain} need one another in a circle.",
        "Fact {chain} saling membutuhkan secara melingkar.",
    ),
    "facts-too-deep": Text(
        "Fact “{name}” needs facts that need further facts, {limit} steps deep. Make them simpler.",
        "Fact “{name}” membutuhkan fact yang membutuhkan fact lain, sampai {limit} tingkat. Sederhanakan.",
    ),
    "function-unknown": Text(
        "There is no function “{name}”.{perhaps}",
        "Tidak ada fungsi “{name}”.{perhaps_id}",
    ),
    "function-arguments": Text(
        "{name}() takes {wanted}.",
        "{name}() membutuhkan {wanted_id}.",
    ),
    "function-only-value": Text(
        "{name}() counts over all records. It stands in the column “value” only.",
        "{name}() menghitung semua data. Fungsi ini hanya dipakai di kolom “value”.",
    ),
    "function-only-by": Text(
        "{name}() makes groups. It stands in the column “by” only.",
        "{name}() membuat kelompok. Fungsi ini hanya dipakai di kolom “by”.",
    ),
    "not-a-figure": Text(
        "Say how the records are put together: such as count(), sum({what}) or share({what} = …).",
        "Tulis cara menggabungkan data: misalnya count(), sum({what}) atau share({what} = …).",
    ),
    "repeat-wanted": Text(
        "{name}() adds up the rows of a repeat: name a question of one, or the repeat itself.",
        "{name}() menggabungkan baris ulangan: sebut pertanyaan di dalamnya, atau ulangan itu sendiri.",
    ),
    "type-mismatch": Text(
        "{what} is {found}, and {wanted} is needed here.",
        "{what} berupa {found_id}, padahal yang dibutuhkan {wanted_id}.",
    ),
    "types-differ": Text(
        "{left} cannot be compared with {right}.",
        "{left_id} tidak dapat dibandingkan dengan {right_id}.",
    ),
    "divides-by-zero": Text("This divides by zero.", "Ini membagi dengan nol."),
    "choice-unknown": Text(
        "“{value}” is not a choice of “{name}”. Its choices: {choices}.",
        "“{value}” bukan pilihan dari “{name}”. Pilihannya: {choices}.",
    ),
    "date-unreadable": Text(
        "“{value}” is not a date. Write it as 2026-01-31.",
        "“{value}” bukan tanggal. Tulis seperti 2026-01-31.",
    ),
    "edges-not-rising": Text(
        "The edges of band() must be numbers that rise, such as band(${{umur}}, 0, 12, 18).",
        "Batas band() harus angka yang makin besar, misalnya band(${{umur}}, 0, 12, 18).",
    ),
    "constant-wanted": Text(
        "{name}() wants it written out here, in quotes or as a number, not computed.",
        "Di sini {name}() butuh nilai yang ditulis langsung (dalam kutip atau angka), bukan hasil hitungan.",
    ),
    "not-grouped": Text(
        "Records cannot be grouped by {what_en}. Group by a choice, a text, yes or no, band() of a number, or year(), "
        "quarter(), month(), week(), day() of a date.",
        "Data tidak dapat dikelompokkan menurut {what_id}. Pakai pilihan, teks, ya atau tidak, band() untuk angka, "
        "atau year(), quarter(), month(), week(), day() untuk tanggal.",
    ),
    "link-unknown": Text(
        "“{name}” does not lead to records. Where a list is counted, write 'form.question', with a question that "
        "chooses from it. Elsewhere write 'form' or 'form.repeat', and in the condition what joins the two: "
        "${{kode}} = current(${{kode}}).",
        "“{name}” tidak mengarah ke data. Jika yang dihitung daftar, tulis 'formulir.pertanyaan', dengan pertanyaan "
        "yang memilih dari daftar itu. Selain itu tulis 'formulir' atau 'formulir.ulangan', dan di syaratnya apa yang "
        "menghubungkan keduanya: ${{kode}} = current(${{kode}}).",
    ),
    "link-keyless": Text(
        "{name}() must be told which records belong together: begin its condition with what is the same in both, "
        "${{kode}} = current(${{kode}}), joined to the rest by “and”.",
        "{name}() perlu tahu data mana yang berpasangan: awali syaratnya dengan yang sama pada keduanya, "
        "${{kode}} = current(${{kode}}), lalu sambung dengan “and”.",
    ),
    "link-within-link": Text(
        "{name}() cannot stand within another link. Put current() around it if it is meant of the view's own row.",
        "{name}() tidak dapat berada di dalam hubungan lain. Bungkus dengan current() jika yang dimaksud baris "
        "tampilan ini sendiri.",
    ),
    "current-place": Text(
        "current() speaks of the view's own row while linked records are read: it stands only within records(), "
        "first(), last() or total(). Here write its value without current().",
        "current() menyebut baris tampilan ini sendiri saat data yang terhubung dibaca: hanya dipakai di dalam "
        "records(), first(), last() atau total(). Di sini tulis isinya tanpa current().",
    ),
    "current-within": Text(
        "current() cannot stand within {name}(). Put current() around all of {name}(), or compare outside of it.",
        "current() tidak dapat berada di dalam {name}(). Bungkus seluruh {name}() dengan current(), atau bandingkan "
        "di luarnya.",
    ),
    "list-unknown": Text(
        "There is no list “{name}” among the files of this project's forms.",
        "Tidak ada daftar “{name}” di antara berkas formulir proyek ini.",
    ),
    "column-unknown": Text(
        "The list “{list}” has no column “{name}”. Its columns: {columns}.",
        "Daftar “{list}” tidak punya kolom “{name}”. Kolomnya: {columns}.",
    ),
}


class Mistake(Exception):
    """Something in an expression that must be mended; `code` is a key of TEXTS. Never carries an answer."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.english = TEXTS[code].english.format(**details)
        self.indonesian = TEXTS[code].indonesian.format(**details)
        super().__init__(self.english)
