"""Every dialect against its own document: whatever fits it, or does not, is answered in a documented shape."""

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from portal.api import DIALECTS
from portal.core import reference, tokens
from portal.core.actors import SYSTEM
from portal.core.models import User, Vertical
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import make_user

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def token_for(app, ground) -> Callable[[str], str]:
    """``token_for(dialect)``: of somebody who may do everything, in an office that answers every door."""
    with app.app_context():
        reference.load(db.session)
        db.session.remove()
    with ground.arranged() as session:
        user_id = make_user(session, Role.ADMINISTRATOR, *session.query(Vertical)).id

    def issue(dialect: str) -> str:
        with ground.arranged() as session:
            user = session.get(User, user_id)
            text, _ = tokens.issue(session, SYSTEM, dialect=dialect, user=user, scopes=tokens.SCOPES[dialect])
        return text

    return issue


def attack(operation: APIOperation, mode: GenerationMode, token: str) -> None:
    """Call an operation with whatever fits its document, or does not."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @FEW
    def calls(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    calls()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name.value for dialect in DIALECTS])
def test_a_dialect_keeps_to_its_document(app, dialect, token_for):
    token = token_for(dialect.name)
    document = schemathesis.openapi.from_wsgi(f"/api/docs/{dialect.name}/openapi.json", app)
    for found in document.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            attack(found.ok(), mode, token)
