"""``POST /api/webhook/webform/`` (contract 002)."""

import datetime as dt
import io

import pytest

from portal.core import clock, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import InvalidInput
from portal.core.models import ApiToken, Attachment, Case, IntakeReceipt, Organisation, Person, UnmappedCode
from portal.core.vocabulary import Answer, Origin, Priority, Status
from tests.api.helpline.conftest import EXAMPLES, example

FORM = "/api/webhook/webform/"
INVALID_TOKEN = {"status": "error", "message": "Invalid or expired authentication token"}
NOT_AUTHORISED = {"status": "error", "message": "Organization not authorized to access this resource"}


def a_report(**changes):
    """The minimal valid payload of the contract, changed."""
    return {**example("webform_minimal"), **changes}


@pytest.mark.parametrize("name", ["webform", "webform_minimal"])
def test_the_examples_of_the_contract_are_answered_as_documented(office, ground, name):
    response = office.caller("partner").post(FORM, example(name))
    assert response.status_code == 201
    body = response.json
    assert list(body) == ["id", "status", "created_at", "assigned_to", "reference_number"]
    assert (body["status"], body["assigned_to"]) == ("open", "agent_000")
    assert body["reference_number"].startswith("HL-CMS-")
    with ground.seen() as session:
        case = session.query(Case).one()
        assert case.origin is Origin.WEBFORM
        assert case.lifecycle_status is Status.SUBMITTED
        assert case.needs_triage
        assert case.organisation_id == office.ids["partner"]
        assert case.owner_id is None


def test_the_example_with_its_comments_is_not_json(office, ground):
    text = (EXAMPLES / "webform_with_comments.txt").read_text(encoding="utf-8")
    headers = {"Authorization": f"Bearer {office.tokens['partner']}", "Content-Type": "application/json"}
    response = office.app.test_client().post(FORM, data=text, headers=headers)
    assert (response.status_code, response.json) == (400, {"error": "Invalid JSON"})
    assert ground.count(Case) == 0


MANDATORY = ["reporter.fname", "gbv_related", "case_category_id", "narrative", "plan", "priority", "status"]


@pytest.mark.parametrize("field", MANDATORY)
@pytest.mark.parametrize("absence", ["absent", None, "", "  "])
def test_each_mandatory_field_is_missed(office, ground, field, absence):
    report = a_report()
    holder, key = (report["reporter"], "fname") if field == "reporter.fname" else (report, field)
    if absence == "absent":
        del holder[key]
    else:
        holder[key] = absence
    response = office.caller("partner").post(FORM, report)
    expected = f"Missing required field: {field}"
    if (field, absence) == ("gbv_related", "  "):
        expected = "Invalid value for field: gbv_related"
    assert (response.status_code, response.json) == (400, {"error": expected})
    assert ground.count(Case) == 0


def test_the_first_missing_field_in_the_order_of_the_contract_is_named(office):
    partner = office.caller("partner")
    for position, field in enumerate(MANDATORY):
        known = {name: a_report()[name] for name in MANDATORY[1:position] if position} if position else {}
        report = {"reporter": {"fname": "Nia"}, **known} if position else {}
        assert partner.post(FORM, report).json == {"error": f"Missing required field: {field}"}


def test_no_reporter_at_all_is_a_missing_name(office):
    report = a_report()
    del report["reporter"]
    assert office.caller("partner").post(FORM, report).json == {"error": "Missing required field: reporter.fname"}


@pytest.mark.parametrize(
    ("value", "answer"),
    [(True, "yes"), (False, "no"), ("true", "yes"), ("False", "no"), ("1", "yes"), (0, "no"), (1, "yes"), ("0", "no")],
)
def test_gbv_is_yes_or_no_in_every_spelling_of_clients(office, ground, value, answer):
    assert office.caller("partner").post(FORM, a_report(gbv_related=value)).status_code == 201
    assert ground.count(Case, Case.gbv == Answer(answer)) == 1


@pytest.mark.parametrize("value", ["maybe", 2, 1.0, [], {}, [True]])
def test_gbv_that_is_neither_is_refused(office, ground, value):
    response = office.caller("partner").post(FORM, a_report(gbv_related=value))
    assert (response.status_code, response.json) == (400, {"error": "Invalid value for field: gbv_related"})
    assert ground.count(Case) == 0


