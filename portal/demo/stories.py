"""What happened at the invented office, as data: who was supported, what was done, how many days ago, by whom."""

from dataclasses import dataclass, field
from typing import Any

from portal.core.told import Doubt, PersonTold, ServiceTold
from portal.core.vocabulary import AgeUnit, Answer, NameKnown, Origin, Priority, WorkState


@dataclass(frozen=True)
class Step:
    """One thing that was done: a step of the lifecycle, or to note, message, receive or assign."""

    days_ago: float
    who: str
    verb: str
    text: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class Story:
    """A case from its opening on. ``client`` is a known person or the household; others are told of at the door."""

    vertical: str
    opened_by: str
    days_ago: float
    facts: dict[str, Any]
    client: str | None = None
    origin: Origin = Origin.PORTAL
    program: bool = False
    review_in_days: int | None = None
    reporter: PersonTold | None = None
    reporter_is_client: bool = False
    clients: tuple[PersonTold, ...] = ()
    perpetrators: tuple[PersonTold, ...] = ()
    services: tuple[ServiceTold, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    steps: tuple[Step, ...] = field(default=())


def _facts(summary: str, narrative: str, plan: str, **more: Any) -> dict[str, Any]:
    return {"summary": summary, "narrative": narrative, "plan": plan, **more}


def _to_active(days_ago: float, worker: str, verifier: str) -> tuple[Step, ...]:
    """Submitted by one, verified by another, activated by a supervisor, and given to the worker."""
    return (
        Step(days_ago, worker, "submit"),
        Step(days_ago - 1, verifier, "verify"),
        Step(days_ago - 2, "supervisor", "activate"),
        Step(days_ago - 2.1, "supervisor", "assign", worker),
    )


# One in each of the nine states. Nobody is supported twice at once in the same vertical.
SUPPORT = (
    Story(
        "HEALTH",
        "caseworker",
        4,
        _facts(
            "Asthma review and a damp bedroom",
            "Amina has asthma. The bedroom wall is damp, and the inhaler runs out before the month does.",
            "Visit at home with the health visitor; ask the landlord about the wall.",
        ),
        client="amina",
        program=True,
    ),
    Story(
        "EDU",
        "caseworker",
        6,
        _facts(
            "Evening classes to finish school",
            "Mateo left school at fifteen and would like to finish. He works until six.",
            "Find a class after six; ask about the fee.",
        ),
        client="mateo",
        program=True,
        steps=(Step(5, "caseworker", "assign", "caseworker"), Step(5, "caseworker", "submit")),
    ),
    Story(
        "SOCIAL",
        "caseworker2",
        9,
        _facts(
            "New in town and alone",
            "Linh moved here for work in spring and knows nobody. She asked for company rather than for money.",
            "Introduce her to the Thursday group.",
        ),
        client="linh",
        steps=(Step(8, "caseworker2", "submit"), Step(7, "supervisor", "verify")),
    ),
    Story(
        "HEALTH",
        "caseworker",
        42,
        _facts(
            "Physiotherapy after a fall at work",
            "Mateo fell from a ladder in the warehouse. He is out of hospital; the exercises need somebody beside him.",
            "Physiotherapy twice a week for eight weeks, then look again.",
            priority=Priority.HIGH,
        ),
        client="mateo",
        program=True,
        review_in_days=5,
        steps=(
            *_to_active(41, "caseworker", "caseworker2"),
            Step(30, "caseworker", "note", "First two sessions went well. Stairs are still hard."),
            Step(20, "caseworker", "message", "Your next session is on Tuesday at four. Is that a good time?"),
            Step(19.8, "mateo", "receive", "Four is good. Could it be on the ground floor?"),
            Step(3, "supervisor", "note", "Please ask whether the eight weeks are enough before the review."),
        ),
    ),
    Story(
        "ECON",
        "caseworker2",
        33,
        _facts(
            "A sewing machine to earn with",
            "Amina sews for neighbours by hand and would take orders with a machine.",
            "Grant for the machine; bookkeeping course.",
        ),
        client="amina",
        program=True,
        steps=(
            *_to_active(32, "caseworker2", "supervisor"),
            Step(6, "supervisor", "suspend", reason="POLICY_SUSPENSION"),
        ),
    ),
    Story(
        "EDU",
        "caseworker",
        55,
        _facts(
            "Language course beside shift work",
            "Linh wants to take the language exam in winter. Her shifts change every week.",
            "Course with recorded lessons; a quiet room twice a week.",
        ),
        client="linh",
        program=True,
        steps=(
            *_to_active(54, "caseworker", "caseworker2"),
            Step(12, "caseworker", "note", "She passed the mock exam."),
            Step(8, "caseworker", "stabilize", "The course runs by itself now."),
        ),
    ),
    Story(
        "SOCIAL",
        "caseworker2",
        70,
        _facts(
            "Care for a child while the mother works",
            "Amina works early shifts; Nia needs somebody to take her to school.",
            "Walking group of the school; a neighbour for the first weeks.",
        ),
        client="household",
        program=True,
        steps=(
            *_to_active(69, "caseworker2", "supervisor"),
            Step(20, "caseworker2", "stabilize"),
            Step(15, "caseworker2", "close", "Nia walks with the group every day.", reason="OBJECTIVES_MET"),
        ),
    ),
    Story(
        "HEALTH",
        "caseworker",
        80,
        _facts(
            "Sleeplessness after a burglary",
            "Since the burglary Linh sleeps three hours a night.",
            "Counselling at the day centre.",
        ),
        client="linh",
        steps=(
            *_to_active(79, "caseworker", "caseworker2"),
            Step(50, "caseworker", "stabilize"),
            Step(45, "caseworker", "close", reason="OBJECTIVES_MET"),
            Step(2, "supervisor", "reopen", "The counsellor left and the nights are bad again.", "SUPPORT_BROKE_DOWN"),
        ),
    ),
    Story(
        "ECON",
        "caseworker2",
        84,
        _facts(
            "A market stall for the summer",
            "Mateo wants to sell fruit at the weekend market.",
            "Permit and a small loan.",
        ),
        client="mateo",
        steps=(
            *_to_active(83, "caseworker2", "supervisor"),
            Step(40, "caseworker2", "stabilize"),
            Step(35, "caseworker2", "close", reason="SUPPORT_DECLINED"),
            Step(10, "supervisor", "archive", reason="DUPLICATE"),
        ),
    ),
)

# What came in through the other doors.
DOORS = (
    Story(
        "CONSTITUENCY",
        "caseworker",
        21,
        _facts(
            "Planning notice for the lane behind the workshop",
            "Eva Garcia of XYZ Ltd wrote: if the lane is closed as the notice says, no lorry reaches the workshop.",
            "Ask the council for the traffic survey.",
            contact_type="4",
            case_type="86",
            category="1",
            work_state=WorkState.WAITING_REPLY,
        ),
        client="eva",
        origin=Origin.CONSTITUENCY,
        review_in_days=-1,
        steps=(
            Step(21, "caseworker", "assign", "caseworker"),
            Step(14, "caseworker", "note", "The council answers within four weeks."),
        ),
    ),
    Story(
        "CONSTITUENCY",
        "supervisor",
        60,
        _facts(
            "Bus route 14 no longer stops at the clinic",
            "The stop was moved and patients walk half a mile.",
            "Write to the operator.",
            contact_type="1",
            case_type="92",
            category="2",
        ),
        client="eva",
        steps=(Step(31, "supervisor", "close", "The stop is back.", "OBJECTIVES_MET"),),
    ),
    Story(
        "HELPLINE",
        "agent",
        1.2,
        _facts(
            "Neighbour worried about a boy left alone at night",
            "The caller hears a boy of about seven crying most nights. The lights are off. A man shouts.",
            "Child protection officer to visit this week; do not ring the house.",
            category="362484",
            priority=Priority.HIGH,
            immediate_danger=Answer.NOT_KNOWN,
            gbv=Answer.NO,
            escalated=True,
        ),
        reporter=PersonTold(full_name="Wambui Njoroge", phone="+44 7700 900106", phone_safe="no", sex="122"),
        clients=(
            PersonTold(
                name_known=NameKnown.NOT_KNOWN, age_value=7, age_unit=AgeUnit.YEARS, age_group="361951", sex="121"
            ),
        ),
        perpetrators=(PersonTold(full_name="Baraka Otieno", sex="121", relationship_code="1", shares_home="1"),),
        services=(ServiceTold(label="Child protection visit"),),
        steps=(
            Step(1.1, "agent", "assign", "caseworker2"),
            Step(0.8, "caseworker2", "note", "Officer informed; visit tomorrow morning."),
        ),
    ),
    Story(
        "HELPLINE",
        "agent",
        3,
        _facts(
            "Caller asks where to get a birth certificate",
            "A young woman needs a birth certificate to enrol at college.",
            "Told her the office and the hours.",
            category="362485",
            priority=Priority.LOW,
            gbv=Answer.NOT_ASKED,
        ),
        reporter=PersonTold(full_name="Zainab Okello", age_group="361953", phone="+44 7700 900107", phone_safe="yes"),
        reporter_is_client=True,
        steps=(Step(2.9, "agent", "close", "She has what she needs.", "OBJECTIVES_MET"),),
    ),
    Story(
        "HELPLINE",
        "agent",
        0.3,
        _facts(
            "Girl who rang and would not say her name",
            "She asked whether she has to go back home on Friday. She rang off when somebody came in.",
            "If she rings again: ask first whether she can talk.",
            category="362484",
            priority=Priority.HIGH,
            immediate_danger=Answer.YES,
            gbv=Answer.NOT_ASKED,
        ),
        reporter=PersonTold(name_known=NameKnown.DECLINED, age_group="361952", sex="122", phone_safe="no"),
        reporter_is_client=True,
        steps=(Step(0.3, "agent", "assign", "agent"),),
    ),
    Story(
        "HELPLINE",
        "partner",
        0.5,
        _facts(
            "Report by web form",
            "A mother of two writes that her husband locks her in when he leaves.",
            "Initial assessment required",
            category="362499",
            priority=Priority.HIGH,
            priority_raw="1",
            gbv=Answer.YES,
            reported_status="1",
            needs_triage=True,
        ),
        origin=Origin.WEBFORM,
        reporter=PersonTold(full_name="Client"),
        clients=(PersonTold(full_name="Farida Hassan", age_group="361954", sex="122"),),
        perpetrators=(PersonTold(full_name="Idris Hassan", sex="121"),),
        doubts=(Doubt("case_category", "case_category_id", "362499"),),
    ),
    Story(
        "CORRESPONDENCE",
        "caseworker",
        11,
        _facts(
            "Two letters about the same library card",
            "Somebody writes that the library asks for a fee they paid in May.",
            "Find the receipt.",
            external_status="open",
        ),
        origin=Origin.CORRESPONDENCE,
        reporter=PersonTold(full_name="Anders Lindqvist", email="anders.lindqvist@example.net"),
        reporter_is_client=True,
        steps=(
            Step(11, "reporter", "receive", "I paid the fee in May and am asked again. What do I do?"),
            Step(10, "caseworker", "assign", "caseworker"),
            Step(9, "caseworker", "message", "Thank you for writing. Could you send a photo of the receipt?"),
            Step(1, "reporter", "receive", "Here it is. I hope you can read it."),
        ),
    ),
)
