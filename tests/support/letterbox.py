"""A mail server that keeps what it is sent: enough of SMTP (RFC 5321) for a letter, with a log-in."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Letterbox:
    """Letters in the order in which they came; `refuses` answers that the address is not served."""

    port: int = 0
    refuses: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    logins: list[str] = field(default_factory=list)


class _Clerk(socketserver.StreamRequestHandler):
    box: Letterbox

    def handle(self) -> None:
        self.say("220 kotak surat")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "AUTH":
                self.box.logins.append(line.split()[2])
            if word == "DATA":
                self.say("354 silakan")
                self.keep()
            self.say(self.answer(word))
            if word == "QUIT":
                return

    def answer(self, word: str) -> str:
        if word == "RCPT" and self.box.refuses:
            return "550 tidak dikenal"
        return {"EHLO": "250-kotak surat\r\n250 AUTH PLAIN", "AUTH": "235 baik", "QUIT": "221 baik"}.get(
            word, "250 baik"
        )

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        self.box.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.box.came.set()


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """Serve on 127.0.0.1."""
    box = Letterbox()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("_To", (_Clerk,), {"box": box})) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
