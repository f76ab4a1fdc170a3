"""Erasing a person reaches every column of words: it is emptied, goes with its row, or is kept for a reason."""

from portal.core.erasure_tables import BY_HAND, KEPT, OF_THE_PERSON, OF_THEIR_CASES
from tests.canary.marks import marked_columns


def test_every_column_of_words_is_erased_or_kept_for_a_reason():
    rules = (*OF_THE_PERSON, *OF_THEIR_CASES)
    gone = {rule.model.__tablename__ for rule in rules if rule.removes} | BY_HAND.keys()
    emptied = {f"{rule.model.__tablename__}.{name}" for rule in rules for name in rule.empties}
    words = {f"{table.name}.{column.name}" for table, column in marked_columns() if table.name not in gone}
    assert words - emptied - KEPT.keys() == set()
