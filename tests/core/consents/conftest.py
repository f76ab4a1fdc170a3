"""Consent as a living guard: an office that gives days of grace."""

import datetime as dt

import pytest

from portal.core.consenting import Consent
from tests.core.offices import build

DAY = dt.timedelta(days=1)


@pytest.fixture
def office(session):
    return build(session, grace_days=7)


def consent_of(office, number) -> Consent:
    office.session.rollback()
    return office.session.get(Consent, number)
