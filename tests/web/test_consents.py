"""Consents in the browser: what stands for which service, taking one down, confirming, renewing, withdrawing it."""

import datetime as dt
import io

import pytest
import sqlalchemy as sa

from portal.core import clock, consenting
from portal.core.consenting import Evidence, Given
from portal.core.models import Attachment, AuditEvent, Case, Consent, ConsentEvidence, Person, User, Vertical
from portal.core.vocabulary import ConsentStatus, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted

DAY = dt.timedelta(days=1)
PDF = b"%PDF-1.4\n%invented\n"


@pytest.fixture
def office(app) -> dict[str, int]:
    """A service that works on consent, one that may take part, their staff, and a verified person without consent."""
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True, grace_days=7)
        health = make_vertical(session, "HEALTH", consent=True)
        person = make_person(session, "Amina Testperson", verified=True, vertical=care)
        stranger = make_person(session, "Not Verified", vertical=care)
        return {
            "care": care.id,
            "health": health.id,
            "person": person.id,
            "provisional": stranger.id,
            "agent": make_user(session, Role.AGENT, care, name="Ada Agent").id,
            "worker": make_user(session, Role.CASEWORKER, care, name="Jo Worker").id,
            "other": make_user(session, Role.CASEWORKER, care, name="Kim Other").id,
            "admin": make_user(session, Role.ADMINISTRATOR).id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, health).id,
        }


@pytest.fixture
def path(office) -> str:
    """The consents of the person."""
    return f"/app/people/{office['person']}/consents"


def take(app, office, *, vertical: str = "care", evidence: bool = True, by: str = "worker", **period) -> int:
    """A consent taken down through core."""
    with app.app_context():
        actor = actor_of(db.session, db.session.get(User, office[by]))
        with committed(db.session) as session:
            proof = (Evidence("spoken", "Said so."),) if evidence else ()
            given = Given(clock.now() - DAY, **{"active_until": None, **period}, evidence=proof)
            person, of = session.get(Person, office["person"]), session.get(Vertical, office[vertical])
            return consenting.capture(session, actor, person, of, given).id


def consent_of(app, number: int) -> Consent:
    with app.app_context():
        return db.session.get(Consent, number)


def newest(app) -> Consent:
    with app.app_context():
        return db.session.scalars(sa.select(Consent).order_by(Consent.id.desc()).limit(1)).one()


def form(office, **typed) -> dict[str, object]:
    """The form as it is sent, with what is typed."""
    today = clock.today()
    start = [str(today.day), str(today.month), str(today.year)]
    given = {"vertical": office["care"], "start": start, "until": ["", "", ""], "mode": "online", "method": "none"}
    return {**given, "description": "", **typed}


