"""The way to the administration, and what it leads to."""

import re

from tests.page import Browser
from tests.web.admin.conftest import ADMIN, html


def test_the_first_page_leads_to_what_the_reader_may_open(administrator, auditor):
    assert {"Organisations", "Tokens", "Unknown codes", "API calls"} <= links(administrator.get(f"{ADMIN}/"))
    shown = links(auditor.get(f"{ADMIN}/"))
    assert "API calls" in shown and not {"Organisations", "Tokens", "Unknown codes"} & shown


def links(page) -> set[str]:
    """What the rows of the first page are called."""
    return {name.strip() for name in re.findall(r"</svg><span>([^<]+)<small>", html(page))}


def test_the_way_there_is_in_the_navigation_of_those_who_may(app, administrator, auditor, office):
    assert f'href="{ADMIN}/"' in html(administrator.get("/app/"))
    assert f'href="{ADMIN}/calls"' in html(auditor.get("/app/"))
    assert ADMIN not in html(Browser(app, office.agent).get("/app/"))
