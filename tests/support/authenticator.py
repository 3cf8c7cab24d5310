"""Acts as somebody's authenticator app, and sets it up as they would, through the page."""

import re
import time

import pyotp
from sqlalchemy import update

from forms.db import db
from forms.models import User
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD

SETUP = "/account/second-step"


class Authenticator:
    """An app that has the secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def at(self, step: int = 0) -> str:
        """Give the code of now, or of some half minutes later."""
        return pyotp.HOTP(self.secret).at(int(time.time()) // 30 + step)

    def code(self) -> str:
        """Give a code that is good: to the server, the last one was used long ago."""
        db.session.execute(update(User).values(totp_step=None))
        db.session.commit()
        return self.at()

    def wrong(self) -> str:
        """Give a code that is none of those that may be good."""
        good = {self.at(step) for step in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)


def enrol(visitor: Visitor) -> Authenticator:
    """Set the second step up for whoever is logged in."""
    assert visitor.send(SETUP).status_code == 303
    app = Authenticator(shown_secret(visitor.get(SETUP).text))
    answer = visitor.send(SETUP, {"code": app.code(), "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return app


def shown_secret(page: str) -> str:
    """Read the secret off the page."""
    return re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
