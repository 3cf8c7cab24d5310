"""Everything that Lentera refuses, in one table.

A refusal is a `Problem`, raised where it is found and written once per door (JSON, OpenRosa, OData, page).
Codes are ODK Central's where Central has one, since clients compare them; our own start at `.901`. No code ends
in 0: they are floats on the wire. The class name states the fact and the docstring is its sentence in the reference.
`message` and `message_id` are the English and Indonesian texts, formatted with the details; `public` names the
details that go out on the wire, in the order Central prints them. Details never hold an answer.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """Anything we refuse: a code, a text in two languages, and details."""

    code: ClassVar[float]
    message: ClassVar[str]
    message_id: ClassVar[str]
    public: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.text())

    @property
    def status(self) -> int:
        """The HTTP status: the code's integer part."""
        return int(self.code)

    def text(self, language: str = "en") -> str:
        """Say what happened and what to do, in "en" or "id"."""
        return (self.message_id if language == "id" else self.message).format(**self.details)

    def wire_details(self) -> dict[str, Any] | None:
        """Give the details that may leave over the wire, or None where there are none."""
        return {name: _plain(self.details[name]) for name in self.public if name in self.details} or None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


class MissingParameter(Problem):
    """A required value was not given."""

    code = 400.2
    message = "The required value {field} is missing. Give it and send again."
    message_id = "Nilai {field} wajib diisi. Lengkapi lalu kirim lagi."
    public = ("field",)


class InsufficientRights(Problem):
    """The actor may not do this here."""

    code = 403.1
    message = "You may not do this here. Ask an administrator for the right."
    message_id = "Anda tidak berhak melakukan ini. Mintalah hak kepada administrator."
