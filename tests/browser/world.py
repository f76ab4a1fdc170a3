"""Every page of the browser with the address of something that is there: ``python -m tests.browser.world``.

Run beside a server of demonstration data, it adds the world in which the doors are tried (tests/web/world_of_doors.py)
and prints where each GET endpoint leads and as whom one goes there. An endpoint that those do not know fails here.
"""

import datetime as dt
import json
import re
import sys
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from portal import create_app
from portal.core import clock, drafts, person_merging, retention, verification
from portal.core.actors import SYSTEM, from_user
from portal.core.models import (
    Base,
    Consent,
    ConsentVersion,
    Organisation,
    Person,
    Place,
    Program,
    RetentionRule,
    User,
    Vertical,
    VerticalMember,
)
from portal.core.vocabulary import ConsentStatus, Role
from portal.extensions import db
from tests.factories import committed, make_consent, make_household, make_person
from tests.web.doors import DRAFT, NOBODY_NEEDED, RULES, path_of
from tests.web.world_of_doors import build_world

_CODE = re.compile(r"[a-z_.:-]*|.")  # what programs say to programs, and single letters

# Who goes: the first of these that may.
WALKERS = {
    Role.SUPERVISOR: "supervisor",
    Role.ADMINISTRATOR: "admin",
    Role.CASEWORKER: "caseworker",
    Role.AGENT: "agent",
    Role.AUDITOR: "auditor",
}

# Pages that say more with the demonstration data, by others, or with something asked for; "" is nobody.
MORE = (
    ("", "/app/login"),
    ("agent", "/app/"),
    ("agent", "/app/cases/14"),
    ("auditor", "/app/cases/6"),
    ("supervisor", "/app/?view=all"),
    ("supervisor", "/app/cases/6"),
    ("supervisor", "/app/cases/6/messages"),
    ("supervisor", "/app/cases/6/history"),
    ("supervisor", "/app/cases/6/people"),
    ("supervisor", "/app/cases/7/resume"),
    ("supervisor", "/app/cases/99999"),
    ("supervisor", "/app/search?q=amina"),
    ("supervisor", "/app/people?q=amina"),
    ("supervisor", "/app/people/1"),
    ("supervisor", "/app/people/pairs/1"),
    ("supervisor", "/app/triage/16"),
    ("admin", "/app/admin/retention/2"),
    ("admin", "/app/admin/retention/2/begin"),
    ("admin", "/app/admin/codes/map?organisation=2&list=case_category&raw=362499"),
)


def addresses(app: Flask) -> list[dict[str, str]]:
    """The name, address and walker of every page, in the order of their endpoints."""
    values = build_world(app).values
    with app.app_context(), committed(db.session) as session:
        values |= _in_other_states(session, session.get(Person, values["person"]))
        _let_demo_accounts_in(session)
        _begin_an_intake(session, values["person"])
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.rule.startswith("/app") and rule.endpoint not in NOBODY_NEEDED:
            who = next(name for role, name in WALKERS.items() if role in RULES[rule.endpoint].allowed)
            found.append({"name": rule.endpoint, "path": path_of(app, rule, values), "who": who})
    more = [{"name": f"{path} as {who or 'nobody'}", "path": path, "who": who} for who, path in MORE]
    return sorted(found, key=lambda one: one["name"]) + more


