"""``search rebuild``: the index of words is made anew from the texts, whatever became of it."""

from portal.extensions import db
from tests.cli.conftest import both_engines

INDEX = "SELECT case_id, kind, source_id, words, scope FROM search_texts ORDER BY kind, source_id"


@both_engines
def test_a_damaged_index_is_whole_again(run, rows, app):
    run("reference", "load")
    run("demo", "load")
    run("demo", "load", "--cases", "30")
    whole = rows(INDEX)
    assert {kind for _, kind, *_ in whole} >= {"case", "message", "note"}
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM search_texts WHERE source_id > 3")
        connection.exec_driver_sql("UPDATE search_texts SET words = 'nonsense', scope = ''")
    assert "Indexed" in run("search", "rebuild").output
    assert rows(INDEX) == whole
