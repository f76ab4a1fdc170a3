"""Codes from outside that no list knows: said once what they mean."""

import re

import pytest

from portal.core.models import Case
from portal.extensions import db
from tests.page import words
from tests.web.admin.conftest import ADMIN, html


def test_a_code_is_mapped_once_for_all_and_what_follows_is_said(app, administrator, office):
    page = administrator.get(f"{ADMIN}/codes")
    assert "999 Category of the case Harbour Children 1 1 Say what it means" in words(page)
    address = re.search(r'href="(/app/admin/codes/map[^"]+)"', html(page))[1].replace("&amp;", "&")
    said = words(administrator.get(address))
    assert "1 case changes, and its flag goes." in said and "Reports to come from Harbour Children are read so." in said
    assert "Choose what it means" in words(administrator.post(address, {"value": ""}, expect=422))
    assert "Choose what it means" in words(administrator.post(address, {"value": "theirs"}, expect=422))
    page = administrator.follow(administrator.post(address, {"value": "ours"}))
    assert "The code is mapped; 1 case changed." in words(page) and "Every code is known" in words(page)
    with app.app_context():
        assert db.session.get_one(Case, office.case).category == "ours"
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}"))
    assert "999 Category of the case Neglect ours Change" in page
    page = administrator.get(address)
    assert "It has a meaning already." in words(page) and '<option selected value="ours">' in html(page)


def test_codes_are_narrowed_by_fact_and_sender(administrator, office):
    for asked, found in {
        "list=case_category": 1,
        "list=sex": 0,
        f"organisation={office.partner}": 1,
        "list=x": 1,
    }.items():
        assert words(administrator.get(f"{ADMIN}/codes?{asked}")).count("Say what it means when it is") == found, asked
    assert "Every code is known" in words(administrator.get(f"{ADMIN}/codes?organisation=1"))


@pytest.mark.parametrize("asked", ["", "?organisation=1&list=none&raw=1", "?organisation=x&list=sex&raw=1"])
def test_an_address_without_a_code_leads_to_the_list(administrator, asked):
    assert administrator.get(f"{ADMIN}/codes/map{asked}", expect=303).headers["Location"] == f"{ADMIN}/codes"


def test_a_fact_without_a_list_says_so(administrator, office):
    page = administrator.get(f"{ADMIN}/codes/map?organisation={office.partner}&list=sex&raw=7")
    assert "This installation has no list for this fact." in words(page)
