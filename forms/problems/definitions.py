"""Refusals of what a coordinator uploads: workbooks, XForms, drafts and versions. In the order of their codes."""

from forms.problems.problem import Problem


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


class InvalidXForm(Problem):
    """An XForm that a phone could not open, or that we could not keep answers for."""

    code = 400.921
    message = "The XForm cannot be used: {reason}"
    message_id = "XForm ini tidak dapat dipakai: {reason_id}"
    public = ("reason",)


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


class Busy(Problem):
    """A form's answers are being read or written without a pause, so its tables could not be changed."""

    code = 503.901
    message = "The form's answers are in use just now, so nothing was changed. Try again in a minute."
    message_id = "Jawaban formulir ini sedang dipakai, jadi tidak ada yang diubah. Coba lagi sebentar lagi."
