"""What every test stands on: an application for each engine, and for each test a fresh copy of a migrated database.

The application is made once for each engine; between tests its database is replaced by a copy of a migrated template,
so that tests commit as the portal does and find only what they made themselves.
"""

import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from psycopg import sql

from portal import create_app
from portal.config import Settings, load_settings
from portal.core import clock, erasure_sweep, keys
from portal.core.database import writing
from portal.core.models import Organisation, Presence
from portal.extensions import db
from tests.page import Browser
from tests.postgres import create_database, postgres


class Installation:
    """One application with its database, which ``renew`` replaces by a copy of the migrated template."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self._begun: dict[str, Any] = {}  # what ``begin_with`` made already, by its name

    def begin_with(self, name: str, build: Callable[[], Any]) -> Any:
        """What *build* makes in the fresh database: plain values, no rows.

        Where a copy costs less than building, it is built once, and later tests begin with a copy of that database.
        """
        return build()

    def migrate(self) -> None:
        """Bring the database to the newest migration and put in the one organisation that rows point to by default."""
        with self.app.app_context():
            upgrade()
            with writing(db.engine):
                db.session.add(Organisation(id=1, name="This office", kind="installation"))
                db.session.commit()
                if db.engine.dialect.name == "postgresql":
                    db.session.execute(sa.text("SELECT setval('organisations_id_seq', 1)"))
                    db.session.commit()
            db.session.remove()
            db.engine.dispose()

    def close(self) -> None:
        """Let go of every connection."""
        self._forget()

    def renew(self) -> None:
        """Replace the database by a fresh copy of the template, and set the clock right."""
        self._forget()

    def _forget(self) -> None:
        (self.settings.data_dir / "clock").unlink(missing_ok=True)
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.app.extensions["limits_engine"].dispose()


class SqliteInstallation(Installation):
    """On SQLite a copy of the database is a copy of its file."""

    def migrate(self) -> None:
        super().migrate()
        self._file, self._template = self.settings.data_dir / "portal.db", self.settings.data_dir / "template.db"
        self._settle()
        shutil.copyfile(self._file, self._template)

    def _settle(self) -> None:
        """Let everything that was committed stand in the one file."""
        with self.app.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        self._forget()

    def _copy(self, source: Path) -> None:
        for leftover in ("-wal", "-shm"):
            Path(f"{self._file}{leftover}").unlink(missing_ok=True)
        shutil.copyfile(source, self._file)

    def begin_with(self, name: str, build: Callable[[], Any]) -> Any:
        kept = self.settings.data_dir / f"begun-{name}.db"
        if name in self._begun:
            self._forget()
            self._copy(kept)
        else:
            self._begun[name] = build()
            self._settle()
            shutil.copyfile(self._file, kept)
        return copy.deepcopy(self._begun[name])

    def renew(self) -> None:
        super().renew()
        self._copy(self._template)
        with self.app.extensions["limits_engine"].begin() as connection:
            connection.execute(sa.delete(Presence))  # lies in a file of its own; nobody of another test is here


class PostgresInstallation(Installation):
    """On PostgreSQL a copy is a database made from a template."""

    def __init__(self, app: Flask, settings: Settings, server: sa.URL) -> None:
        super().__init__(app, settings)
        self._server = server

    def migrate(self) -> None:
        super().migrate()
        self._execute("ALTER DATABASE portal RENAME TO template_portal")
        create_database(self._server, "portal", template="template_portal")

    def renew(self) -> None:
        super().renew()
        self._execute("DROP DATABASE portal WITH (FORCE)")
        create_database(self._server, "portal", template="template_portal")

    def _execute(self, statement: str) -> None:
        host, user = self._server.query["host"], self._server.username
        with psycopg.connect(host=host, user=user, dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement))


def _settings(data_dir: Path, **more: str) -> Settings:
    return load_settings({"PORTAL_ENVIRONMENT": "test", "PORTAL_DATA_DIR": str(data_dir), **more})


@pytest.fixture(scope="session")
def sqlite_installation(tmp_path_factory) -> Iterator[SqliteInstallation]:
    """The application on SQLite."""
    settings = _settings(tmp_path_factory.mktemp("sqlite"))
    made = SqliteInstallation(create_app(settings), settings)
    made.migrate()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """A PostgreSQL of this test run's own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_installation(tmp_path_factory, postgres_server) -> Iterator[PostgresInstallation]:
    """The application on PostgreSQL."""
    url = create_database(postgres_server, "portal")
    settings = _settings(tmp_path_factory.mktemp("postgresql"), PORTAL_DATABASE_URL=str(url))
    made = PostgresInstallation(create_app(settings), settings, postgres_server)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def engine_name() -> str:
    """The engine a test runs on; folders whose rules must hold on both override this with a parameter."""
    return "sqlite"


@pytest.fixture
def installation(engine_name: str, request: pytest.FixtureRequest) -> Installation:
    """The application with a fresh database."""
    made: Installation = request.getfixturevalue(
        {"sqlite": "sqlite_installation", "postgresql": "postgres_installation"}[engine_name]
    )
    # Two applications in one process have different keys and clocks; the one under test sets its own.
    given = made.settings
    keys.configure(given.data_keys, given.index_key, given.audit_key, given.token_keys)
    erasure_sweep.configure(made.settings.data_dir)
    clock.allow_moving(made.settings.data_dir)
    made.renew()
    return made


@pytest.fixture
def app(installation: Installation) -> Flask:
    """The application, with a fresh database."""
    return installation.app


@pytest.fixture
def session(app: Flask) -> Iterator[sa.orm.scoped_session]:
    """A session for arranging and for testing core. Do not hold it around calls of a client: see ``arrange``."""
    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain test client, for JSON and for headers."""
    return app.test_client()


@pytest.fixture
def browser_as(app: Flask):
    """``browser_as(user)``: a signed-in browser without JavaScript that checks every page it gets."""
    return lambda user_id: Browser(app, user_id)
