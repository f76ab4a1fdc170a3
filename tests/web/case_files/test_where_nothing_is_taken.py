"""Cases to which no file is added: read-only, not for the reader, or closed to writing meanwhile."""

import contextlib

import pytest
import sqlalchemy as sa

from portal import uploads
from portal.core import attachments, clock
from portal.core.errors import InvalidInput
from portal.core.models import Case, Consent
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.factories import committed, put_into
from tests.page import words
from tests.sent_files import PDF
from tests.web.case_files.conftest import events, on_case, put, send, stored


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
