"""Who is in the records already and may be the person told of, before anybody is recorded; among those one may see.

The same keys and the same score as for people who were written (pair_finding.py), and as few statements however much
is told and however many people there are. Nothing is stored here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import blocking, person_records, same_people
from portal.core.actors import Actor
from portal.core.matching import Score, score
from portal.core.models import Case, CasePerson, Person, PersonKey
from portal.core.name_matching import share
from portal.core.permissions import Permission, require, visible_cases, visible_people
from portal.core.person_records import BLOCK
from portal.core.told import PersonTold
from portal.core.vocabulary import LIVE

WORTH_A_LOOK = 60  # points; half a name told so far, or a phone that a household may share, is worth a line
ASKED_AT_ONCE = 6  # people told of whom one request looks for
_BESIDE_THE_NAME = ("date_of_birth", "phone", "email", "identifier")
_COUNTED = 1000  # a name word that so many have is common, however many more there are


@dataclass(frozen=True)
class Lookalike:
    """Somebody in the records who may be the person told of, with the score that says why."""

    person: Person
    score: Score
    open_cases: int

    @property
    def is_very_likely(self) -> bool:
        """Whether it is worth an interruption: the whole name agrees, and something that is not the name besides.

        A name alone is shared by strangers, and most of it by sisters.
        """
        fields = self.score.fields
        whole = "name" in fields and fields["name"].word not in ("part", "different", "initial")
        beside = any(name in fields and fields[name].points > 0 for name in _BESIDE_THE_NAME)
        return (
            self.score.is_likely and whole and beside or "identifier" in fields and fields["identifier"].word == "same"
        )


def find(
    session: Session, actor: Actor, told: Mapping[str, PersonTold], *, limit: int = 3
) -> dict[str, list[Lookalike]]:
    """For each of these people told of, those who may be them, the likeliest first. Raises Forbidden.

    Only the first few are looked for; who was chosen from the records needs no looking for.
    """
    require(actor, Permission.VIEW_PEOPLE)
    unknown = [(name, one) for name, one in told.items() if one.person_id is None][:ASKED_AT_ONCE]
    records = {name: person_records.as_told(one) for name, one in unknown}
    near = _near(session, {name: person_records.keys_of(record) for name, record in records.items()})
    known = person_records.load(session, {number for ids in near.values() for number in ids}) if near else {}
    seen = _seen(session, actor, {one.stands_for for one in known.values()} | known.keys()) if known else {}
    if not seen:
        return {name: [] for name in told}
    frequency = _frequency(session, {word for record in records.values() for word in record.names})
    best: dict[str, dict[int, Score]] = {name: {} for name in told}
    for name, ids in near.items():
        for number in ids:
            one = known.get(number)
            lead = one and next((each for each in (one.stands_for, one.person_id) if each in seen), None)
            if lead is None or one.archived or one.kind != "person":
                continue
            found = score(records[name], one.record, frequency)
            if found.points >= WORTH_A_LOOK and (lead not in best[name] or found.points > best[name][lead].points):
                best[name][lead] = found
    return _listed(session, actor, best, seen, limit)


def active_cases(
    session: Session, actor: Actor, person_ids: Collection[int], vertical_id: int
) -> list[tuple[int, Case]]:
    """The open cases of a vertical that *actor* may see in which these people are the ones who need help.

    Each with the person whose it is, in whichever of their records; the newest first.
    """
    records = same_people.records(session, person_ids)
    if not records:
        return []
    whose = {number: person_id for person_id, ids in records.items() for number in ids}
    needs = sa.union_all(
        sa.select(CasePerson.person_id, CasePerson.case_id).where(
            CasePerson.person_id.in_(whose), CasePerson.role == "client"
        ),
        sa.select(Case.subject_person_id, Case.id).where(Case.subject_person_id.in_(whose)),
    ).subquery()
    query = sa.select(needs.c.person_id, Case).join(Case, Case.id == needs.c.case_id)
    query = query.where(Case.lifecycle_status.in_(LIVE), Case.primary_vertical_id == vertical_id)
    rows = session.execute(query.where(visible_cases(actor)).order_by(Case.id.desc()).limit(20))
    return list(dict.fromkeys((whose[number], case) for number, case in rows))


def _near(session: Session, keys: Mapping[str, Collection[str]]) -> dict[str, list[int]]:
    """For each of those told of, who shares a telling key with them, the likeliest first."""
    wanted = sorted({key for own in keys.values() for key in own})
    if not wanted:
        return {}
    sharing = [
        sa.select(PersonKey.key, PersonKey.person_id)
        .where(PersonKey.kind == BLOCK, PersonKey.key == key)
        .limit(blocking.MOST + 1)
        .subquery()
        for key in wanted
    ]
    members: dict[str, list[int]] = defaultdict(list)
    for key, number in session.execute(sa.union_all(*(sa.select(rows) for rows in sharing))):
        members[key].append(number)
    asking = {-place: name for place, name in enumerate(keys, 1)}  # no number of anybody recorded
    for place, name in asking.items():
        for key in set(keys[name]) & members.keys():
            members[key].append(place)
    nearest = blocking.nearest(members, list(asking))
    return {asking[place]: [number for number in others if number > 0] for place, others in nearest.items()}


def _seen(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, Person]:
    query = sa.select(Person).where(Person.id.in_(ids), Person.archived_at.is_(None), Person.restricted_at.is_(None))
    return {person.id: person for person in session.scalars(query.where(visible_people(actor)))}


def _frequency(session: Session, words: Collection[str]) -> dict[str, float]:
    """Which share of all people has each of these words in their name."""
    counts = [
        sa.select(
            sa.literal(word[:64]),
            sa.select(sa.func.count())
            .select_from(
                sa.select(sa.literal(1))
                .where(PersonKey.kind == "name", PersonKey.key == word[:64])
                .limit(_COUNTED)
                .subquery()
            )
            .scalar_subquery(),
        )
        for word in sorted(words)
    ]
    everybody = sa.select(sa.literal(""), sa.select(sa.func.max(Person.id)).scalar_subquery())
    found = dict(session.execute(sa.union_all(*counts, everybody)).all())
    number = found.pop("") or 0
    return {word: share(times, number) if times < _COUNTED else 1.0 for word, times in found.items()}


def _listed(
    session: Session,
    actor: Actor,
    best: Mapping[str, Mapping[int, Score]],
    seen: Mapping[int, Person],
    limit: int,
) -> dict[str, list[Lookalike]]:
    ranked = {
        name: sorted(scores.items(), key=lambda item: (-item[1].points, item[0]))[:limit]
        for name, scores in best.items()
    }
    listed = {number for scores in ranked.values() for number, _ in scores}
    open_cases = same_people.open_cases(session, actor, [seen[number] for number in listed]) if listed else {}
    return {
        name: [Lookalike(seen[number], found, open_cases[number]) for number, found in scores]
        for name, scores in ranked.items()
    }
