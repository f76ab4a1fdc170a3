"""The table of rules is true."""

import pytest

from tests import rules


@pytest.mark.parametrize("chapter", rules.RULES)
def test_every_rule_has_a_test_that_is_there(chapter):
    assert [rule for rule, tests in rules.RULES[chapter].items() if not tests] == []
    assert [(rule, test) for where, rule, test in rules.proofs() if where == chapter and not rules.is_there(test)] == []
