"""What was begun in the thread and not sent."""

import re

import pytest

from tests.page import words
from tests.web.messages.conftest import JSON, drafts_kept, to_of


def test_drafts_are_kept_found_again_and_gone_when_they_are_sent(app, desk, office, path):
    to = to_of(desk, path)["Ngozi Testaunt"]
    saved = desk.post(f"{path}/drafts/message", {"text": "Dear Ngo", "to": to}, expect=200, headers=JSON)
    assert saved.json["saved_at_label"].startswith("Saved ")
    desk.post(f"{path}/drafts/note", {"text": "half a note"}, expect=200, headers=JSON)
    page = desk.get(path).get_data(as_text=True)
    assert "Dear Ngo</textarea>" in page and "half a note</textarea>" in page
    assert re.search(rf'<option selected value="{to}">', page) and "Saved " in page
    desk.post(f"{path}/messages", {"text": "Dear Ngozi", "to": to})
    assert drafts_kept(app) == ["note"]
    desk.post(f"{path}/drafts/note", {"text": "  "}, expect=200, headers=JSON)
    assert drafts_kept(app) == []


@pytest.mark.parametrize("kind", ["message", "note"])
def test_a_draft_that_arrives_after_its_text_was_written_does_not_come_back(app, desk, office, path, kind):
    text = {"text": "Ring her\r\nat noon", "to": to_of(desk, path)["Amina Testchild"]}
    desk.post(f"{path}/{kind}s", text)
    desk.post(f"{path}/drafts/{kind}", text, expect=200, headers=JSON)
    assert drafts_kept(app) == []
    desk.post(f"{path}/drafts/{kind}", {"text": "Ring her again"}, expect=200, headers=JSON)
    assert drafts_kept(app) == [kind]


def test_without_script_a_draft_is_saved_by_its_button(app, desk, office, path):
    answer = desk.post(f"{path}/drafts/note", {"text": "half a note"})
    page = desk.follow(answer)
    assert "Your draft is saved." in words(page) and "half a note</textarea>" in page.get_data(as_text=True)
