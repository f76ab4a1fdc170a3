"""An account that is being closed is given no token, which would be there when it is opened again."""

from portal.core import tokens, user_leaving, user_register
from portal.core.actors import SYSTEM
from portal.core.errors import InvalidInput
from portal.core.models import ApiToken, User
from portal.core.unit import unit_of_work
from portal.extensions import db
from tests.core.tokens.conftest import issue
from tests.races import both, meeting


def test_what_is_issued_while_an_account_is_closed_ends_with_it_or_is_refused(app, session, user):
    _text, old = issue(session, user=user)
    jti, number, version = old.jti, user.id, user.version_id
    session.remove()

    def close():
        with unit_of_work(db.session, SYSTEM, intent="user.deactivate"):
            held = user_register.hold(db.session, SYSTEM, number)
            user_leaving.deactivate(db.session, SYSTEM, held, version=version)

    def anew():
        with unit_of_work(db.session, SYSTEM, intent="token.issue"):
            tokens.issue(db.session, SYSTEM, dialect="helpline", user=db.session.get(User, number))

    def in_its_place():
        with unit_of_work(db.session, SYSTEM, intent="token.rotate"):
            tokens.rotate(db.session, SYSTEM, jti)

    with meeting(app, "api_tokens"):
        came = both(app, close, anew)
    assert came[0] is None and (came[1] is None or isinstance(came[1], InvalidInput))
    live = [one.jti for one in session.query(ApiToken) if one.revoked_at is None]
    assert live == []
    session.remove()
    assert isinstance(both(app, anew)[0], InvalidInput)
    assert both(app, in_its_place)[0] is not None
