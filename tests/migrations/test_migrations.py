"""The migrations lead to exactly the models, up and down, and lose no row on the way."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from portal.core.models import Base, Case, CasePerson, Person
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_vertical

MIGRATIONS = Path("portal/migrations")

# Rebuilds two parent tables, as a later revision may: on SQLite that drops them, and dropping must not cascade.
REBUILD = '''
"""Rebuild tables that others point to."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade():
    for table in ("cases", "people"):
        with op.batch_alter_table(table, recreate="auto") as batch:
            batch.add_column(sa.Column("rebuilt", sa.Integer(), nullable=False, server_default="0"))
            batch.create_check_constraint("rebuilt", "rebuilt >= 0")


def downgrade():
    for table in ("cases", "people"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint("rebuilt", type_="check")
            batch.drop_column("rebuilt")
'''


@pytest.mark.filterwarnings("ignore:.*expression-based index:sqlalchemy.exc.SAWarning")
@pytest.mark.filterwarnings("ignore:autogenerate skipping.*expression-based index:UserWarning")
def test_the_migrated_database_is_what_the_models_say(app):
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
        beside = _is_expression_index, _is_of_search, _is_of_readings
        differences = [each for each in found if not any(is_so(each) for is_so in beside)]
    assert differences == []


def _is_of_search(difference) -> bool:
    """What SQLite keeps for full-text search, and PostgreSQL's index for it, are beside the models."""
    kind, found, *_more = difference
    name = str(getattr(found, "name", ""))
    return kind == "remove_table" and name.startswith("search_words") or name == "ix_search_texts_words"


def _is_of_readings(difference) -> bool:
    """What is named by readings lies in indexes on expressions that differ from one engine to the other."""
    return isinstance(difference, tuple) and str(getattr(difference[1], "name", "")).startswith(
        "ix_audit_events_names_"
    )


def test_every_rule_of_the_models_is_in_the_database(app):
    with app.app_context(), db.engine.connect() as connection:
        inspector = sa.inspect(connection)
        for table in Base.metadata.tables.values():
            wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
            found = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert wanted <= found, f"{table.name} lacks {wanted - found}"


def test_the_indexes_on_expressions_are_there(app):
    with app.app_context(), db.engine.connect() as connection:
        names = {"uq_users_email_ci", "uq_organisations_name_ci", "uq_tags_text_ci"}
        names |= {"ix_audit_events_names_person", "ix_audit_events_names_case"}
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'index'"
        else:
            query = "SELECT indexname FROM pg_indexes"
        assert names <= set(connection.exec_driver_sql(query).scalars())


def test_there_is_one_newest_migration():
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1


@pytest.mark.slow
def test_down_to_nothing_and_up_again(app):
    with app.app_context():
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
        upgrade()
        assert set(Base.metadata.tables) <= set(sa.inspect(db.engine).get_table_names())
        db.session.remove()


def test_rebuilding_a_parent_table_keeps_its_children_up_and_down(app, tmp_path):
    directory = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, directory)
    head = ScriptDirectory(MIGRATIONS).get_current_head()
    (directory / "versions" / "9999_rebuild.py").write_text(REBUILD.format(head=head))
    with app.app_context():
        with committed(db.session) as session:
            case = make_case(session, make_vertical(session))
            session.add(CasePerson(case_id=case.id, person_id=make_person(session).id, role="client"))
        before = _counts()
        db.session.remove()
        upgrade(directory=str(directory))
        assert _counts() == before
        db.session.remove()
        downgrade(directory=str(directory), revision="-1")
        assert _counts() == before
        assert db.session.scalar(sa.select(Case.lifecycle_status)) is Status.ACTIVE
        db.session.remove()


def _counts() -> dict[str, int]:
    tables = ("cases", "people", "case_people", "case_status_history", "audit_events", "person_keys")
    found = {name: db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in tables}
    assert found["cases"] and db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    db.session.rollback()
    return found


def _is_expression_index(difference) -> bool:
    """Indexes on expressions cannot be reflected; a test of their own looks for them by name."""
    return isinstance(difference, tuple) and str(getattr(difference[1], "name", "")).endswith("_ci")
