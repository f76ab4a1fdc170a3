"""How much of a form is read before anybody is known: what a page of ours sends, and not what fills the memory."""

import pytest
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from portal import bodies
from portal.core import drafts


def sent(app, data: bytes) -> int:
    """How many fields of a form are read."""
    told = {"method": "POST", "data": data, "content_type": "application/x-www-form-urlencoded"}
    with app.test_request_context("/app/login", **told):
        return len(list(request.form.items(multi=True)))


def test_a_form_with_more_fields_than_any_page_has_is_not_read(app):
    assert sent(app, b"a=1&" * 900 + b"b=2") == 901
    with pytest.raises(RequestEntityTooLarge):
        sent(app, b"a&" * 1_000_000)


def test_the_longest_draft_is_read_in_every_script(app):
    assert sent(app, b"text=" + b"%D8%A7" * drafts.LONGEST) == 1
    with pytest.raises(RequestEntityTooLarge):
        sent(app, b"text=" + b"x" * bodies.LONGEST)


def test_nobody_is_told_more_than_that_it_is_too_large(client):
    answer = client.post("/app/login", data=b"a&" * 2000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "This is too large" in answer.text) == (413, True)
