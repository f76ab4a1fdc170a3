"""Whatever goes wrong, the page says what happened, what to do and whom to tell; in part as well as whole."""

import pytest
from werkzeug.exceptions import default_exceptions

from portal.core.errors import Forbidden
from portal.web import errors
from tests.page import words


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_each_error_says_what_happened_what_to_do_and_whom_to_tell(app, headers):
    said = {}
    for status in (400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503):
        with app.test_request_context("/app/somewhere", headers=headers):
            answer = errors.http_page(default_exceptions[status]())
        told = words(answer)
        assert answer.status_code == status
        assert "tell an administrator, with this reference:" in told
        title, advice = errors._TITLES[status]
        assert f"{title} " in told and str(advice) in told
        said[status] = str(title)
    assert len(set(said.values())) == len(said), "each says something of its own"


def test_a_refusal_that_says_no_more_than_its_title_is_said_once(app):
    with app.test_request_context("/app/somewhere"):
        told = words(errors.domain_page(Forbidden("You may not do this.")))
    assert "You may not do this If you need to" in told and "You may not do this." not in told
