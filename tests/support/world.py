"""Makes the people, projects and forms that a test is about, through the same functions as the doors."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from api.endpoint import Server
from forms import access, accounts, catalogue, grants
from forms.access import SERVER, Actor
from forms.catalogue import Upload
from forms.db import db
from forms.models import Form, Project, Session
from forms.vault import Vault

PASSWORD = "kata-sandi-uji-1"


@dataclass
class World:
    """A server with nothing on it, to be filled."""

    app: Flask
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def vault(self) -> Vault:
        server: Server = self.app.extensions["lentera"]
        return server.vault

    def person(self, *roles: str | int, project: Project | None = None, form: Form | None = None) -> Actor:
        """A web user with roles on the site, a project or a form, who has shown their second step."""
        email = f"orang{next(self._numbers)}@example.org"
        actor_id = accounts.create_user(SERVER, email, password=PASSWORD)
        place = {"project_id": project.id if project else None, "form_id": form.id if form else None}
        for role in roles:
            grants.assign(SERVER, actor_id, access.role(str(role)).id, **place, vault=self.vault)
        db.session.commit()
        return Actor(id=actor_id, type="user", display_name=email, email=email, is_proven=True)

    def administrator(self) -> Actor:
        """A web user who may do everything on the server, and sees nothing of people."""
        return self.person("admin")

    def coordinator(self) -> Actor:
        """A web user who may do everything on the server, and whom somebody else made provincial coordinator."""
        return self.person("admin", "province")

    def project(self, name: str = "Proyek uji") -> Project:
        """A project with its data key."""
        made = catalogue.create_project(SERVER, name, vault=self.vault)
        db.session.commit()
        return made

    def form(self, project: Project, workbook: bytes, *, publish: bool = True) -> Form:
        """A form from a workbook's bytes, published unless said."""
        upload = Upload(workbook, "uji.xlsx")
        made = catalogue.create_form(
            SERVER, project, upload, vault=self.vault, ignore_warnings=True, publish_now=publish
        )
        db.session.commit()
        return made

    def app_user(self, project: Project, *forms: Form, properties: dict[str, str] | None = None) -> accounts.AppUser:
        """An app user with a token, who may fill the forms."""
        made = accounts.create_app_user(
            SERVER, project, f"Ponsel {next(self._numbers)}", vault=self.vault, properties=properties
        )
        for form in forms:
            grants.assign(
                SERVER, made.id, accounts.APP_USER_ROLE, project_id=project.id, form_id=form.id, vault=self.vault
            )
        db.session.commit()
        return made

    def login(self, person: Actor) -> FlaskClient:
        """A client that sends the person's session as a bearer token with every request."""
        client = self.app.test_client()
        answer = client.post("/v1/sessions", json={"email": person.email, "password": PASSWORD})
        prove(person)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.json['token']}"
        return client


def prove(person: Actor) -> None:
    """Let all open sessions of a person count as shown with their second step."""
    db.session.execute(update(Session).where(Session.actor_id == person.id).values(is_proven=True))
    db.session.commit()
