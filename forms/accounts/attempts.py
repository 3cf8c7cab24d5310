"""How many wrong passwords and codes close the door: counted per account and per address, under keyed hashes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, insert, select

from forms.db import db
from forms.models import LoginAttempt, User
from forms.problems import TooManyAttempts
from forms.vault import Vault

#: How long a failure counts.
WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Guard:
    """What stands before every password and code: `limit` failures from an address, or for an account; 0 is none.

    `purpose` keeps what is counted apart: "login" for what is wrong, "reset" for links that are asked for.
    """

    vault: Vault
    address: str
    limit: int
    purpose: str = "login"

    def admit(self, account: str | None = None) -> None:
        """Raise TooManyAttempts where too many have failed; forgets those that no longer count."""
        if not self.limit:
            return
        since = func.now() - WINDOW
        db.session.execute(delete(LoginAttempt).where(LoginAttempt.at < since))
        counts = select(func.count()).where(LoginAttempt.subject.in_(self._subjects(account)))
        if max(db.session.execute(counts.group_by(LoginAttempt.subject)).scalars(), default=0) >= self.limit:
            raise TooManyAttempts(minutes=int(WINDOW.total_seconds() // 60))

    def count(self, account: str | None = None) -> None:
        """Count a failure; only a refusal that keeps what was written lets it stay."""
        if self.limit:
            db.session.execute(insert(LoginAttempt), [{"subject": subject} for subject in self._subjects(account)])

    def forget(self, account: str) -> None:
        """Open an account's door again, such as for whoever set a new password."""
        db.session.execute(delete(LoginAttempt).where(LoginAttempt.subject == self._account(account)))

    def closed(self, users: Iterable[User]) -> set[int]:
        """Tell which web users cannot log in for now, by actor id, at the price of one query."""
        if not self.limit:
            return set()
        by_subject = {self._account(user.email): user.actor_id for user in users}
        failed = select(LoginAttempt.subject).where(
            LoginAttempt.subject.in_(by_subject), LoginAttempt.at >= func.now() - WINDOW
        )
        many = failed.group_by(LoginAttempt.subject).having(func.count() >= self.limit)
        return {by_subject[subject] for subject in db.session.execute(many).scalars()}

    def _account(self, account: str) -> bytes:
        return self.vault.hash(f"{self.purpose} account", account.strip().lower().encode())

    def _subjects(self, account: str | None) -> list[bytes]:
        from_there = self.vault.hash(f"{self.purpose} address", self.address.encode())
        return [from_there] if account is None else [from_there, self._account(account)]