class TestTakingDown:
    """A consent is recorded as it was given."""

    def test_without_evidence_it_waits_for_somebody_else(self, app, worker, office, path):
        shown = words(worker.follow(worker.post(f"{path}/new", form(office))))
        assert newest(app).status is ConsentStatus.PENDING
        assert "It counts once somebody else has confirmed it." in shown
        assert "Waits to be confirmed" in shown
        assert "You took this consent down; somebody else verifies it. Who can: a caseworker, a supervisor" in shown

    def test_with_words_that_were_spoken_it_counts_at_once(self, app, worker, office, path):
        typed = form(office, method="spoken", description="Said yes on the telephone.", until=["1", "2", "2100"])
        shown = words(worker.follow(worker.post(f"{path}/new", typed)))
        made = newest(app)
        assert (made.status, made.captured_by_id) == (ConsentStatus.ACTIVE, office["worker"])
        assert made.grace_until - made.active_until == 7 * DAY
        assert "1 Feb 2100" in shown, "the last day is told, not the moment after it"
        assert "Said yes on the telephone." in shown

    def test_a_file_proves_it_and_can_be_read_by_those_who_see_the_person(self, app, worker, browser_as, office, path):
        typed = form(office, method="signed_paper", files=(io.BytesIO(PDF), "yes.pdf"))
        page = worker.follow(worker.post(f"{path}/new", typed, content_type="multipart/form-data"))
        with app.app_context():
            file, proof = db.session.execute(
                sa.select(Attachment, ConsentEvidence).join(
                    ConsentEvidence, ConsentEvidence.attachment_id == Attachment.id
                )
            ).one()
            where, method = f"/app/files/{file.uuid}", proof.method
            assert (file.classification, file.person_id) == ("consent", office["person"])
        assert method == "signed_paper"
        assert f'href="{where}"' in page.get_data(as_text=True)
        read = worker.client.get(where, buffered=True)
        assert (read.data, read.headers["Content-Disposition"]) == (PDF, "attachment; filename=yes.pdf")
        browser_as(office["stranger"]).get(where, expect=404)

    def test_a_file_of_a_case_proves_it_and_is_named_to_those_alone_who_see_the_case(
        self, app, worker, browser_as, office, path
    ):
        number = take(app, office)
        with app.app_context(), committed(db.session) as session:
            care = session.get(Vertical, office["care"])
            case = make_case(session, care, subject=session.get(Person, office["person"]))
            file = Attachment(file_name="yes-of-the-aunt.pdf", content_type="application/pdf", case_id=case.id)
            file.checksum, file.state = "0" * 64, "stored"
            session.add(file)
            session.flush()
            session.add(ConsentEvidence(consent_id=number, method="document", attachment_id=file.id))
            found = case.id
        assert "yes-of-the-aunt.pdf" in worker.get(f"{path}/{number}").get_data(as_text=True)
        with app.app_context(), committed(db.session) as session:
            session.get(Case, found).restricted = True
        page = worker.get(f"{path}/{number}").get_data(as_text=True)
        assert "yes-of-the-aunt.pdf" not in page and "there is no file that you can read" in page

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"vertical": 0}, "Choose the service."),
            ({"start": ["31", "2", "2026"]}, "Enter a real date"),
            ({"start": ["", "", ""]}, "Enter the first day."),
            ({"until": ["", "2", "2027"]}, "Enter a real date"),
            ({"until": ["1", "1", "2020"]}, "The last day comes before the first."),
            ({"until": ["31", "12", "9999"]}, "Check the year."),
            ({"method": ""}, "Say what proves it."),
            ({"method": "spoken"}, "say below what was said"),
            ({"method": "none", "description": "She said yes."}, "Say what kind of evidence this is."),
            ({"mode": "carrier pigeon"}, "Choose one of the list"),
            (
                {"files": (io.BytesIO(b"MZ\x00\x01"), "run.exe"), "method": "document"},
                "This kind of file is not taken.",
            ),
        ],
    )
    def test_what_is_not_in_order_is_said_beside_its_field_and_nothing_is_lost(
        self, app, worker, office, path, typed, said
    ):
        sent = {"description": "As told on the stairs.", **typed}
        if typed.get("method") == "spoken":
            sent["description"] = ""
        if "method" not in typed:
            sent["method"] = "spoken"
        page = worker.post(f"{path}/new", form(office, **sent), expect=422, content_type="multipart/form-data")
        assert said in words(page)
        assert sent["description"] in page.get_data(as_text=True)
        with app.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0

    def test_a_second_active_consent_is_refused_beside_the_service(self, app, worker, office, path):
        take(app, office)
        page = worker.post(f"{path}/new", form(office, method="spoken", description="Again."), expect=409)
        assert "There is an active consent for this vertical already." in words(page)

    def test_somebody_who_is_not_verified_cannot_consent_and_the_page_says_who_can_change_that(self, worker, office):
        page = worker.get(f"/app/people/{office['provisional']}/consents")
        assert "The person is not verified yet. Who can: whoever may verify people, first." in words(page)
        assert "/consents/new" not in page.get_data(as_text=True)
        sent = worker.post(f"/app/people/{office['provisional']}/consents/new", form(office), expect=409)
        assert "The person is not verified yet." in words(sent)


