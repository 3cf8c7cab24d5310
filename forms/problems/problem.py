"""What a refusal is: a code, a text in two languages, and details."""

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """Anything we refuse: a code, a text in two languages, and details."""

    code: ClassVar[float]
    message: ClassVar[str]
    message_id: ClassVar[str]
    public: ClassVar[tuple[str, ...]] = ()
    #: Whether what the request wrote before the refusal stays; else it is undone.
    keeps: ClassVar[bool] = False

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
