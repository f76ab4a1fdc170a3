"""From the body of contracts 001 and 002 to a report, and from its words to ours. Never a reason to lose a report."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from portal.api.helpline import people
from portal.api.helpline.people import code_given, given
from portal.core import clock, idempotency
from portal.core.code_mapping import LONGEST, Code, Known
from portal.core.keys import blind_index
from portal.core.models import Organisation, Vertical
from portal.core.organisations import PRIORITY_MAPS
from portal.core.told import Receipt, Report, ServiceTold
from portal.core.vocabulary import Answer, Origin, Priority

PLAN = "Initial assessment required"  # the default of contract 002, used where contract 001 leaves it out
OPEN, CLOSED, ESCALATED = "1", "2", "3"
_NO_GROUP = ("", "0", "-1")
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_SUMMARY = 120
_INERT = 4096  # what an unknown object in attachments_case may weigh

# Key of the contract → list of codes, and the fact of the case.
CODED = {
    "case_category_id": ("case_category", "category"),
    "justice_id": ("justice", "justice"),
    "assessment_id": ("assessment", "assessment"),
    "knowabout116_id": ("know_about", "know_about"),
    "disposition_id": ("disposition", "disposition"),
}


@dataclass(frozen=True)
class Read:
    """A report as read, and what it asks for beside being kept."""

    report: Report
    status: str
    escalated_to: str
    agent: str
    attachments: tuple[str, ...]


def codes(body: Mapping[str, Any]) -> Iterator[Code]:
    """All codes that a body carries, to be looked up at once."""
    for key, (list_name, _) in CODED.items():
        if raw := code_given(body, key):
            yield list_name, raw
    persons = [body.get("reporter") or {}, *(body.get("clients_case") or ()), *(body.get("perpetrators_case") or ())]
    for person in persons:
        yield from people.codes(person)


def read(
    body: Mapping[str, Any], raw: Any, *, origin: Origin, organisation: Organisation, vertical: Vertical, known: Known
) -> Read:
    """The report in *body*. ``raw`` is the body before its shape was read: all of it is kept with the receipt."""
    reader = people.Reader(known, zone(organisation, vertical), _arrived(body))
    facts = _facts(body, reader, organisation, origin)
    persons = {
        key: tuple(
            reader.person(told, f"{key}.{place}")
            for place, told in enumerate(body.get(key) or ())
            if not people.is_blank(told)
        )
        for key in ("clients_case", "perpetrators_case")
    }
    report = Report(
        origin=origin,
        vertical=vertical,
        facts=facts,
        reporter=reader.person(body["reporter"], "reporter"),
        clients=persons["clients_case"],
        perpetrators=persons["perpetrators_case"],
        services=tuple(_services(body)),
        receipt=receipt(body, raw, origin),
        doubts=(),
    )
    attachments = tuple(_attachments(body, reader))
    if origin is Origin.WEBFORM and given(body, "escalated_to_id") not in _NO_GROUP:
        reader.doubt("escalation", "escalated_to_id", given(body, "escalated_to_id"), "suggested by the sender")
    return Read(
        report=replace(report, doubts=tuple(reader.doubts)),
        status=given(body, "status") or OPEN,
        escalated_to="" if given(body, "escalated_to_id") in _NO_GROUP else given(body, "escalated_to_id"),
        agent=given(body, "src_usr"),
        attachments=attachments,
    )


def receipt(body: Mapping[str, Any], raw: Any, origin: Origin) -> Receipt:
    """How the report was delivered. Same ``src``, ``src_uid`` and ``src_uid2`` are one delivery."""
    src = given(body, "src") or ("webform" if origin is Origin.WEBFORM else "")
    uid = [src, given(body, "src_uid"), given(body, "src_uid2")]
    return Receipt(
        payload_digest=idempotency.digest(raw),
        raw=idempotency.canonical(raw),
        retry_key=blind_index("delivery:" + json.dumps(uid)) if uid[1] else None,
        src=src[:32],
        src_uid=uid[1],
        src_uid2=uid[2],
        src_address=given(body, "src_address"),
        src_usr=given(body, "src_usr"),
        src_vector=given(body, "src_vector"),
        src_callid=given(body, "src_callid"),
        src_ts=given(body, "src_ts"),
    )


def zone(organisation: Organisation, vertical: Vertical) -> ZoneInfo:
    """Where midnight is for the sender: a partner says so itself, this installation answers as its helpline does."""
    return ZoneInfo(vertical.time_zone if organisation.kind == "installation" else organisation.time_zone)


def priority(raw: str, organisation: Organisation) -> Priority:
    """What the digits of this partner mean; a value that nobody knows is worked as high, and flagged."""
    if raw in _NO_GROUP:
        return Priority.MEDIUM
    meaning = (organisation.priority_map or PRIORITY_MAPS["contract"]).get(raw)
    return Priority(meaning) if meaning else Priority.UNKNOWN


def _facts(
    body: Mapping[str, Any], reader: people.Reader, organisation: Organisation, origin: Origin
) -> dict[str, Any]:
    raw_priority, status = given(body, "priority"), given(body, "status") or OPEN
    meaning = priority(raw_priority, organisation)
    if meaning is Priority.UNKNOWN:
        reader.doubt("priority", "priority", raw_priority, "worked as high until somebody knows")
    if status not in (OPEN, CLOSED, ESCALATED):
        reader.doubt("status", "status", status)
    coded = {
        fact: reader.code(list_name, key, code_given(body, key))
        for key, (list_name, fact) in CODED.items()
        if fact != "disposition"
    }
    narrative = str(body["narrative"])
    return {
        **coded,
        "narrative": narrative,
        "summary": _summary(narrative),
        "plan": str(body.get("plan") or "").strip() or PLAN,
        "priority": meaning,
        "priority_raw": raw_priority[:LONGEST] or None,
        "gbv": _gbv(body, reader),
        "reported_status": _claimed(status, origin),
        "needs_triage": origin is Origin.WEBFORM,
        "escalated": origin is not Origin.WEBFORM
        and (status == ESCALATED or given(body, "escalated_to_id") not in _NO_GROUP),
    }


def _claimed(status: str, origin: Origin) -> str | None:
    """What the sender says of the state, where it is shown to somebody instead of being done."""
    obeyed = origin is not Origin.WEBFORM and status in (OPEN, CLOSED, ESCALATED)
    return None if obeyed else status[:LONGEST]


def _gbv(body: Mapping[str, Any], reader: people.Reader) -> Answer:
    raw = body.get("gbv_related")
    said = "" if raw is None else str(raw).strip().lower()
    if said in _YES:
        return Answer.YES
    if said in _NO:
        return Answer.NO
    if said:
        reader.doubt("gbv_related", "gbv_related", said)
        return Answer.NOT_KNOWN
    return Answer.NOT_ASKED


def _summary(narrative: str) -> str:
    """One line of what happened, for lists; nothing where only a placeholder was sent."""
    line = " ".join(narrative.split())
    if not any(character.isalnum() for character in line):
        return ""
    return line if len(line) <= _SUMMARY else line[: _SUMMARY - 1].rstrip() + "…"


def _services(body: Mapping[str, Any]) -> Iterator[ServiceTold]:
    for key, kind in (("services", "service"), ("referals", "referral"), ("referrals", "referral")):
        for item in body.get(key) or ():
            if isinstance(item, dict):
                code = given(item, "category_id") or given(item, "id")
                label = given(item, "name") or given(item, "label") or given(item, "service")
                if item:
                    yield ServiceTold(kind=kind, code=code or None, label=label, details=item)
            elif item not in (None, ""):
                yield ServiceTold(kind=kind, label=str(item))


def _attachments(body: Mapping[str, Any], reader: people.Reader) -> Iterator[str]:
    """Ids of files that were sent before. Anything else stays in the receipt and is flagged; nothing is decoded."""
    for place, item in enumerate(body.get("attachments_case") or ()):
        where = f"attachments_case.{place}"
        if isinstance(item, dict) and given(item, "attachment_id"):
            yield given(item, "attachment_id")
            continue
        text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        note = "inline content is not taken" if len(text) > _INERT else "not a file that was sent before"
        reader.doubt("attachment", where, text[:255], note)


def _arrived(body: Mapping[str, Any]) -> dt.datetime:
    stamp = given(body, "src_ts")
    return dt.datetime.fromtimestamp(float(stamp), dt.UTC) if stamp else clock.now()
