"""What surrounds a page, and the pages that stand in the place of another."""

from api.pages.contexts import Frame, Notice, Page, ProblemPage, Viewer

#: Pages before the log-in.
OUTSIDE = ("login-mail", "login-code", "login-code-wrong", "forgotten", "forgotten-sent", "reset", "reset-over")


def frame(language: str = "id", **changes: object) -> Frame:
    """What surrounds a page for an administrator."""
    given = {
        "language": language,
        "csrf_token": "sample",
        "here": "/",
        "viewer": Viewer("Koordinator Sanggau", True),
        "is_demo": True,
        **changes,
    }
    return Frame(**given)


def frames() -> dict[str, Frame]:
    """Give the frames that differ from the usual one, by page."""
    good = Notice("good", "Formulir terbit. Ponsel mendapatkannya saat berikutnya bertanya.")
    out = {"viewer": None, "is_demo": False}
    return {
        "login": frame(**out),
        "login-refused": frame(**out, notices=(Notice("info", "Anda sudah keluar."),)),
        "problem-404": frame(viewer=None),
        **{name: frame(**out) for name in OUTSIDE},
        "home-empty-viewer": frame(viewer=Viewer("Analis", False), is_demo=False),
        "form": frame(notices=(good,)),
        "home": frame(asks_second_step=True),
        "app-users": frame(
            notices=(Notice("problem", "Nama yang ke-3 kosong."), Notice("warning", "Satu nama terulang."))
        ),
    }


def pages() -> dict[str, Page]:
    return {
        "problem-404": ProblemPage(404, "404.1", "Tidak ada apa-apa di sini, atau tidak terbuka untuk Anda."),
        "problem-403": ProblemPage(403, "403.1", "Anda tidak berhak melakukan ini.", back="/projects/1"),
        "problem-500": ProblemPage(500, "500.1", "Terjadi kesalahan pada server. Tidak ada yang disimpan."),
        "problem": ProblemPage(
            409, "409.6", "Formulir ini sudah punya draf lain. Muat ulang halaman, lalu coba lagi.", back="/projects/1"
        ),
    }
