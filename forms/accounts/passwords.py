"""Passwords: which may be used, how they are kept, and whether one is right."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from forms.problems import InvalidDataType, PasswordTooLong, PasswordTooShort

LEAST = 10
_MOST_BYTES = 72

_hasher = PasswordHasher()
#: Verified for unknown addresses too, so that the time taken does not tell whether there is an account.
_NOBODY = _hasher.hash(secrets.token_hex(16))


def check(password: object) -> str:
    """Return the password if it may be used (ODK Central API, passwords), else raise the Problem that says why not."""
    if not isinstance(password, str):
        raise InvalidDataType(field="password", value=None, expected="string")
    if len(password) < LEAST:
        raise PasswordTooShort
    if len(password.encode()) > _MOST_BYTES:
        raise PasswordTooLong
    return password


def hashed(password: object) -> str:
    """Give what is kept of a password, once it is checked."""
    return _hasher.hash(check(password))


def is_right(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one that was kept, in the same time where none was."""
    try:
        _hasher.verify(kept or _NOBODY, password)
    except VerificationError:
        return False
    return kept is not None
