"""A database that would not do is refused with what to do, before anything is made in it."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms import db as database
from forms.problems import DatabaseNotUnicode, DatabaseUnreachable, PoliciesBypassed


def test_an_address_that_leads_nowhere_is_named_without_its_password():
    engine = database.owner_engine("postgresql://lentera_owner:CANARY-SANDI@127.0.0.1:1/lentera")
    with pytest.raises(DatabaseUnreachable) as refused:
        database.demand_fit(engine)
    assert "127.0.0.1" in refused.value.text()
    assert "CANARY" not in refused.value.text()


def test_a_database_of_another_encoding_is_refused(running):
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(
            "create database latin owner lentera_owner template template0 encoding 'LATIN1' "
            "locale_provider libc locale 'C'"
        )
    engine = database.owner_engine(running.url(database="latin"))
    with pytest.raises(DatabaseNotUnicode):
        database.demand_fit(engine)
    engine.dispose()


def test_a_role_that_policies_do_not_bind_is_refused(running, database_url):
    engine = database.owner_engine(database_url)
    with psycopg.connect(running.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("alter role lentera_app bypassrls")
        try:
            with pytest.raises(PoliciesBypassed):
                database.demand_bound(engine)
        finally:
            connection.execute("alter role lentera_app nobypassrls")
    database.demand_bound(engine)
    engine.dispose()


def test_a_transaction_that_has_not_said_whose_rows_it_may_see_gets_an_error(app):
    database.db.session.execute(text("select set_config('lentera.scopes', '', true)"))
    with pytest.raises(DBAPIError, match="no scopes"):
        database.db.session.execute(text("select my_scopes()"))
    database.db.session.rollback()
