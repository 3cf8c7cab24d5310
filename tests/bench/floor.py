"""What cannot be beaten with the same means: a bare Flask view that reads the same body and commits one row."""

import os

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Identity, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The floor's own tables."""


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Kept(Base):
    """One row for each request."""

    __tablename__ = "kept"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    agent: Mapped[str] = mapped_column(Text)
    xml: Mapped[bytes] = mapped_column(LargeBinary)


def make() -> Flask:
    """Make the application on the database that DATABASE_URL names."""
    made = Flask(__name__)
    made.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    made.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 20, "max_overflow": 10}
    db.init_app(made)

    @made.get("/healthz")
    @made.get("/list")
    def listing():
        return "ok"

    @made.post("/submission")
    def submit():
        xml = request.files["xml_submission_file"].read()
        db.session.add(Kept(agent=request.user_agent.string, xml=xml))
        db.session.commit()
        return "", 201

    return made
