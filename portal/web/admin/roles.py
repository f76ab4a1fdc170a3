"""What each role may do, under the rules of each vertical: as a page, as CSV and as JSON."""

from flask import jsonify, render_template, request
from flask_babel import gettext as _

from portal.core import role_matrix
from portal.core.permissions import Permission
from portal.core.role_matrix import Rules
from portal.core.vocabulary import ConsentMode, Role
from portal.extensions import db
from portal.web import csv_rows
from portal.web.access import current_actor
from portal.web.account.words import ROLES
from portal.web.admin.permission_words import said


def roles():
    """Who may do what under one set of rules; the first is where consent is required."""
    sets = role_matrix.matrix(db.session, current_actor())
    chosen = next((one for one in sets if one.key == request.args.get("rules")), sets[0])
    return render_template(
        "admin/roles.html",
        chosen=chosen,
        choices=[(one.key, _name(one)) for one in sets],
        name=_name(chosen),
        permissions=[(one, said(one)) for one in Permission],
        roles=list(Role),
    )


def as_csv():
    """All sets of rules in one table, a line for each permission."""
    head = [_("Rules"), _("Code"), _("Version"), _("Permission"), _("What it lets one do"), *map(str, ROLES.values())]
    rows = [
        [_name(one), one.key, one.version or "", permission.value, said(permission), *_cells(one, permission)]
        for one in role_matrix.matrix(db.session, current_actor())
        for permission in Permission
    ]
    return csv_rows.answer("roles.csv", [head, *rows])


def as_json():
    """All sets of rules for a machine, by the names that tokens and packs use."""
    sets = [
        {
            "vertical": one.vertical.code if one.vertical else None,
            "pack_version": one.version,
            "consent_mode": one.consent_mode.value,
            "permissions": {name.value: _named(one.holders[name]) for name in Permission},
        }
        for one in role_matrix.matrix(db.session, current_actor())
    ]
    answer = jsonify(roles=[role.value for role in Role], rules=sets)
    answer.headers["Content-Disposition"] = 'attachment; filename="roles.json"'
    return answer


def _name(one: Rules) -> str:
    if one.vertical is not None:
        return one.vertical.name
    if one.consent_mode is ConsentMode.REQUIRED:
        return _("Wherever consent is required")
    return _("Wherever another lawful basis stands")


def _named(holders: frozenset[Role]) -> list[str]:
    return [role.value for role in Role if role in holders]


def _cells(one: Rules, permission: Permission) -> list[str]:
    return [_("yes") if role in one.holders[permission] else _("no") for role in ROLES]
