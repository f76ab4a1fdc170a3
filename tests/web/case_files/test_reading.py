"""Who reads the files of a case, how they are answered, and that a withdrawal hides them."""

from collections.abc import Iterator

from portal.core import consenting, messages
from portal.core.models import Case, Consent, User
from portal.extensions import db
from tests.factories import actor_of, committed, make_case
from tests.page import words
from tests.sent_files import PDF, png
from tests.statements import counted
from tests.web.case_files.conftest import events, put, send, stored


class TestReading:
    """Offered for saving; pictures on a page of ours, PDF in the browser's viewer; each reading is recorded."""

    def test_a_file_is_saved_from_an_answer_that_can_run_nothing(self, app, worker, office):
        where = put(app, office, "letter\u202efdp.pdf")
        answer = worker.client.get(where, buffered=True)
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"] == "attachment; filename=letterfdp.pdf"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")

    def test_every_reading_is_recorded(self, app, worker, office):
        where = put(app, office)
        worker.client.get(where, buffered=True)
        worker.client.get(f"{where}/view", buffered=True)
        read = events(app, "attachment.read")
        details = {"attachment": 1, "case": office["case"]}
        assert [(event.actor_id, event.details) for event in read] == [(office["worker"], details)] * 2

    def test_a_picture_has_a_page_of_its_own_which_names_it_and_no_other_kind_is_drawn(self, app, worker, office, path):
        picture, letter = put(app, office, "door.png", png(7)), put(app, office)
        page = worker.get(f"{path}/{picture.rpartition('/')[2]}").get_data(as_text=True)
        assert f'<img class="picture" src="{picture}" alt="door.png">' in page
        page = worker.get(f"{path}/{letter.rpartition('/')[2]}").get_data(as_text=True)
        assert '<img class="picture"' not in page
        assert f'href="{letter}/view"' in page

    def test_a_pdf_goes_to_the_viewer_and_everything_else_is_saved(self, app, worker, office):
        seen = worker.client.get(f"{put(app, office)}/view", buffered=True)
        assert seen.headers["Content-Disposition"] == "inline; filename=letter.pdf"
        assert (seen.mimetype, seen.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
        policy = seen.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; object-src 'self'; frame-ancestors 'none'")
        assert "unsafe" not in policy
        other = worker.client.get(f"{put(app, office, 'a.txt', b'As told.')}/view", buffered=True)
        assert other.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in other.headers["Content-Security-Policy"]

    def test_a_file_of_another_case_is_not_there(self, app, worker, office, path):
        with app.app_context(), committed(db.session) as session:
            case = session.get(Case, office["case"])
            other = make_case(session, case.primary_vertical, subject=case.subject_person).id
        elsewhere = put(app, office, case=other)
        worker.get(f"{path}/{elsewhere.rpartition('/')[2]}", expect=404)

    def test_what_came_with_a_message_says_so_and_the_message_names_it(self, app, worker, office, path):
        with app.app_context(), committed(db.session) as session:
            case = session.get(Case, office["case"])
            made = messages.write(session, actor_of(session, session.get(User, office["worker"])), case, "Dear Amina")
            number = made.id
        where = put(app, office, message_id=number)
        page = worker.get(path).get_data(as_text=True)
        assert "from the message of" in page
        [link] = set(links(page, f"#message-{number}"))
        assert f'id="message-{number}"' in worker.get(link).get_data(as_text=True)
        for tab in ("", "/messages"):
            shown = worker.get(f"/app/cases/{office['case']}{tab}").get_data(as_text=True)
            assert f'href="{where}/view"' in shown, "a letter opens in the viewer"

    def test_the_list_costs_the_same_with_one_file_and_with_many(self, app, worker, office, path):
        put(app, office)
        few = selects(app, worker, path)
        for number in range(8):
            put(app, office, f"{number}.pdf", PDF + bytes([number]))
        assert selects(app, worker, path) == few
        assert few <= 14


class TestWithdrawal:
    """Once consent was withdrawn nobody reads a file, by no address."""

    def withdraw(self, app, office) -> None:
        with app.app_context():
            actor = actor_of(db.session, db.session.get(User, office["boss"]))
            with committed(db.session) as session:
                consent = session.get(Consent, office["consent"])
                consenting.withdraw(session, actor, consent, reason_code="USER_REQUEST")

    def test_no_name_is_shown_and_nothing_is_read_or_added(self, app, worker, office, path):
        where = put(app, office, "secret.pdf")
        self.withdraw(app, office)
        shown = words(worker.get(path))
        assert "What is written in this case cannot be read" in shown
        assert "Who can lift this: the person, by giving consent again." in shown
        assert "secret.pdf" not in shown
        assert "secret.pdf" not in words(worker.get(f"{path}/{where.rpartition('/')[2]}"))
        part = worker.get(path, headers={"HX-Request": "true"})
        assert "secret.pdf" not in part.get_data(as_text=True)
        for place in (where, f"{where}/view"):
            worker.get(place, expect=403)
        assert events(app, "attachment.read") == []
        kept = stored(app)
        refused = send(worker, path, ("more.pdf", PDF + b"4"), expect=409)
        assert "secret.pdf" not in words(refused)
        assert stored(app) == kept

    def test_a_thread_does_not_name_them_either(self, app, worker, office):
        with app.app_context(), committed(db.session) as session:
            case = session.get(Case, office["case"])
            made = messages.write(session, actor_of(session, session.get(User, office["worker"])), case, "Dear Amina")
            number = made.id
        put(app, office, "secret.pdf", message_id=number)
        self.withdraw(app, office)
        for tab in ("", "/messages", "/history"):
            assert "secret.pdf" not in words(worker.get(f"/app/cases/{office['case']}{tab}"))


def links(page: str, ending: str) -> Iterator[str]:
    """The addresses on a page that end so, without the place on the page."""
    for part in page.split('href="')[1:]:
        address = part.partition('"')[0].replace("&amp;", "&")
        if address.endswith(ending):
            yield address.partition("#")[0]


def selects(app, browser, path: str) -> int:
    """The SELECTs of a page on its second view, those of its access log left out."""
    browser.get(path)
    with counted(app) as statements:
        browser.get(path)
    return len([text for text in statements if text.lstrip().upper().startswith("SELECT") and "audit_" not in text])
