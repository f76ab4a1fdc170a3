"""What a page says of the text that it sends to be kept while somebody types (static/js/drafts.js)."""

import re

from flask import request

from portal.core.drafts import Edit

_EDIT = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})")


def edit_of_request() -> Edit | None:
    """Which state of its form the page sends; None where it does not say so, as without script."""
    told = _EDIT.fullmatch(request.headers.get("X-Draft-Edit", ""))
    return Edit(told[1], int(told[2])) if told else None
