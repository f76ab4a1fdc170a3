"""Every door of the browser, and who may go through it. An endpoint without a rule here fails the build."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, url_for
from werkzeug.routing import Rule

from portal.core.vocabulary import Role

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


def web_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every endpoint behind the sign-in with each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in NOBODY_NEEDED and rule.rule.startswith("/app"):
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule, method


def path_of(app: Flask, rule: Rule, values: Mapping[str, object]) -> str:
    """The address of an endpoint; a value may be for one endpoint alone, as ``endpoint.argument``."""
    given = {name: values.get(f"{rule.endpoint}.{name}", values.get(name)) for name in rule.arguments}
    with app.test_request_context():
        return url_for(rule.endpoint, **given)