@pytest.mark.parametrize("status", ["2", "3", "resolved"])
def test_what_a_partner_says_of_the_state_is_shown_and_not_obeyed(office, ground, status):
    body = office.caller("partner").post(FORM, a_report(status=status)).json
    assert body["status"] == "open"
    with ground.seen() as session:
        case = session.query(Case).one()
        assert case.lifecycle_status is Status.SUBMITTED
        assert case.reported_status == status
        assert not case.escalated


def test_a_partner_steers_nobody_and_learns_of_nobody(office, ground):
    answers = [
        office.caller("partner")
        .post(FORM, a_report(src_usr=agent, escalated_to_id=agent, narrative=f"by {agent}"))
        .json
        for agent in ("100", "4711")
    ]
    assert [body["assigned_to"] for body in answers] == ["agent_000", "agent_000"]
    with ground.seen() as session:
        assert {(case.owner_id, case.escalated_to_id, case.escalated) for case in session.query(Case)} == {
            (None, None, False)
        }
        assert {doubt.note for doubt in session.query(UnmappedCode)} == {"suggested by the sender"}


def test_a_partner_with_its_own_meaning_of_priorities_is_read_by_it(office, ground):
    with ground.arranged() as session:
        partner = session.get(Organisation, office.ids["partner"])
        organisations.confirm_priorities(session, SYSTEM, partner, organisations.PRIORITY_MAPS["upstream"])
    office.caller("partner").post(FORM, a_report(priority="3"))
    with ground.seen() as session:
        case = session.query(Case).one()
        assert (case.priority, case.priority_raw) == (Priority.HIGH, "3")


def test_the_fields_may_come_under_data(office, ground):
    assert office.caller("partner").post(FORM, {"data": a_report(), "form": "extra"}).status_code == 201
    assert ground.count(Person, Person.full_name == "jasson") == 1


def test_an_anonymous_reporter_is_a_placeholder_that_matches_nobody(office, ground):
    partner = office.caller("partner")
    for narrative in ("first", "second"):
        partner.post(FORM, a_report(reporter={"fname": "Client", ".id": "86164"}, narrative=narrative))
    with ground.seen() as session:
        assert {person.name_known.value for person in session.query(Person)} == {"placeholder"}
        assert session.query(Person).count() == 2


def test_the_source_is_webform_unless_it_says_otherwise(office, ground):
    partner = office.caller("partner")
    for changes in ({}, {"src": "CMIS", "src_uid": "1"}, {"src": "x" * 500, "src_uid": "2"}):
        assert partner.post(FORM, a_report(**changes)).status_code == 201
    with ground.seen() as session:
        assert [receipt.src for receipt in session.query(IntakeReceipt).order_by(IntakeReceipt.id)] == [
            "webform",
            "CMIS",
            "x" * 32,
        ]


class TestDefaults:
    """A partner may choose what is read where its form sends nothing; by default nothing is."""

    @pytest.fixture
    def chosen(self, office, ground):
        with ground.arranged() as session:
            partner = session.get(Organisation, office.ids["partner"])
            told = {"reporter.fname": "Client", "plan": "Initial assessment required", "priority": "2", "status": "1"}
            organisations.set_defaults(session, SYSTEM, partner, told)

    def test_what_is_blank_is_read_as_chosen(self, office, ground, chosen):
        report = {"gbv_related": False, "case_category_id": "362484", "narrative": "Told.", "plan": " "}
        assert office.caller("partner").post(FORM, report).status_code == 201
        with ground.seen() as session:
            assert session.query(Case).one().plan == "Initial assessment required"
            assert session.query(Person).one().full_name == "Client"
            assert "Initial" not in session.query(IntakeReceipt).one().raw

    def test_what_is_said_stays(self, office, ground, chosen):
        office.caller("partner").post(FORM, a_report(plan="Our own plan"))
        assert ground.count(Case, Case.plan == "Our own plan") == 1

    def test_an_account_is_never_made_up(self, office, ground, chosen):
        for field in ("gbv_related", "narrative", "case_category_id"):
            report = {name: value for name, value in a_report().items() if name != field}
            response = office.caller("partner").post(FORM, report)
            assert response.json == {"error": f"Missing required field: {field}"}
        with ground.arranged() as session, pytest.raises(InvalidInput):
            organisations.set_defaults(session, SYSTEM, session.get(Organisation, 1), {"narrative": "---"})

    def test_they_are_nobody_elses(self, office, chosen):
        response = office.caller("rival").post(FORM, {"gbv_related": False})
        assert response.json == {"error": "Missing required field: reporter.fname"}


