"""A body that comes compressed is read as if it had come plain; what cannot be read is refused."""

import gzip
import json

from tests.support.world import World


def log_in_body(world: World) -> bytes:
    return json.dumps({"email": world.person().email, "password": "kata-sandi-uji-1"}).encode()


def test_a_gzipped_body_is_read(client, world: World):
    body = gzip.compress(log_in_body(world))
    answer = client.post(
        "/v1/sessions", data=body, headers={"Content-Encoding": "gzip"}, content_type="application/json"
    )
    assert answer.status_code == 200


def test_an_encoding_that_we_do_not_know_is_refused(client, world: World):
    answer = client.post(
        "/v1/sessions", data=log_in_body(world), headers={"Content-Encoding": "br"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json["code"]) == (400, 400.37)


def test_a_body_that_says_it_is_gzip_and_is_not_is_refused(client, world: World):
    answer = client.post(
        "/v1/sessions", data=log_in_body(world), headers={"Content-Encoding": "gzip"}, content_type="application/json"
    )
    assert answer.status_code == 400


def test_a_bomb_is_refused_before_it_fills_the_memory(client, app):
    bomb = gzip.compress(b"0" * 150_000_000, 1)
    answer = client.post(
        "/v1/sessions", data=bomb, headers={"Content-Encoding": "gzip"}, content_type="application/json"
    )
    assert answer.status_code in (400, 413)
