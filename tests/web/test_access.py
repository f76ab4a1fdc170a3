"""Every door of the browser, and who gets through it. An endpoint without a rule here fails the build."""

import datetime as dt
import io
import uuid
from dataclasses import dataclass

import pytest
from flask import Flask, url_for

from portal.core import approvals, assignments, attachments, clock, contacts, relations, retention, saved_views, tokens
from portal.core import households as homes
from portal.core.actors import SYSTEM, from_user
from portal.core.models import CodeValue, Cover, PersonPair, User
from portal.core.vocabulary import Outcome, PairState, Role
from portal.extensions import db
from tests import factories
from tests.factories import committed, make_case, make_participant, make_person, make_user, make_vertical
from tests.page import Browser

STAFF = {Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR}
WORKERS = STAFF | {Role.ADMINISTRATOR}
DECIDERS = WORKERS - {Role.AGENT}
EVERYBODY = WORKERS | {Role.AUDITOR}
_REVEALING = "people.reveal people.contact_reveal intake.reveal households.reveal".split()
_CHECKING = (
    "verification.person verification.archive_person verification.restore_person "
    "verification.household verification.archive_household verification.restore_household "
    "verification.reveal_person verification.reveal_household"
).split()
_DOUBLING = (
    "people_pairs.different people_pairs.ask_again people_pairs.choose people_pairs.join people_pairs.apart".split()
)
_COMPARING = ("people_pairs.show", "people_pairs.compare", "people_pairs.records")
_CONSENTING = "consents.capture consents.renew consents.prove consents.withdraw".split()
DRAFT = "0123456789abcdef"
NOBODY_NEEDED = set(
    (
        "static home.index health.alive health.ready auth.login auth.code passkey_door.challenge passkey_door.sign_in "
        "passkey_door.second_challenge passkey_door.second reviews.feed openid_door.begin "
        "openid_door.answer reset.follow reset.choose"
    ).split()
)

# Of the sessions that the walk goes with; tried in their own tests.
ENDING = {"auth.logout", "account.end_sessions", "account.end_session"}
# There for the one who sent or made it, and for nobody else; tried in messages, account and second_factor.
OWN = {"account.end_token", "cases.undo_message", "passkeys.show", "passkeys.rename", "passkeys.remove"}


@dataclass(frozen=True)
class Door:
    """Who may use an endpoint. ``scoped``: somebody of another vertical is told that there is nothing."""

    allowed: frozenset[Role]
    scoped: bool = False


def _door(roles: set[Role], *, scoped: bool = False) -> Door:
    return Door(frozenset(roles), scoped)


_CASE_READING = (
    "cases.show cases.look cases.messages cases.people cases.history cases.participants cases.assignments".split()
)
_CASE_WORK = (
    "cases.assign cases.change cases.confirm cases.draft cases.draft_edit cases.draft_step cases.edit cases.review "
    "cases.belong cases.write_message cases.undo_message cases.write_note cases.add_assignment cases.end_assignment"
).split()
_STEERING = {Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR}
_LEADING = {Role.SUPERVISOR, Role.ADMINISTRATOR}
_CORRECTING = (
    "people.edit people.contact_add people.contact people.contact_remove people.identity "
    "people.relation_add people.relation people.relation_end"
).split()
_INTAKE = (
    "intake.alike intake.contacts intake.create intake.drafts intake.earlier intake.new intake.resume intake.search "
    "intake.go_on intake.ask intake.answer intake.draft_answer intake.check intake.send"
).split()

_SECOND_FACTOR = (
    "second_factor.show second_factor.begin second_factor.confirm second_factor.renew_codes second_factor.turn_off"
).split()
_OVERSIGHT = "admin.index admin.calls admin.roles admin.roles_csv admin.roles_json".split()
_REPORTS = "reports.index reports.numbers_csv reports.workers_csv reports.access_log".split()
_RIGHTS = "rights.of_person rights.answer rights.export rights.restriction".split()
_PASSKEYS = (
    "passkeys.index passkeys.begin passkeys.new passkeys.challenge passkeys.add passkeys.codes_challenge "
    "passkeys.renew_codes"
).split()
_ADMINISTRATION = (
    "admin.approve admin.arm admin.codes admin.deactivate admin.defaults admin.disarm admin.issue_token admin.map_code "
    "admin.organisation admin.organisations admin.priorities admin.register admin.revoke_token admin.rotate_token "
    "admin.tokens admin.users admin.user admin.create_user admin.change_user admin.deactivate_user admin.activate_user "
    "admin.reset_second_factor admin.make_link admin.verticals admin.vertical admin.create_vertical "
    "admin.change_vertical admin.vertical_rules admin.programs admin.create_program admin.change_program "
    "admin.places admin.create_place admin.change_place admin.code_lists admin.code_list admin.create_code "
    "admin.change_code admin.retention admin.create_retention admin.retention_rule admin.change_retention "
    "admin.begin_retention admin.rest_retention admin.create_people_retention"
).split()

