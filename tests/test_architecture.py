"""Rules of the house that a reviewer should not have to check by eye."""

import re
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from api.endpoint import DECLARED
from forms import problems
from forms.access import Permission
from forms.db import db

ROOT = Path(__file__).parents[1]
SOURCES = [
    p
    for package in ("forms", "api", "migrations")
    for p in (ROOT / package).rglob("*.py")
    if "node_modules" not in p.parts
]
VAGUE = {"utils", "helpers", "common", "tools", "manager", "service", "base", "misc", "data"}


def every_problem():
    def below(kind):
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return sorted(below(problems.Problem), key=lambda kind: kind.code)


def placeholders(message):
    return set(re.findall(r"{(\w+)", message))


def test_the_session_is_committed_at_the_edge_and_nowhere_else():
    found = {p.relative_to(ROOT).as_posix() for p in SOURCES if "session.commit()" in p.read_text()}
    assert found <= {"api/endpoint.py"}, "app.py, the command line, is the only other place"


def test_no_module_has_a_name_that_says_nothing():
    assert not [p for p in SOURCES if p.stem in VAGUE]


def test_no_source_file_is_too_long_to_find_ones_way_in():
    assert not {p.name: n for p in SOURCES if (n := len(p.read_text().splitlines())) > 600}


def test_every_route_is_declared_with_its_permission(app: Flask):
    declared = {(each.path.rstrip("/"), method) for each in DECLARED for method in each.methods}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in rule.methods or ():
            if method == "HEAD" and (rule.rule.rstrip("/"), "GET") in declared:
                continue
            assert (rule.rule.rstrip("/"), method) in declared, f"{method} {rule.rule} is not declared"


def test_every_permission_that_a_route_asks_for_is_one_of_centrals_verbs(app: Flask):
    verbs = set(db.session.execute(text("select unnest(verbs) from roles")).scalars())
    assert {p.value for p in Permission} <= verbs


def test_every_foreign_key_has_an_index(app: Flask):
    missing = db.session.execute(
        text(
            """
            select conrelid::regclass, conname from pg_constraint c
            where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
                select from pg_index i where i.indrelid = c.conrelid
                and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
            )
            """
        )
    ).all()
    assert not missing


def test_every_problem_has_a_sentence_in_both_languages_and_a_code_of_its_own():
    kinds = every_problem()
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    for kind in kinds:
        assert kind.__doc__, kind
        assert kind.message.strip().endswith((".", ".)", "}")), kind
        assert kind.message_id.strip().endswith((".", ".)", "}")), kind
        # A detail that is a sentence itself comes in both languages, as `error` and `error_id`.
        assert placeholders(kind.message) == {name.removesuffix("_id") for name in placeholders(kind.message_id)}, kind
        assert not str(kind.code).endswith("0"), "codes are floats on the wire"
