"""What is held about people is told to them: a table that names people or cases says how, or why not."""

import sqlalchemy as sa

from portal.core import models as m
from portal.core import subject_tables as tables


def leads_to(table: sa.Table) -> set[str]:
    """Which of people and cases a table's columns lead to."""
    return {key.column.table.name for key in table.foreign_keys} & {"people", "cases"}


def test_every_table_that_names_people_or_cases_is_told_or_has_a_reason():
    told = {model.__tablename__ for model in (*tables.OF_A_PERSON, *tables.OF_A_CASE, *tables.OF_STAFF)}
    of_theirs = {table.name for table in m.Base.metadata.sorted_tables if leads_to(table)}
    assert of_theirs - told - tables.NOT_TOLD.keys() == set()
    for model, columns in tables.OF_A_PERSON.items():
        named = {key.parent.name for key in model.__table__.foreign_keys if key.column.table.name == "people"}
        missed = named - set(columns) - {"root_id"}
        assert missed == set(), f"{model.__tablename__} names the person in {missed}, too"
