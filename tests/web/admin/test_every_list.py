"""What the lists of the administration ask of the database."""

import pytest

from portal.core import intake, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Organisation
from portal.core.told import Doubt
from portal.extensions import db
from tests.factories import committed, make_case, make_organisation, make_user, make_vertical
from tests.statements import counted
from tests.web.admin.conftest import ADMIN, Office, html, keep_calls


@pytest.mark.parametrize("path", ["calls", "organisations", "organisations/{}", "tokens", "codes"])
def test_a_page_asks_the_same_however_much_there_is(app, administrator, office, path):
    path = f"{ADMIN}/{path.format(office.partner)}"
    more_of_everything(app, office, 1)
    administrator.get(path)
    with counted(app) as few:
        administrator.get(path)
    more_of_everything(app, office, 6)
    with counted(app) as many:
        page = administrator.get(path)
    assert len(reads(few)) == len(reads(many)), f"{len(reads(few))} became {len(reads(many))}"
    assert html(page).count("<tr") >= 7


def reads(statements: list[str]) -> list[str]:
    """The statements that read."""
    return [statement for statement in statements if statement.startswith("SELECT")]


def more_of_everything(app, office: Office, number: int) -> None:
    """Calls of many callers, organisations, tokens of each, and codes, some of them mapped."""
    with app.app_context(), committed(db.session) as session:
        vertical = make_vertical(session)
        for _ in range(number):
            user, partner = make_user(session), make_organisation(session)
            tokens.issue(session, SYSTEM, dialect="interventions", user=user)
            for holder in (partner, session.get_one(Organisation, office.partner)):
                tokens.issue(session, SYSTEM, dialect="helpline", organisation=holder)
            case = make_case(session, vertical, organisation_id=office.partner)
            intake.keep_doubts(session, case, [Doubt("case_category", "case_category_id", f"new {user.id}", "")])
    keep_calls(app, office, *({"principal": f"user:{office.agent - n % 3}"} for n in range(number)))
