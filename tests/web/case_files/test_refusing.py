"""What is not taken among the files of a case: kinds, sizes, numbers."""

import pytest

from portal.web.case_files import limits
from tests.page import words
from tests.sent_files import PDF
from tests.web.case_files.conftest import on_case, send, stored


def claiming(browser, path: str, length: int):
    """A request that says it is so long."""
    told = {"content_type": "multipart/form-data; boundary=x", "environ_overrides": {"CONTENT_LENGTH": str(length)}}
    return browser.client.post(path, data=b"--x--", **told)


@pytest.fixture
def small_limit(monkeypatch) -> int:
    """How large a file may be, for once."""
    monkeypatch.setattr(limits, "LARGEST", 4096)
    return 4096


class TestRefusing:
    """What is not taken is said beside the field, and nothing is left behind."""

    @pytest.mark.parametrize(
        ("content", "name", "said"),
        [
            (b"<html><script>alert(1)</script>", "letter.pdf", "letter.pdf: This kind of file is not taken."),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.png", "drawing.png: This kind of file is not"),
            (b"MZ\x90\x00\x03\x00\x00\x00", "run.pdf", "run.pdf: This kind of file is not taken."),
            (b"PK\x03\x04\x14\x00", "all.zip", "all.zip: This kind of file is not taken."),
            (b"", "nothing.pdf", "nothing.pdf: The file is empty."),
        ],
    )
    def test_a_kind_is_known_by_its_content(self, app, worker, path, before, content, name, said):
        typed = {"description": "What I wrote", "classification": "legal"}
        page = send(worker, path, (name, content), expect=422, **typed)
        shown = words(page)
        assert said in shown
        assert "Nothing was stored. Choose the files again; without JavaScript a browser does not keep them." in shown
        assert "At most 10 at once, 20 MB each" in shown, "the limits still stand beside the field"
        assert 'value="What I wrote"' in page.get_data(as_text=True)
        assert '<option selected value="legal">' in page.get_data(as_text=True)
        assert (on_case(app), stored(app)) == ([], before)

    def test_one_that_is_refused_refuses_all_and_is_named(self, app, worker, path, before):
        sent = ("good.pdf", PDF), ("bad.exe", b"MZ\x90\x00"), ("none.txt", b"")
        shown = words(send(worker, path, *sent, expect=422))
        assert "bad.exe: This kind of file is not taken. none.txt: The file is empty." in shown
        assert "good.pdf:" not in shown
        assert (on_case(app), stored(app)) == ([], before)

    def test_the_form_without_a_file_asks_for_one(self, worker, path):
        assert "Choose a file first." in words(send(worker, path, expect=422))

    def test_eleven_are_too_many(self, app, worker, path):
        sent = [(f"{number}.pdf", PDF) for number in range(limits.MOST_FILES + 1)]
        assert "Send at most 10 files at once." in words(send(worker, path, *sent, expect=422))
        assert on_case(app) == []

    def test_one_that_is_too_large_is_told_so_and_the_form_is_kept(self, app, worker, path, before, small_limit):
        large = PDF.ljust(small_limit + 1)
        page = send(worker, path, ("scan.pdf", large), expect=413, description="What I wrote")
        assert "scan.pdf: A file may have at most" in words(page)
        assert 'value="What I wrote"' in page.get_data(as_text=True)
        assert (on_case(app), stored(app)) == ([], before)

    def test_one_as_large_as_may_be_is_taken(self, app, worker, path, small_limit):
        send(worker, path, ("scan.pdf", PDF.ljust(small_limit)))
        assert on_case(app)[0].size_bytes == small_limit

    def test_twenty_megabytes_each_are_taken_and_sixty_together(self):
        mebibyte = 1024 * 1024
        each, together = limits.LARGEST, limits.TOGETHER
        assert each == 20 * mebibyte
        assert limits.LARGEST_BODY > together == 60 * mebibyte

    def test_a_request_beyond_all_limits_is_not_read(self, app, worker, path, before):
        answer = claiming(worker, path, limits.LARGEST_BODY + 1)
        assert answer.status_code == 413
        assert "This is too large" in words(answer)
        assert stored(app) == before
        assert claiming(worker, path, limits.LARGEST_BODY).status_code == 400, "smaller ones are looked at"

    def test_other_forms_of_the_case_stay_as_small_as_they_were(self, worker, office):
        assert claiming(worker, f"/app/cases/{office['case']}/notes", 21 * 1024 * 1024).status_code == 413

    def test_an_unknown_classification_is_refused(self, app, worker, path):
        send(worker, path, ("letter.pdf", PDF), classification="secret", expect=422)
        assert on_case(app) == []
