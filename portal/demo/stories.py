"""What happened in the support services, as data: who was helped, what was done, how many days ago, by whom."""

from dataclasses import dataclass, field
from typing import Any

from portal.core.told import Doubt, PersonTold, ServiceTold
from portal.core.vocabulary import Origin, Priority


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


def told(summary: str, narrative: str, plan: str, **more: Any) -> dict[str, Any]:
    """The facts of a case as they were told."""
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
        told(
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
        told(
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
        told(
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
        told(
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
        told(
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
        told(
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
        told(
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
        told(
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
        told(
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
