"""Letters by SMTP, where the settings name a server: one-time links, to the address of their account.

The words are in both languages, since nobody knows which one the reader has chosen. What fails is logged without the
address or the link.
"""

import logging
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from forms.problems import MailUnusable

_PORTS = {"smtp": 587, "smtps": 465}
_SECONDS = 10
_LINK_SUBJECT = "Lentera: atur kata sandi / set your password"
_LINK_TEXT = """\
Buka tautan ini untuk mengatur kata sandi Anda di Lentera. Tautan berlaku 24 jam dan hanya untuk satu kali:

{link}

Jika Anda tidak memintanya, abaikan surat ini: tidak ada yang berubah.

Open this link to set your password for Lentera. It works for 24 hours, and once:

{link}

If you did not ask for it, pass over this letter: nothing changes.
"""

log = logging.getLogger("lentera.mail")


@dataclass(frozen=True)
class Mail:
    """A mail server and who letters are from."""

    server: SplitResult = field(repr=False)
    sender: str


def read(settings: Mapping[str, str | None]) -> Mail | None:
    """Read the mail server from the settings; None where there is none.

    MailUnusable where its address is not one, or what a letter needs beside it is missing: who it is from, and the
    server's public address. The latter is never taken from a request: a letter must not lead to another's server.
    """
    address = settings["LENTERA_SMTP"]
    if not address:
        return None
    sender = settings["LENTERA_SMTP_FROM"] or ""
    try:
        server = urlsplit(address)
        is_address = server.scheme in _PORTS and bool(server.hostname) and server.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise MailUnusable(setting="LENTERA_SMTP")
    if "@" not in parseaddr(sender)[1]:
        raise MailUnusable(setting="LENTERA_SMTP_FROM")
    if not settings["LENTERA_BASE_URL"]:
        raise MailUnusable(setting="LENTERA_BASE_URL")
    return Mail(server, sender)


def send_link(mail: Mail, to: str, link: str) -> bool:
    """Send a one-time link; False where the mail server did not take it, which is logged."""
    letter = EmailMessage()
    try:
        letter["From"], letter["To"], letter["Subject"] = mail.sender, to, _LINK_SUBJECT
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain="lentera")
        letter.set_content(_LINK_TEXT.format(link=link), cte="quoted-printable")
        _send(mail.server, letter)
    except (OSError, ValueError) as error:  # SMTPException is an OSError; ValueError is an address that is none
        log.error("a letter was not sent", exc_info=error)  # noqa: TRY400 - the formatter leaves the text out
        return False
    return True


def _send(server: SplitResult, letter: EmailMessage) -> None:
    """Hand a letter over. In the clear only to this very machine: a link is worth a password."""
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    safe = ssl.create_default_context()
    with ExitStack() as stack:
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = stack.enter_context(smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=safe))
        else:
            smtp = stack.enter_context(smtplib.SMTP(host, port, timeout=_SECONDS))
            if host not in ("localhost", "127.0.0.1", "::1"):
                smtp.starttls(context=safe)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(letter)