RULES: dict[str, Door] = {
    **dict.fromkeys(("consents.index", "consents.show", "files.read", "files.view"), _door(EVERYBODY, scoped=True)),
    **dict.fromkeys(_CONSENTING, _door(WORKERS, scoped=True)),
    **dict.fromkeys(("consents.verify", "consents.reject"), _door(DECIDERS, scoped=True)),
    "households.index": _door(EVERYBODY),
    "households.register": _door(WORKERS),
    "households.show": _door(EVERYBODY, scoped=True),
    **dict.fromkeys(("households.add_member", "households.end_member"), _door(WORKERS, scoped=True)),
    "verification.waiting": _door(DECIDERS),
    **dict.fromkeys(_CHECKING, _door(DECIDERS, scoped=True)),
    "people_pairs.index": _door(EVERYBODY),
    **dict.fromkeys(_COMPARING, _door(EVERYBODY, scoped=True)),
    **dict.fromkeys(_DOUBLING, _door(DECIDERS, scoped=True)),
    "auth.logout": _door(EVERYBODY),
    "worklist.index": _door(EVERYBODY),
    **dict.fromkeys(("search.index", "search.quick"), _door(EVERYBODY)),
    "people.index": _door(EVERYBODY),
    "people.show": _door(EVERYBODY, scoped=True),
    **dict.fromkeys(_CORRECTING, _door(WORKERS, scoped=True)),
    "people.history": _door(EVERYBODY, scoped=True),
    **dict.fromkeys(_ADMINISTRATION, _door({Role.ADMINISTRATOR})),
    **dict.fromkeys(_OVERSIGHT, _door({Role.ADMINISTRATOR, Role.AUDITOR})),
    "audit.index": _door({Role.ADMINISTRATOR, Role.AUDITOR}),
    **dict.fromkeys(_REPORTS, _door(_LEADING)),
    **dict.fromkeys(("covers.index", "covers.arrange"), _door(WORKERS)),
    "covers.end": _door({Role.CASEWORKER, *_LEADING}, scoped=True),  # either of the two, and who oversees
    "account.show": _door(EVERYBODY),
    **dict.fromkeys(("account.change_password", "account.end_sessions", "account.set_shortcuts"), _door(EVERYBODY)),
    "account.set_guided_intake": _door(EVERYBODY),
    **dict.fromkeys(
        ("account.end_session", "account.end_token", "account.stay", "account.time_left"), _door(EVERYBODY)
    ),
    **dict.fromkeys(("worklist.several", "worklist.change_several", "worklist.go_on"), _door(WORKERS)),
    **dict.fromkeys(("worklist.saved_views", "worklist.ask_view", "worklist.save_view"), _door(EVERYBODY)),
    "worklist.saved_view": _door(EVERYBODY, scoped=True),
    **dict.fromkeys(
        ("worklist.change_view", "worklist.remove_view"), _door({Role.CASEWORKER}, scoped=True)
    ),  # its owner
    "worklist.report": _door(EVERYBODY),  # of one's own doing; another's is not there: tests/web/test_several.py
    **dict.fromkeys([*_SECOND_FACTOR, *_PASSKEYS], _door(EVERYBODY)),
    **dict.fromkeys(("passkeys.show", "passkeys.rename", "passkeys.remove"), _door(EVERYBODY, scoped=True)),
    "language.choose": _door(EVERYBODY),
    **dict.fromkeys(_CASE_READING, _door(EVERYBODY, scoped=True)),
    **dict.fromkeys(_CASE_WORK, _door(WORKERS, scoped=True)),
    **dict.fromkeys(("cases.invite", "cases.remove_participant"), _door(_STEERING, scoped=True)),
    **dict.fromkeys(("cases.case_file", "cases.make_case_file"), _door(_STEERING, scoped=True)),
    **dict.fromkeys(("cases.merge", "cases.unmerge", "cases.split"), _door(_LEADING, scoped=True)),
    **dict.fromkeys(("cases.transfer", "cases.ask_approval"), _door(_LEADING, scoped=True)),
    **dict.fromkeys(("people.mine", "people.declare"), _door(EVERYBODY, scoped=True)),
    "people.take_back": _door({Role.ADMINISTRATOR}, scoped=True),
    **dict.fromkeys(("break_glass.index", "break_glass.ask"), _door(DECIDERS)),
    "break_glass.end": _door(EVERYBODY),
    "break_glass.log": _door({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}),
    **dict.fromkeys(("cases.restriction", "cases.restrict", "cases.lift_restriction"), _door(_LEADING, scoped=True)),
    **dict.fromkeys(("cases.hold", "cases.place_hold", "cases.lift_hold"), _door(_LEADING, scoped=True)),
    **dict.fromkeys(("approvals.index", "invitations.index"), _door(EVERYBODY)),
    **dict.fromkeys(("approvals.show", "invitations.show"), _door(EVERYBODY, scoped=True)),
    "approvals.decide": _door(_LEADING, scoped=True),
    # The case was asked of a service that none of the staff here belong to: nobody answers for others.
    "invitations.opt_in": _door({Role.ADMINISTRATOR}, scoped=True),
    "invitations.decline": _door(_STEERING, scoped=True),
    "triage.index": _door(EVERYBODY),
    "triage.show": _door(EVERYBODY, scoped=True),
    "triage.reveal": _door(WORKERS, scoped=True),
    **dict.fromkeys(_REVEALING, _door(WORKERS, scoped=True)),
    "cases.reveal": _door(WORKERS, scoped=True),
    "triage.accept": _door(DECIDERS, scoped=True),
    **dict.fromkeys(("notices.index", "notices.read", "notices.number"), _door(EVERYBODY)),
    **dict.fromkeys(
        "reviews.index reviews.month reviews.subscribe reviews.open_feed reviews.close_feed".split(), _door(EVERYBODY)
    ),
    "rights.index": _door(_LEADING),
    "rights.erasure": _door({Role.ADMINISTRATOR}, scoped=True),
    **dict.fromkeys(_RIGHTS, _door(_LEADING, scoped=True)),
    "conflicts.index": _door(EVERYBODY),
    **dict.fromkeys(("conflicts.show", "cases.conflicts"), _door(EVERYBODY, scoped=True)),
    **dict.fromkeys(("conflicts.resolve", "conflicts.dismiss"), _door(_LEADING, scoped=True)),
    "cases.check_conflicts": _door(WORKERS, scoped=True),
    **dict.fromkeys(("cases.files", "cases.file"), _door(EVERYBODY, scoped=True)),
    "cases.add_files": _door(WORKERS, scoped=True),
    **dict.fromkeys(_INTAKE, _door(WORKERS)),
    "intake.away": _door(EVERYBODY),
    # What is typed is everybody's own, whatever becomes of it.
    **dict.fromkeys(("intake.draft", "intake.discard", "intake.fetch_back"), _door(EVERYBODY)),
    "intake.contact": _door(EVERYBODY, scoped=True),
    "intake.take_up": _door(WORKERS, scoped=True),
    **dict.fromkeys(("intake.already", "intake.decide"), _door(WORKERS)),  # of one's own draft; without one, the form
}


