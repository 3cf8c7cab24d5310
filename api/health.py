"""Whether the server can serve, and its figures: for whoever watches over it."""

from flask import Response
from sqlalchemy import text

from api import watch
from api.endpoint import PUBLIC, Door, refuse_json, server, write_json
from forms.db import db

health = Door("health", write_json, refuse_json)


@health.on("GET HEAD", "/healthz", may=PUBLIC)
def healthz() -> Response:
    """Answer 200 when the database answers."""
    db.session.execute(text("select 1"))
    return Response("ok\n", mimetype="text/plain")


@health.on("GET", "/metrics", may=PUBLIC)
def metrics() -> Response:
    """Give counts and times of requests in Prometheus' text format; none tells who or what."""
    return Response(watch.figures(server().figures), content_type="text/plain; version=0.0.4; charset=utf-8")