class TestDeciding:
    """A consent that waits is confirmed or rejected, by somebody else."""

    def test_whoever_took_it_down_does_not_confirm_it_and_a_colleague_does(self, app, worker, browser_as, office, path):
        number = take(app, office, evidence=False)
        assert "You took this consent down" in words(worker.post(f"{path}/{number}/verify", expect=403))
        other = browser_as(office["other"])
        other.post(f"{path}/{number}/verify")
        assert (consent_of(app, number).status, consent_of(app, number).verified_by_id) == (
            ConsentStatus.ACTIVE,
            office["other"],
        )
        assert "This consent is active already." in words(other.post(f"{path}/{number}/verify", expect=409))

    def test_an_agent_is_told_who_can(self, app, browser_as, office, path):
        number = take(app, office, evidence=False)
        agent = browser_as(office["agent"])
        shown = words(agent.get(f"{path}/{number}"))
        assert "You may not do this. Who can: a caseworker, a supervisor or an administrator." in shown
        agent.post(f"{path}/{number}/reject", expect=403)

    def test_a_rejection_needs_a_reason_and_is_final(self, app, worker, office, path):
        number = take(app, office, evidence=False)
        where = f"{path}/{number}/reject"
        assert "Choose a reason." in words(worker.post(where, expect=422))
        assert "Say which reason." in words(worker.post(where, {"reason": "OTHER"}, expect=422))
        shown = words(worker.follow(worker.post(where, {"reason": "OTHER", "reason_text": "A wrong name."})))
        assert consent_of(app, number).status is ConsentStatus.REJECTED
        assert "A wrong name." in shown
        assert "This consent is rejected already." in words(worker.get(where, expect=409))

    def test_evidence_that_comes_later_does_not_confirm_it(self, app, worker, office, path):
        number = take(app, office, evidence=False)
        where = f"{path}/{number}/evidence"
        assert "say below what was said" in words(worker.post(where, {"method": "guardian"}, expect=422))
        shown = words(worker.follow(worker.post(where, {"method": "guardian", "description": "Her mother agrees."})))
        assert consent_of(app, number).status is ConsentStatus.PENDING
        assert "Her mother agrees." in shown


class TestLater:
    """A consent is renewed or withdrawn."""

    def test_renewing_makes_a_version_and_what_stood_before_stays(self, app, worker, browser_as, office, path):
        number = take(app, office, active_until=clock.now() + 3 * DAY)
        worker.post(f"{path}/{number}/renew", form(office, version=1, until=["1", "3", "2100"]))
        assert consent_of(app, number).active_until.year == 2100
        shown = words(browser_as(office["auditor"]).get(f"{path}/{number}"))
        assert shown.count("1 Mar 2100") >= 2
        assert "Consent Period Reason Version 2" in shown
        assert "Shown to administrators and auditors." in words(worker.get(f"{path}/{number}"))

    def test_two_who_renew_it_at_once_do_not_overwrite_each_other(self, app, worker, browser_as, office, path):
        number = take(app, office)
        other = browser_as(office["other"])
        other.post(f"{path}/{number}/renew", form(office, version=1, until=["1", "3", "2100"]))
        late = form(office, version=1, until=["1", "3", "2050"], description="By telephone.", method="spoken")
        refused = worker.post(f"{path}/{number}/renew", late, expect=409)
        assert "Somebody else changed this consent meanwhile." in words(refused)
        assert "By telephone." in refused.get_data(as_text=True)
        assert consent_of(app, number).active_until.year == 2100
        worker.post(f"{path}/{number}/renew", {**late, "version": 2})
        assert consent_of(app, number).active_until.year == 2050

    def test_what_has_run_out_is_said_to_be_in_grace_and_can_be_renewed(self, app, browser_as, office, path):
        number = take(app, office, active_until=clock.now() + DAY)
        clock.advance(2 * DAY)
        worker = browser_as(office["worker"])
        shown = words(worker.get(path))
        assert "Expired, in its grace period" in shown
        worker.post(f"{path}/{number}/renew", form(office, version=1))
        assert "Expired" not in words(worker.get(path))

    def test_a_withdrawal_shows_first_which_cases_it_stops_and_then_stops_them(self, app, worker, office, path):
        number = take(app, office)
        with app.app_context(), committed(db.session) as session:
            care, person = session.get(Vertical, office["care"]), session.get(Person, office["person"])
            live = make_case(session, care, subject=person, status=Status.ACTIVE)
            closed = make_case(session, care, subject=person, status=Status.CLOSED)
            ids = {"live": live.id, "closed": closed.id}
            references = live.reference, closed.reference
        before = words(worker.get(f"{path}/{number}/withdraw"))
        assert "1 case that you see is suspended at once." in before
        assert all(reference in before for reference in references)
        assert "Choose a reason." in words(worker.post(f"{path}/{number}/withdraw", expect=422))
        done = worker.post(f"{path}/{number}/withdraw", {"reason": "USER_REQUEST"})
        assert "The consent is withdrawn. 1 case is suspended." in words(worker.follow(done))
        with app.app_context():
            assert db.session.get(Case, ids["live"]).lifecycle_status is Status.SUSPENDED
            assert db.session.get(Case, ids["closed"]).lifecycle_status is Status.CLOSED
        again = words(worker.post(f"{path}/{number}/withdraw", {"reason": "USER_REQUEST"}, expect=409))
        assert "This consent is withdrawn already." in again
        assert "consent is given anew" in words(worker.get(f"{path}/{number}/renew", expect=409))

    def test_a_case_that_the_reader_may_not_see_is_not_in_the_preview(self, app, worker, office, path):
        number = take(app, office)
        with app.app_context(), committed(db.session) as session:
            care, person = session.get(Vertical, office["care"]), session.get(Person, office["person"])
            hidden = make_case(session, care, subject=person, status=Status.ACTIVE)
            hidden.restricted = True
            reference = hidden.reference
        shown = words(worker.get(f"{path}/{number}/withdraw"))
        assert reference not in shown
        assert "No open case that you see rests on it." in shown


