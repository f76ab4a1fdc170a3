"""The files of a case in the browser: what lies there, adding to it, what is refused, and who reads what."""

import contextlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import uploads
from portal.core import attachments, clock, consenting, merging, messages
from portal.core.actors import SYSTEM
from portal.core.errors import InvalidInput
from portal.core.models import Attachment, AuditEvent, Case, Consent, User
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from portal.web.case_files import limits
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_participant,
    make_person,
    make_user,
    make_vertical,
    put_into,
)
from tests.page import words
from tests.statements import counted

PDF = b"%PDF-1.4\n%invented\n"


def png(shade: int = 0) -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    drawn = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", drawn) + chunk(b"IEND", b"")


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service that works on consent, its staff, another that takes part, and a case."""
    with app.app_context(), committed(db.session) as session:
        care, health = make_vertical(session, "CARE", consent=True), make_vertical(session, "HEALTH")
        person = make_person(session, "Amina Testperson", verified=True, vertical=care)
        consent = make_consent(session, person, care)
        case = make_case(session, care, subject=person, status=Status.ACTIVE)
        make_participant(session, case, health)
        return {
            "case": case.id,
            "person": person.id,
            "consent": consent.id,
            "worker": make_user(session, Role.CASEWORKER, care, name="Jo Worker").id,
            "boss": make_user(session, Role.SUPERVISOR, care, name="Bo Boss").id,
            "guest": make_user(session, Role.AGENT, health, name="Gus Guest").id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, make_vertical(session, "ELSEWHERE")).id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/cases/{office['case']}/files"


@pytest.fixture
def worker(browser_as, office):
    return browser_as(office["worker"])


def send(browser, path: str, *files: tuple[str, bytes], expect: int = 303, **typed):
    """The form as a browser without JavaScript sends it."""
    fields = {"description": "", "classification": "general", **typed}
    fields["files"] = [(io.BytesIO(content), name) for name, content in files]
    return browser.post(path, fields, expect=expect, content_type="multipart/form-data")


def on_case(app) -> list[Attachment]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def stored(app) -> set[str]:
    """What lies in the storage, unfinished arrivals too."""
    folder = Path(app.extensions["settings"].data_dir) / "attachments"
    return {file.name for file in folder.rglob("*") if file.is_file()}


def claiming(browser, path: str, length: int):
    """A request that says it is so long."""
    told = {"content_type": "multipart/form-data; boundary=x", "environ_overrides": {"CONTENT_LENGTH": str(length)}}
    return browser.client.post(path, data=b"--x--", **told)


@pytest.fixture
def small_limit(monkeypatch) -> int:
    """How large a file may be, for once."""
    monkeypatch.setattr(limits, "LARGEST", 4096)
    return 4096


@pytest.fixture
def before(app) -> set[str]:
    """What lay in the storage already; other tests have files too."""
    return stored(app)


def put(app, office, name: str = "letter.pdf", content: bytes = PDF, **more) -> str:
    """A file that came otherwise; returns where it is read."""
    kept = app.extensions["storage"].put(io.BytesIO(content), limit=len(content))
    with app.app_context(), committed(db.session) as session:
        brought = attachments.Brought(name, kept.checksum, kept.size_bytes, kept.content_type)
        case = session.get(Case, more.pop("case", office["case"]))
        made = attachments.add(session, SYSTEM, brought, case=case)
        for column, value in more.items():
            setattr(made, column, value)
        session.flush()
        return f"/app/files/{made.uuid}"


def events(app, action: str) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action)))


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


class TestWhereNothingIsTaken:
    """A case that is read-only says why, and who can lift it; what is sent all the same is refused as well."""

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (Status.SUSPENDED, "The case is suspended and read-only. Who can: a supervisor or an administrator."),
            (Status.ARCHIVED, "The case is archived and read-only. Who can: Nobody."),
        ],
    )
    def test_in_a_read_only_state(self, app, worker, office, path, before, status, said):
        with app.app_context(), committed(db.session) as session:
            put_into(session, session.get(Case, office["case"]), status)
        page = worker.get(path)
        assert said in words(page)
        assert 'type="file"' not in page.get_data(as_text=True)
        refused = send(worker, path, ("letter.pdf", PDF), expect=409, description="Mine")
        assert "Nothing was stored" in words(refused)
        assert "Mine" in words(refused), "what was typed is not lost"
        assert (on_case(app), stored(app)) == ([], before)
        assert [event.outcome for event in events(app, "attachment.add")] == ["refused"]

    def test_a_closed_case_still_takes_files(self, app, worker, office, path):
        with app.app_context(), committed(db.session) as session:
            put_into(session, session.get(Case, office["case"]), Status.CLOSED)
        send(worker, path, ("letter.pdf", PDF))
        assert len(on_case(app)) == 1

    def test_while_consent_has_only_expired_files_are_read_and_none_is_added(self, app, worker, office, path, before):
        where = put(app, office)
        kept = stored(app)
        with app.app_context(), committed(db.session) as session:
            ended = {"active_until": clock.now(), "grace_until": None}
            session.execute(sa.update(Consent).where(Consent.id == office["consent"]).values(**ended))
        shown = words(worker.get(path))
        assert "The consent for Care has expired. Who can: The person, by giving consent." in shown
        assert "letter.pdf" in shown
        assert worker.client.get(where, buffered=True).data == PDF
        send(worker, path, ("more.pdf", PDF + b"2"), expect=403)
        assert stored(app) == kept

    def test_one_who_only_reads_is_told_who_adds(self, app, browser_as, office, path, before):
        auditor = browser_as(office["auditor"])
        said = "You may not add files to this case. Who can: an agent, a caseworker, a supervisor or an administrator."
        assert said in words(auditor.get(path))
        send(auditor, path, ("letter.pdf", PDF), expect=403)
        assert (on_case(app), stored(app)) == ([], before)

    def test_for_a_stranger_there_is_nothing_and_nothing_is_stored(self, app, browser_as, office, path, before):
        where = put(app, office)
        kept = stored(app)
        stranger = browser_as(office["stranger"])
        for place in (path, f"{path}/{where.rpartition('/')[2]}", where, f"{where}/view"):
            stranger.get(place, expect=404)
        send(stranger, path, ("letter.pdf", PDF + b"3"), expect=404)
        assert stored(app) == kept

    def test_a_case_that_is_closed_to_writing_meanwhile_keeps_nothing(
        self, app, worker, office, path, before, monkeypatch
    ):
        """Between the look at the case and the writing; the second look decides."""
        arriving = uploads.arriving

        @contextlib.contextmanager
        def then_suspend(*told, **more):
            with arriving(*told, **more) as arrivals:
                with app.app_context(), committed(db.session) as session:
                    put_into(session, session.get(Case, office["case"]), Status.SUSPENDED)
                yield arrivals

        monkeypatch.setattr(uploads, "arriving", then_suspend)
        assert "Nothing was stored" in words(send(worker, path, ("letter.pdf", PDF + b"5"), expect=409))
        assert (on_case(app), stored(app)) == ([], before)

    def test_when_the_writing_of_one_fails_no_file_is_kept(self, app, worker, path, before, monkeypatch):
        added = attachments.add

        def fails_on_the_second(session, actor, file, **more):
            if file.name == "b.pdf":
                raise InvalidInput("This kind of file is not taken.", target="file")
            return added(session, actor, file, **more)

        monkeypatch.setattr(attachments, "add", fails_on_the_second)
        send(worker, path, ("a.pdf", PDF + b"6"), ("b.pdf", PDF + b"7"), expect=422)
        assert (on_case(app), stored(app)) == ([], before)

    def test_bytes_that_are_there_already_stay_when_the_same_are_refused(self, app, worker, office, path, monkeypatch):
        where = put(app, office)

        def fails(*_told, **_more):
            raise InvalidInput("This kind of file is not taken.", target="file")

        monkeypatch.setattr(attachments, "add", fails)
        send(worker, path, ("again.pdf", PDF), expect=422)
        assert worker.client.get(where, buffered=True).data == PDF


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
        assert [(event.actor_id, event.details["attachment"]) for event in read] == [(office["worker"], 1)] * 2

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


class TestMergedCases:
    """A survivor shows the files of what was merged into it, and says of which."""

    @pytest.fixture
    def merged(self, app, office) -> dict[str, object]:
        with app.app_context(), committed(db.session) as session:
            case = session.get(Case, office["case"])
            twin = make_case(session, case.primary_vertical, subject=case.subject_person, status=Status.ACTIVE)
            number, reference = twin.id, twin.reference
        where = put(app, office, "twin.png", png(3), case=number)
        with app.app_context(), committed(db.session) as session:
            case, twin = session.get(Case, office["case"]), session.get(Case, number)
            actor = actor_of(session, session.get(User, office["boss"]))
            merging.merge(session, actor, case, [twin], reason_code="DUPLICATE_RECORD")
        return {"number": number, "reference": reference, "where": where}

    def test_they_stand_in_one_list(self, worker, path, merged):
        shown = words(worker.get(path))
        assert f"twin.png from {merged['reference']}" in shown
        worker.get(f"{path}/{merged['where'].rpartition('/')[2]}")

    def test_the_merged_case_takes_none_and_says_where_they_go(self, app, worker, merged):
        path = f"/app/cases/{merged['number']}/files"
        shown = words(worker.get(path))
        assert "The case was merged into another; files are added there." in shown
        assert "by undoing the merge" in shown
        send(worker, path, ("letter.pdf", PDF), expect=409)

    def test_those_of_a_member_whose_consent_was_withdrawn_are_not_shown(self, app, worker, office, path, merged):
        with app.app_context(), committed(db.session) as session:
            lost_to = make_vertical(session, "LOST", consent=True)
            make_participant(session, session.get(Case, merged["number"]), lost_to)
            person = session.get(Case, office["case"]).subject_person
            make_consent(session, person, lost_to, status="withdrawn", withdrawn_at=clock.now())
        assert "twin.png" not in words(worker.get(path))
        worker.get(f"{path}/{merged['where'].rpartition('/')[2]}", expect=403)
        worker.get(merged["where"], expect=403)


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