def _in_other_states(session, person: Person) -> dict[str, object]:
    """What some pages need to be more than a refusal: the argument of an endpoint and the row it names."""
    partner = session.scalars(sa.select(Organisation.id).where(Organisation.kind != "installation")).first()
    renewable = session.scalars(sa.select(Consent).join(ConsentVersion).order_by(Consent.id)).first()
    health = session.scalars(sa.select(Vertical).where(Vertical.code == "HEALTH")).one()
    here = session.scalars(sa.select(Vertical).where(Vertical.code == "HERE")).one()
    unused, archived, kept, joined = (
        make_person(session, f"{name} Testperson", vertical=here) for name in ("Una", "Arno", "Kiran", "Jo")
    )
    verification.archive(session, SYSTEM, archived, reason_code="DUPLICATE_RECORD")
    person_merging.merge(session, SYSTEM, kept, joined, reason="The same telephone and the same birthday.")
    home = make_household(session, unused)
    verification.archive(session, SYSTEM, home, reason_code="DUPLICATE_RECORD")
    colleague = session.scalars(sa.select(User.id).where(User.email == "caseworker2@demo.example")).one()
    of_partners, of_users = (
        "organisation arm deactivate defaults priorities",
        "user change_user deactivate_user reset_second_factor make_link",
    )
    first = {kind: session.scalars(sa.select(sa.func.min(kind.id))).one() for kind in (Place, Program)}
    rule = session.scalars(sa.select(sa.func.min(RetentionRule.id))).one()
    retention.create_for_people(session, SYSTEM, months=24)
    old = clock.now() - dt.timedelta(days=1000)
    table = Person.__table__
    session.execute(sa.update(table).where(table.c.id == unused.id).values(updated_at=old, unkept_since=old))
    return {
        **{f"admin.{page}.number": rule for page in ("retention_rule", "change_retention", "begin_retention")},
        "admin.change_place.number": first[Place],
        "admin.change_program.number": first[Program],
        **{f"admin.{page}.number": partner for page in of_partners.split()},
        **{f"admin.{page}.number": colleague for page in of_users.split()},
        **{f"admin.{page}.number": health.id for page in ("vertical", "change_vertical", "vertical_rules")},
        "consents.reject.consent": make_consent(session, person, health, status=ConsentStatus.PENDING).id,
        "consents.renew.consent": renewable.id,
        "consents.renew.id": renewable.person_id,
        "people_pairs.apart.id": joined.id,
        "people_pairs.compare.other": unused.id,
        "verification.archive_person.id": unused.id,
        "verification.restore_person.id": archived.id,
        "verification.restore_household.household": home.uuid,
    }


def _let_demo_accounts_in(session) -> None:
    here = session.scalars(sa.select(Vertical).where(Vertical.code == "HERE")).one()
    for user in session.scalars(sa.select(User).where(User.email.endswith("@demo.example"))):
        if user.role not in (Role.ADMINISTRATOR, Role.AUDITOR):
            session.add(VerticalMember(user_id=user.id, vertical_id=here.id))


def _begin_an_intake(session, person: int) -> None:
    """Somebody is in the middle of an intake: who is chosen, and who is told of."""
    supervisor = session.scalars(sa.select(User).where(User.email == "supervisor@demo.example")).one()
    told = {
        "reporter-full_name": ["Amina"],
        "clients-0-full_name": [""],
        "clients-0-person_id": [str(person)],
        "clients-1-full_name": ["Amina Yusuf"],
        "perpetrators-0-full_name": ["Otieno Testuncle"],
        "narrative": ["They were told to leave."],
    }
    drafts.save(session, from_user(session, supervisor), "intake", DRAFT, told)


def words_of_data(app: Flask) -> list[str]:
    """What stands in the database as words of people and of the office, in whatever language they wrote."""
    found: set[str] = {app.extensions["settings"].installation_name}
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if not isinstance(column.type, sa.Enum)]
            for row in db.session.execute(sa.select(*columns)):
                for value in row:
                    found |= set(_words_in(value))
    return sorted(found, key=len, reverse=True)


def _words_in(value: object) -> Iterator[str]:
    if isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words_in(one)
    elif isinstance(value, str) and value.startswith('{"'):  # a form as a draft keeps it
        yield from _words_in(json.loads(value))
    elif isinstance(value, str) and not _CODE.fullmatch(value):
        yield " ".join(value.split())


if __name__ == "__main__":
    made = create_app()
    json.dump({"addresses": addresses(made), "data": words_of_data(made)}, sys.stdout)
