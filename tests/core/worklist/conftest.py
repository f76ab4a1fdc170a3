"""What lists of cases are asked for in these tests."""

from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Status

ALL = ListFilter(statuses=frozenset(Status))
NEWEST = Sort(Order.UPDATED, descending=True)


def ids(page) -> list[int]:
    return [case.id for case in page.cases]
