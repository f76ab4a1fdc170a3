"""Administration: who works here, who may call from outside, what the words mean. All addresses stand here."""

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from portal.core.errors import Forbidden
from portal.core.permissions import Permission, can
from portal.core.unit import record_refusal
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.admin import (
    calls,
    code_lists,
    codes,
    index,
    issuing,
    organisations,
    partners,
    places,
    programs,
    retention,
    roles,
    tokens,
    user_changes,
    users,
    vertical_changes,
    vertical_rules,
    verticals,
    words,
)

blueprint = Blueprint("admin", __name__, url_prefix="/app/admin")

_READING = {"admin.index", "admin.calls", "admin.roles", "admin.roles_csv", "admin.roles_json"}  # open to auditors, too
_partner = "/organisations/<int:number>"
_token = "/tokens/<string(maxlength=64):jti>"  # noqa: S105 - a part of an address
_user = "/users/<int:number>"
_list = "/lists/<string(maxlength=64):list_name>"
_vertical = "/verticals/<int:number>"
_kept = "/retention/<int:number>"

for _rule, _endpoint, _view, _methods in (
    ("/", "index", index.index, ["GET"]),
    ("/calls", "calls", calls.calls, ["GET"]),
    ("/organisations", "organisations", organisations.organisations, ["GET"]),
    ("/organisations/new", "register", organisations.register, ["GET", "POST"]),
    (_partner, "organisation", organisations.organisation, ["GET"]),
    (f"{_partner}/approve", "approve", partners.approve, ["POST"]),
    (f"{_partner}/arm", "arm", partners.arm, ["GET", "POST"]),
    (f"{_partner}/disarm", "disarm", partners.disarm, ["POST"]),
    (f"{_partner}/deactivate", "deactivate", partners.deactivate, ["GET", "POST"]),
    (f"{_partner}/defaults", "defaults", partners.defaults, ["GET", "POST"]),
    (f"{_partner}/priorities", "priorities", partners.priorities, ["GET", "POST"]),
    ("/tokens", "tokens", tokens.tokens, ["GET"]),
    ("/tokens/new", "issue_token", issuing.issue, ["GET", "POST"]),
    (f"{_token}/revoke", "revoke_token", tokens.revoke, ["GET", "POST"]),
    (f"{_token}/rotate", "rotate_token", issuing.rotate, ["GET", "POST"]),
    ("/users", "users", users.users, ["GET"]),
    ("/users/new", "create_user", user_changes.create, ["GET", "POST"]),
    (_user, "user", users.user, ["GET"]),
    (f"{_user}/change", "change_user", user_changes.change, ["GET", "POST"]),
    (f"{_user}/deactivate", "deactivate_user", user_changes.deactivate, ["GET", "POST"]),
    (f"{_user}/activate", "activate_user", user_changes.activate, ["POST"]),
    (f"{_user}/second-factor", "reset_second_factor", user_changes.reset_second_factor, ["GET", "POST"]),
    (f"{_user}/password-link", "make_link", user_changes.make_link, ["GET", "POST"]),
    ("/roles", "roles", roles.roles, ["GET"]),
    ("/roles.csv", "roles_csv", roles.as_csv, ["GET"]),
    ("/roles.json", "roles_json", roles.as_json, ["GET"]),
    ("/verticals", "verticals", verticals.verticals, ["GET"]),
    ("/verticals/new", "create_vertical", vertical_changes.create, ["GET", "POST"]),
    (_vertical, "vertical", verticals.vertical, ["GET"]),
    (f"{_vertical}/change", "change_vertical", vertical_changes.change, ["GET", "POST"]),
    (f"{_vertical}/rules", "vertical_rules", vertical_rules.rules, ["GET", "POST"]),
    ("/programs", "programs", programs.programs, ["GET"]),
    ("/programs/new", "create_program", programs.create, ["GET", "POST"]),
    ("/programs/<int:number>", "change_program", programs.change, ["GET", "POST"]),
    ("/retention", "retention", retention.retention, ["GET"]),
    ("/retention/new", "create_retention", retention.create, ["GET", "POST"]),
    ("/retention/people/new", "create_people_retention", retention.create_for_people, ["GET", "POST"]),
    (_kept, "retention_rule", retention.rule, ["GET"]),
    (f"{_kept}/change", "change_retention", retention.change, ["GET", "POST"]),
    (f"{_kept}/begin", "begin_retention", retention.begin, ["GET", "POST"]),
    (f"{_kept}/rest", "rest_retention", retention.rest, ["POST"]),
    ("/places", "places", places.places, ["GET"]),
    ("/places/new", "create_place", places.create, ["GET", "POST"]),
    ("/places/<int:number>", "change_place", places.change, ["GET", "POST"]),
    ("/lists", "code_lists", code_lists.code_lists, ["GET"]),
    (_list, "code_list", code_lists.code_list, ["GET"]),
    (f"{_list}/new", "create_code", code_lists.create, ["GET", "POST"]),
    ("/lists/code/<int:number>", "change_code", code_lists.change, ["GET", "POST"]),
    ("/codes", "codes", codes.codes, ["GET"]),
    ("/codes/map", "map_code", codes.map_code, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)

blueprint.context_processor(words.for_templates)


@blueprint.before_request
def _refuse_others() -> None:
    """Stand before every page: an administrator's, or one who may read the audit. Core asks again at each change."""
    if "\x00" in request.path:  # no name holds one, and PostgreSQL refuses to be asked
        abort(404)
    actor = current_actor()
    needed = Permission.VIEW_AUDIT if request.endpoint in _READING else Permission.ADMINISTER
    if not can(actor, needed):
        refusal = Forbidden(_("You may not do this."), target=needed.value)
        record_refusal(db.session, actor, request.endpoint, refusal, method=request.method)
        raise refusal
