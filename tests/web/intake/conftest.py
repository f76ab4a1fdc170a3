"""The walk-in intake without script: who takes contacts, what is told, and what came of it."""

import re

import pytest
import sqlalchemy as sa

from portal.core import reference
from portal.core.models import Case, CasePerson, Contact, Person, Vertical
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_user, make_vertical

KEY = "00112233445566aa"
TOLD = {
    "draft": KEY,
    "channel": "phone",
    "speaks_for": "other",
    "reporter-full_name": "Wanjiru Neighbour",
    "reporter-phone": "0722 000 111",
    "clients-0-full_name": "Amina Testchild",
    "clients-0-age_value": "7",
    "clients-1-full_name": "Baraka Testchild",
    "perpetrators-0-full_name": "Otieno Testuncle",
    "perpetrators-0-relationship_code": "uncle",
    "narrative": "They were told to leave.\nNow they sleep at the market.",
    "priority": "medium",
    "keep": "y",
}


@pytest.fixture
def office(app) -> dict[str, int]:
    """The standing verticals, one that works on consent, and those who work there."""
    with app.app_context():
        reference.load(db.session)
        with committed(db.session) as session:
            helpline = session.scalars(sa.select(Vertical).where(Vertical.code == "HELPLINE")).one()
            health = make_vertical(session, "HEALTH", consent=True)
            agent = make_user(session, Role.AGENT, helpline)
            return {
                "agent": agent.id,
                "other": make_user(session, Role.AGENT, helpline).id,
                "health": make_user(session, Role.CASEWORKER, health).id,
                "auditor": make_user(session, Role.AUDITOR).id,
                "helpline_id": helpline.id,
                "health_id": health.id,
            }


def counts(app) -> tuple[int, ...]:
    """How many cases, people, parts and contacts there are."""
    with app.app_context():
        return tuple(
            db.session.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (Case, Person, CasePerson, Contact)
        )


def typed(page, name: str) -> str:
    """What a field of a page holds."""
    text = page.get_data(as_text=True)
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\s*([^<]*)</textarea>', text)
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
    value = re.search(r'value="([^"]*)"', field[0]) if field else None
    return area[1] if area else value[1] if value else ""