@dataclass
class World:
    """A user of each role who works in the case's vertical, one who does not, a case and a person on it."""

    users: dict[Role, int]
    stranger: int
    values: dict[str, object]


@pytest.fixture
def world(app: Flask) -> World:
    """The world every door is tried in."""
    return build_world(app)


def build_world(app: Flask) -> World:
    """Make the world; the browser's walk of every page (browser/world.py) goes through it too."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSEWHERE")
        users = {role: make_user(session, role, here).id for role in Role}
        stranger = make_user(session, Role.SUPERVISOR, elsewhere).id
        person = make_person(session, vertical=here, phone="+254711222333")
        case = make_case(session, here, subject=person)
        taken = contacts.ContactTold(outcome=Outcome.SILENT, vertical=here)
        contact = contacts.save(session, from_user(session, session.get(User, users[Role.AGENT])), taken)
        _, token = tokens.issue(session, SYSTEM, dialect="helpline", user=session.get(User, users[Role.AGENT]))
        worker = session.get(User, users[Role.AGENT])
        factories.make_program(session, here)
        retention.create(session, SYSTEM, vertical=here.id, archive_months=12, erase_months=12)
        factories.make_place(session, "Quay")
        session.add(CodeValue(list_name="language", value="1", label="Kiswahili"))
        values = {
            "part": make_participant(session, case, make_vertical(session, "ASKED"), opted_in=False).id,
            "assignment": assignments.add(session, SYSTEM, case, worker, effective_from=clock.now()).id,
            "question": approvals.ask(session, SYSTEM, case, purpose=approvals.TRANSFER).id,
            "jti": token.jti,
            "session_id": uuid.uuid4(),
            "asked": factories.make_request(session, person).id,
            "conflict": factories.make_conflict(session, case, make_case(session, here)).uuid,
            **_of_subjects(app, session, case, person),
            **_of_doubles(session, person, here),
            "cover": _cover(session, users[Role.CASEWORKER], users[Role.SUPERVISOR]),
            "saved": _kept_view(session, users[Role.CASEWORKER], here),
            "number": case.id,
            "list_name": "language",
            "grant": case.id,
            "worker": stranger,
            "intake.contact.number": contact.id,
            "intake.take_up.number": contact.id,
            "intake.reveal.number": contact.id,
            "person": person.id,
            "id": person.id,
            "contact_id": person.contacts[0].id,
            "action": "close",
            "act": "assign",
            "key": DRAFT,
            "step": "reporter-name",
            "form": "note",
            "held": 1,
            "passkey": 1,
        }
        return World(users, stranger, values)


def _of_subjects(app: Flask, session, case, person) -> dict[str, object]:
    """A consent of the person, a file about them on the case, and the household they lead."""
    stored = app.extensions["storage"].put(io.BytesIO(b"Yes."), limit=9)
    kept = attachments.Brought("yes.txt", stored.checksum, stored.size_bytes, stored.content_type)
    home = factories.make_household(session, person)
    homes.add_member(session, SYSTEM, home, person, effective_from=clock.today())
    return {
        "household": home.uuid,
        "consent": factories.make_consent(session, person, case.primary_vertical).id,
        "file": attachments.add(session, SYSTEM, kept, case=case, person=person).uuid,
    }


def _cover(session, user: int, by: int) -> int:
    """The caseworker is away, and the supervisor covers."""
    cover = Cover(user_id=user, by_id=by, begins_at=clock.now(), ends_at=clock.now() + dt.timedelta(days=2))
    session.add(cover)
    session.flush()
    return cover.id


def _kept_view(session, owner: int, vertical) -> int:
    """A view that a caseworker shares with their vertical."""
    actor = from_user(session, session.get(User, owner))
    shared = {"sharing": saved_views.Sharing.VERTICAL, "vertical": vertical}
    return saved_views.save(session, actor, "Late ones", {"view": ["overdue"]}, **shared).id


def _of_doubles(session, person, here) -> dict[str, int]:
    """Somebody who was said to be another person, which is remembered; and a child of the person."""
    other = make_person(session, "Omar Testperson", vertical=here)
    answer = {"state": PairState.DIFFERENT, "decided_at": clock.now()}
    pair = PersonPair(low_id=person.id, high_id=other.id, score=0, **answer)
    session.add(pair)
    session.flush()
    child = make_person(session, "Nia Testperson", vertical=here)
    related = relations.add(session, SYSTEM, person, child, kind="child").id
    return {"other": other.id, "pair": pair.id, "relation": related}


def _web_rules(app: Flask):
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in NOBODY_NEEDED and rule.rule.startswith("/app"):
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule, method


def _path(app: Flask, rule, values: dict[str, object]) -> str:
    given = {name: values.get(f"{rule.endpoint}.{name}", values.get(name)) for name in rule.arguments}
    with app.test_request_context():
        return url_for(rule.endpoint, **given)


def test_every_page_has_a_declared_rule(app):
    undeclared = {rule.endpoint for rule, _ in _web_rules(app)} - RULES.keys()
    assert undeclared == set()


def test_nobody_gets_in_without_signing_in(app, world):
    nobody = Browser(app)
    token = nobody.csrf_token()
    for rule, method in _web_rules(app):
        path = _path(app, rule, world.values)
        answer = nobody.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.headers["Location"][:10]) == (303, "/app/login"), f"{method} {path}"


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_each_role_gets_through_its_doors_and_no_others(app, world, role):
    for rule, method in _web_rules(app):
        if rule.endpoint in ENDING | OWN:
            continue
        someone = Browser(app, world.users[role])
        path = _path(app, rule, world.values)
        answer = _try(someone, method, path)
        where = f"{role}: {method} {path} answered {answer.status_code}"
        if role in RULES[rule.endpoint].allowed:
            assert answer.status_code in (200, 204, 303, 409, 422), where
        elif method == "POST":
            # Who may not do it is told so; where the form itself is not in order, that may be said first.
            assert answer.status_code in (403, 409, 422), where
        else:
            assert answer.status_code == 403, where


def test_what_is_not_yours_is_not_there(app, world):
    stranger = Browser(app, world.stranger)
    for rule, method in _web_rules(app):
        if RULES[rule.endpoint].scoped:
            answer = _try(stranger, method, _path(app, rule, world.values))
            assert answer.status_code == 404, f"{method} {rule.rule} answered {answer.status_code}"


def test_a_form_without_its_token_changes_nothing(app, world):
    someone = Browser(app, world.users[Role.SUPERVISOR])
    for rule, method in _web_rules(app):
        if method == "POST":
            answer = someone.client.post(_path(app, rule, world.values))
            assert answer.status_code == 400, f"{rule.rule} answered {answer.status_code}"


def _try(someone: Browser, method: str, path: str):
    if method == "GET":
        return someone.client.get(path, buffered=True)
    return someone.client.post(path, data={"csrf_token": someone.csrf_token(), "draft": DRAFT})