class TestWhoIsTold:
    """Whose consents a reader is told of."""

    def test_another_services_consent_is_known_to_its_members_and_to_those_who_read_all(
        self, app, worker, browser_as, office, path
    ):
        with app.app_context(), committed(db.session) as session:
            person, health = session.get(Person, office["person"]), session.get(Vertical, office["health"])
            number = make_consent(session, person, health, status=ConsentStatus.WITHDRAWN, withdrawn_at=clock.now()).id
        assert "Health" not in words(worker.get(path))
        worker.get(f"{path}/{number}", expect=404)
        assert "Withdrawn" in words(browser_as(office["auditor"]).get(path))

    def test_what_a_reader_took_down_for_another_service_stays_theirs_to_see(
        self, app, worker, browser_as, office, path
    ):
        number = take(app, office, vertical="health")
        assert "Active" in words(worker.get(f"{path}/{number}"))
        browser_as(office["other"]).get(f"{path}/{number}", expect=404)

    def test_somebody_who_does_not_see_the_person_finds_nothing(self, app, browser_as, office, path):
        number = take(app, office)
        stranger = browser_as(office["stranger"])
        for where in (path, f"{path}/{number}", f"{path}/{number}/withdraw", f"{path}/new"):
            stranger.get(where, expect=404)

    def test_a_consent_is_found_at_its_person_alone(self, app, worker, office):
        number = take(app, office)
        worker.get(f"/app/people/{office['provisional']}/consents/{number}", expect=404)

    def test_reading_is_recorded(self, app, worker, office, path):
        number = take(app, office)
        worker.get(path)
        worker.get(f"{path}/{number}")
        with app.app_context():
            events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.actor_id == office["worker"])).all()
            assert [e.action for e in events][-2:] == ["consent.list", "consent.read"]
            assert events[-1].details == {"person": office["person"], "consent": number}


def test_many_consents_cost_what_one_does(app, worker, office, path):
    """SELECTs of the list, of one consent and of a preview do not grow with what is there."""
    number = take(app, office)

    def cost() -> list[int]:
        found = []
        for where in (path, f"{path}/{number}", f"{path}/{number}/withdraw"):
            worker.get(where)
            with counted(app) as statements:
                worker.get(where)
            found.append(sum(text.lstrip().upper().startswith("SELECT") for text in statements))
        return found

    with app.app_context(), committed(db.session) as session:
        care, person = session.get(Vertical, office["care"]), session.get(Person, office["person"])
        make_case(session, care, subject=person, status=Status.ACTIVE)
    few = cost()
    with app.app_context(), committed(db.session) as session:
        care, person = session.get(Vertical, office["care"]), session.get(Person, office["person"])
        for _ in range(6):
            make_case(session, care, subject=person, status=Status.ACTIVE)
            by = make_user(session, Role.CASEWORKER, care).id
            rejected = {"status": ConsentStatus.REJECTED, "rejected_at": clock.now(), "captured_by_id": by}
            made = make_consent(session, person, care, **rejected)
            session.add(ConsentEvidence(consent_id=number, method="spoken", description=f"Again, {made.id}."))
    assert cost() == few
    assert max(few) <= 18