def test_reading_the_form_is_not_a_method(office):
    response = office.caller("partner").get(FORM)
    assert (response.status_code, response.json) == (405, {"status": "error", "message": "Method not allowed"})
    assert "POST" in response.headers["Allow"]


class TestWhoMayReport:
    """401 is a fault of the token, 403 one of its holder; both come before anything is read."""

    def test_without_a_token_401(self, office):
        response = office.caller(None).post(FORM, a_report())
        assert (response.status_code, response.json) == (401, INVALID_TOKEN)
        assert response.headers["WWW-Authenticate"] == "Bearer"

    def test_a_token_without_the_scope_is_403(self, office):
        for holder in ("agent", "administrator", "night line"):
            response = office.caller(holder).post(FORM, a_report())
            assert (response.status_code, response.json) == (403, NOT_AUTHORISED)

    def test_a_partner_may_do_nothing_but_report(self, office):
        partner = office.caller("partner")
        created = partner.post(FORM, a_report()).json
        assert partner.get(f"/api/cases/{created['id']}").status_code == 403
        assert partner.get("/api/cases/").status_code == 403
        assert partner.post("/api/cases/", example("create_case")).status_code == 403
        assert partner.post(f"/api/cases/{created['id']}", {"plan": "mine"}).status_code == 403

    def test_a_deactivated_organisation_is_403(self, office, ground):
        with ground.arranged() as session:
            organisations.deactivate(session, SYSTEM, session.get(Organisation, office.ids["partner"]))
        response = office.caller("partner").post(FORM, a_report())
        assert (response.status_code, response.json) == (403, NOT_AUTHORISED)
        assert ground.count(Case) == 0

    def test_a_revoked_token_is_401_at_the_next_request(self, office, ground):
        partner = office.caller("partner")
        assert partner.post(FORM, a_report()).status_code == 201
        with ground.arranged() as session:
            tokens.revoke(
                session, SYSTEM, session.query(ApiToken).filter_by(organisation_id=office.ids["partner"]).one().jti
            )
        response = partner.post(FORM, a_report(narrative="again"))
        assert (response.status_code, response.json) == (401, INVALID_TOKEN)

    def test_an_expired_token_is_401(self, office, ground):
        clock.advance(dt.timedelta(days=91))
        assert office.caller("partner").post(FORM, a_report()).status_code == 401

    def test_401_before_403_before_415_before_400(self, office):
        client = office.app.test_client()
        text = {"data": "not json", "content_type": "text/plain"}
        for token, status in ((None, 401), ("agent", 403), ("partner", 415)):
            headers = {"Authorization": f"Bearer {office.tokens[token]}"} if token else {}
            response = client.post(FORM, headers=headers, **text)
            assert response.status_code == status
        assert response.json == {"error": "Send application/json."}
        headers = {"Authorization": f"Bearer {office.tokens['partner']}"}
        assert client.post(FORM, headers=headers, data="{", content_type="application/json").status_code == 400

    def test_a_body_that_is_too_large_is_413(self, office, ground):
        response = office.caller("partner").post(FORM, a_report(narrative="x" * 1024 * 1024))
        assert (response.status_code, response.json) == (413, {"error": "Request body too large"})
        assert ground.count(Case) == 0


def test_a_file_that_another_sent_is_not_linked(office, ground):

    client = office.app.test_client()
    headers = {"Authorization": f"Bearer {office.tokens['rival']}"}
    sent = client.post("/api/attachments/", headers=headers, data={"file": (io.BytesIO(b"a note"), "note.txt")}).json
    report = a_report(attachments_case=[{"attachment_id": sent["attachment_id"]}, {"name": "x.png", "data": "iVBO"}])
    assert office.caller("partner").post(FORM, report).status_code == 201
    with ground.seen() as session:
        assert session.query(Attachment).one().case_id is None
        assert session.query(UnmappedCode).count() == 2
