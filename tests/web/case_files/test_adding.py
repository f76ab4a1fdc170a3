"""Adding files to a case: one or several, under the names they came with."""

import pytest

from tests.page import words
from tests.sent_files import PDF, png
from tests.web.case_files.conftest import events, on_case, send, stored


class TestAdding:
    """One form, one file or several."""

    def test_a_file_is_added_and_stands_in_the_list_with_who_when_and_what(self, app, worker, office, path):
        typed = {"description": "Her letter to the landlord", "classification": "evidence"}
        shown = words(worker.follow(send(worker, path, ("letter.pdf", PDF), **typed)))
        [file] = on_case(app)
        assert (file.case_id, file.uploaded_by_id, file.size_bytes) == (office["case"], office["worker"], len(PDF))
        assert "1 file was added." in shown
        for told in ("letter.pdf", "PDF document", "19 bytes", "Jo Worker", "Her letter to the landlord", "Evidence"):
            assert told in shown

    def test_several_are_added_at_once_newest_first(self, app, worker, path):
        page = worker.follow(send(worker, path, ("a.pdf", PDF), ("b.png", png()), ("c.txt", b"As told.")))
        shown = words(page)
        assert "3 files were added." in shown
        assert shown.index("c.txt") < shown.index("b.png") < shown.index("a.pdf")
        assert "Picture (PNG)" in shown and "Plain text" in shown

    def test_it_is_written_to_the_history_of_the_case(self, app, worker, office, path):
        send(worker, path, ("letter.pdf", PDF))
        [event] = events(app, "attachment.add")
        assert (event.case_id, event.actor_id, event.outcome) == (office["case"], office["worker"], "done")
        assert "A file was added" in words(worker.get(f"/app/cases/{office['case']}/history"))

    def test_a_service_that_takes_part_adds_files_too(self, browser_as, office, path, app):
        send(browser_as(office["guest"]), path, ("letter.pdf", PDF))
        assert len(on_case(app)) == 1

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("two\u2028lines\x07.pdf", "twolines.pdf"),
            ("\u202e/..", ".."),
            ("رسالة.pdf", "رسالة.pdf"),
        ],
    )
    def test_a_name_is_shown_and_is_never_a_path(self, app, worker, path, before, name, kept):
        page = worker.follow(send(worker, path, (name, PDF)))
        [file] = on_case(app)
        assert file.file_name == kept
        assert f"<bdi>{kept}</bdi>" in page.get_data(as_text=True)
        assert stored(app) - before <= {file.checksum}, "the bytes lie under what they are, not under a name"

    def test_a_name_that_is_code_is_shown_as_text(self, worker, path):
        page = worker.follow(send(worker, path, ("<img src=x onerror=alert(1)>.pdf", PDF)))
        assert "&lt;img src=x onerror=alert(1)&gt;.pdf" in page.get_data(as_text=True)
