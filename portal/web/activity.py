"""What counts as a sign of life of the person at the desk, and keeps a session from ending when idle.

Everything a person asks for does. Two things do not, whatever the person is doing:

* a request that the page makes by itself and that says so in the header ``X-Background: 1`` (autosave, number of
  notices);
* an endpoint that is there for polling alone and is marked ``@passive``; write it nearest to the function:

      @blueprint.get("/<int:number>/messages/new")
      @passive
      def new_messages(number): …
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, request

from portal.web.fragments import is_background

View = Callable[..., Any]


def passive(view: View) -> View:
    """Mark a view that pages ask by themselves, such as a poll: being asked never prolongs a session."""
    view.is_passive = True
    return view


def is_sign_of_life() -> bool:
    """Whether this request was made by a person, as far as one can tell."""
    view = current_app.view_functions.get(request.endpoint)
    return not is_background() and not getattr(view, "is_passive", False)
