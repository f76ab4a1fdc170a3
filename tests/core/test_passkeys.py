"""Passkeys: what a device signed counts for the challenge, origin and account that it was made for, and once."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import challenges, clock, passkey_proof, passkeys, second_factor
from portal.core.actors import ANONYMOUS, SYSTEM, Actor
from portal.core.errors import InvalidInput, NotFound, Refused
from portal.core.models import AuditEvent, Passkey, RecoveryCode, User
from portal.core.passkey_proof import SECOND, SIGNING_IN
from portal.core.passkeys import Party
from portal.core.unit import unit_of_work
from tests.factories import actor_of, committed, make_user
from tests.passkey_device import Device

PARTY = Party("desk.example", "https://desk.example", "Riverbend & Sons")


@pytest.fixture
def ana(session) -> Actor:
    """A caseworker without a second factor."""
    with committed(session):
        return actor_of(session, make_user(session, email="ana@office.example"))


@pytest.fixture
def device(session, ana) -> Device:
    """Ana's device, which counts, with one passkey that was added."""
    made = Device(PARTY.origin, counts=1)
    add(session, ana, made)
    return made


def inside(session, actor, work, *arguments, **more):
    with unit_of_work(session, actor, intent="test"):
        return work(session, actor, *arguments, **more)


def add(session, actor, device: Device, name: str = "Work phone", challenge=None):
    challenge = challenge or challenges.make(passkeys.ADDING)
    answer = device.make(passkeys.options_for_adding(session, actor, PARTY, challenge))
    return inside(session, actor, passkeys.add, answer, name=name, challenge=challenge, party=PARTY)


def challenge_of(device: Device, session, purpose: str = SIGNING_IN) -> tuple[challenges.Challenge, str]:
    made = challenges.make(purpose)
    return made, device.sign(passkeys.options_for_proving(session, PARTY, made))


def alone(session, challenge, answer: str, party: Party = PARTY):
    with unit_of_work(session, ANONYMOUS, intent="test"):
        proof = passkey_proof.prove_alone(session, answer, challenge=challenge, party=party)
        return proof.user.email if proof.user else proof.why


def second(session, actor, challenge, answer: str):
    proof = inside(session, actor, passkey_proof.prove_second, answer, challenge=challenge, party=PARTY)
    return proof.user.email if proof.user else proof.why


def events(session) -> list[tuple[str, str, str]]:
    query = sa.select(AuditEvent.action, AuditEvent.outcome, AuditEvent.details)
    found = session.execute(query.where(AuditEvent.action.startswith("account.passkey")).order_by(AuditEvent.id))
    return [
        (action.removeprefix("account.passkey_"), outcome, details.get("why", "")) for action, outcome, details in found
    ]


def test_the_first_one_gives_recovery_codes_and_ends_every_session_and_the_next_does_not(session, ana):
    before = session.get(User, ana.user_id).session_epoch
    first = add(session, ana, Device(PARTY.origin))
    assert len(first.codes) == 10
    assert session.get(User, ana.user_id).session_epoch == before + 1
    assert second_factor.is_on(session, ana.user_id)
    assert add(session, ana, Device(PARTY.origin), "Key on the ring").codes == []
    assert session.get(User, ana.user_id).session_epoch == before + 1
    assert [one.name for one in passkeys.listed(session, ana)] == ["Work phone", "Key on the ring"]
    assert inside(session, ana, second_factor.accept, first.codes[0])
    assert not inside(session, ana, second_factor.accept, first.codes[0])


def test_a_device_that_does_not_ask_its_owner_makes_none(session, ana):
    assert add(session, ana, Device(PARTY.origin, verifies=False)) is None
    assert add(session, ana, Device("https://elsewhere.example")) is None
    assert add(session, ana, Device(PARTY.origin), challenge=challenges.make(SIGNING_IN)) is None
    assert passkeys.listed(session, ana) == []
    assert events(session) == [("added", "refused", "")] * 3


def test_one_challenge_makes_one_passkey_and_one_passkey_is_nobody_elses(session, ana, device):
    challenge = challenges.make(passkeys.ADDING)
    assert add(session, ana, Device(PARTY.origin), challenge=challenge)
    assert add(session, ana, Device(PARTY.origin), challenge=challenge) is None
    with committed(session):
        ben = actor_of(session, make_user(session))
    challenge = challenges.make(passkeys.ADDING)
    copy = Device(PARTY.origin)
    answer = copy.make(passkeys.options_for_adding(session, ben, PARTY, challenge))
    with committed(session):
        session.execute(sa.update(Passkey).where(Passkey.id == 1).values(credential=copy.credential))
    assert inside(session, ben, passkeys.add, answer, name="Mine", challenge=challenge, party=PARTY) is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_it_has_a_name(session, ana, name):
    with pytest.raises(InvalidInput):
        add(session, ana, Device(PARTY.origin), name)


def test_it_opens_the_account_alone_and_notes_when(session, ana, device):
    challenge, answer = challenge_of(device, session)
    assert alone(session, challenge, answer) == "ana@office.example"
    (kept,) = passkeys.listed(session, ana)
    assert kept.last_used_at is not None and kept.sign_count == 2
    assert events(session) == [("added", "done", ""), ("used", "done", "")]


