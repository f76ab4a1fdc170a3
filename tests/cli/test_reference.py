"""``reference load``: what every installation needs before its first case."""

from portal.core import cases
from portal.core.vocabulary import Origin
from portal.extensions import db
from tests.cli.conftest import both_engines


@both_engines
def test_it_loads_the_code_lists_of_the_contracts_once(run, rows):
    assert "51 codes and 3 verticals" in run("reference", "load").output
    assert "nothing was missing" in run("reference", "load").output

    counts = dict(rows("SELECT list_name, count(*) FROM codes GROUP BY list_name"))
    assert counts == {
        "contact_type": 4,
        "case_type": 26,
        "constituency_status": 4,
        "category": 3,
        "case_category": 4,
        "age_group": 7,
        "sex": 2,
        "location": 1,
    }
    assert rows("SELECT label FROM codes WHERE list_name = 'case_type' AND value = '86'") == [("Housing and planning",)]
    assert rows("SELECT value FROM codes WHERE closed") == [("2",)]
    assert rows("SELECT count(*) FROM places WHERE code = '258783'") == [(1,)]


def test_what_an_installation_renamed_stays_renamed_and_what_it_lost_comes_back(run, app, rows):
    run("reference", "load")
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE codes SET label = 'Woman' WHERE list_name = 'sex' AND value = '122'")
        connection.exec_driver_sql("DELETE FROM codes WHERE list_name = 'sex' AND value = '121'")

    assert "Loaded 1 codes and 0 verticals" in run("reference", "load").output
    assert rows("SELECT value, label FROM codes WHERE list_name = 'sex' ORDER BY value") == [
        ("121", "Male"),
        ("122", "Woman"),
    ]


@both_engines
def test_the_standing_verticals_answer_their_doors(loaded, session):
    def code(origin):
        return cases.default_vertical(session, origin).code

    assert code(Origin.CONSTITUENCY) == "CONSTITUENCY"
    assert code(Origin.HELPLINE) == "HELPLINE"
    assert code(Origin.CORRESPONDENCE) == "CORRESPONDENCE"
    assert code(Origin.WEBFORM) == "HELPLINE"
    helpline = cases.default_vertical(session, Origin.HELPLINE)
    assert (helpline.reference_prefix, helpline.time_zone) == ("HL-CMS", "Africa/Nairobi")
    assert helpline.pack.consent_mode == "not_required"
    assert helpline.pack.auto_intake
    assert helpline.pack.lawful_basis


def test_loading_stamps_the_database_with_its_environment(run, rows):
    run("reference", "load")
    assert rows("SELECT value FROM settings WHERE key = 'installation.environment'") == [("test",)]


def test_a_live_database_takes_no_rehearsal(run, app, rows):
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO settings VALUES ('installation.environment', 'live')")
    before = rows("SELECT count(*) FROM codes")

    said = run("demo", "load", code=1).output

    assert "belongs to a live installation" in said
    assert rows("SELECT count(*) FROM codes") == before