def test_an_answer_counts_once_for_its_challenge_and_only_for_a_while(session, ana, device):
    challenge, answer = challenge_of(device, session)
    assert alone(session, challenge, answer) == "ana@office.example"
    assert alone(session, challenge, answer) == "challenge", "a replay"
    other = challenges.make(SIGNING_IN)
    assert alone(session, other, answer) == "invalid", "the answer to another challenge"
    assert alone(session, None, answer) == "challenge"
    challenge, answer = challenge_of(device, session, SECOND)
    assert alone(session, challenge, answer) == "challenge", "made for something else"
    challenge, answer = challenge_of(device, session)
    clock.advance(challenges.LASTS + dt.timedelta(seconds=2))
    assert alone(session, challenge, answer) == "challenge", "too late"
    assert [why for _, outcome, why in events(session) if outcome == "refused"] == [
        "challenge", "invalid", "challenge", "challenge", "challenge"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"origin": "https://desk.example.evil.example"}, "invalid"),
        ({"origin": "http://desk.example"}, "invalid"),
        ({"domain": "evil.example"}, "invalid"),
        ({"verifies": False}, "invalid"),
        ({"credential": b"never seen"}, "unknown"),
        ({"handle": b"somebody else"}, "someone_else"),
    ],
)
def test_what_was_signed_for_something_else_opens_nothing(session, ana, device, other, why):
    assert alone(session, *challenge_of(device.but(**other), session)) == why
    assert alone(session, *challenge_of(device.but(counts=9), session)) == "ana@office.example"


def test_a_key_that_is_not_the_one_opens_nothing(session, ana, device):
    with committed(session):
        ben = actor_of(session, make_user(session, email="ben@office.example"))
    bens = Device(PARTY.origin)
    add(session, ben, bens)
    forged = bens.but(credential=device.credential, handle=device.handle, counts=9)
    assert alone(session, *challenge_of(forged, session)) == "invalid"
    assert second(session, ana, *challenge_of(bens, session, SECOND)) == "someone_else"
    assert second(session, ben, *challenge_of(bens.but(verifies=False), session, SECOND)) == "ben@office.example"
    challenge = challenges.make(SECOND)
    answer = bens.sign(passkeys.options_for_proving(session, PARTY, challenge, user_id=ben.user_id), handle=False)
    assert second(session, ben, challenge, answer) == "ben@office.example"


def test_a_copied_device_is_refused_and_noted_with_its_passkey(session, ana, device):
    copy = device.but()
    assert alone(session, *challenge_of(device, session)) == "ana@office.example"
    assert alone(session, *challenge_of(copy, session)) == "copied"
    assert second(session, ana, *challenge_of(device.but(counts=0), session, SECOND)) == "copied"
    assert events(session)[-2:] == [("used", "refused", "copied")] * 2
    last = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.chain_key, last.details["passkey"]) == (f"user:{ana.user_id}", 1)


def test_a_device_that_does_not_count_is_no_copy(session, ana):
    plain = Device(PARTY.origin)
    add(session, ana, plain)
    for _ in range(2):
        assert alone(session, *challenge_of(plain, session)) == "ana@office.example"


def test_an_account_that_was_closed_is_not_opened(session, ana, device):
    with committed(session):
        session.get(User, ana.user_id).active = False
    assert alone(session, *challenge_of(device, session)) == "inactive"


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", "nonsense", '{"id": 1}', "[" * 5000, '{"id":"a","rawId":"a","type":"public-key","response":'
     '{"clientDataJSON":"_","authenticatorData":"\u00e9","signature":"","userHandle":"*"}}'],
)  # fmt: skip
def test_what_is_no_answer_is_refused(session, ana, answer):
    assert alone(session, challenges.make(SIGNING_IN), answer) in ("malformed", "unknown")
    challenge = challenges.make(passkeys.ADDING)
    assert inside(session, ana, passkeys.add, answer, name="x", challenge=challenge, party=PARTY) is None


def test_it_is_renamed_and_removed_by_its_owner_alone(session, ana, device):
    with committed(session):
        ben = actor_of(session, make_user(session))
    with pytest.raises(NotFound):
        passkeys.find(session, ben, 1)
    inside(
        session,
        ana,
        lambda session, actor: passkeys.rename(session, actor, passkeys.find(session, actor, 1), name="Old phone"),
    )
    assert passkeys.listed(session, ana)[0].name == "Old phone"

    def remove(session, actor, required):
        return passkeys.remove(session, actor, passkeys.find(session, actor, 1), required=required)

    with pytest.raises(Refused):
        inside(session, ana, remove, True)
    before = session.get(User, ana.user_id).session_epoch
    assert inside(session, ana, remove, False) is False
    assert session.get(User, ana.user_id).session_epoch == before + 1
    assert session.query(RecoveryCode).count() == 0
    assert not second_factor.is_on(session, ana.user_id)
    assert alone(session, *challenge_of(device, session)) == "unknown"
    assert [action for action, outcome, _ in events(session) if outcome == "done"] == ["added", "renamed", "removed"]


def test_who_lost_the_device_and_the_codes_has_them_forgotten(session, ana, device):
    with unit_of_work(session, SYSTEM, intent="test"):
        second_factor.reset(session, SYSTEM, session.get(User, ana.user_id))
    assert not second_factor.is_on(session, ana.user_id)
    with pytest.raises(NotFound), unit_of_work(session, SYSTEM, intent="test"):
        second_factor.reset(session, SYSTEM, session.get(User, ana.user_id))
