"""What a form says of a split: how many new cases, what each is, and what goes where. Reading only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from portal.core.models import Person, Vertical
from portal.core.splitting import MOST, Part

# The names of core/split_choices.py with those of a Part.
KINDS = {
    "people": "people",
    "messages": "message_ids",
    "notes": "note_ids",
    "attachments": "attachment_ids",
    "services": "service_ids",
    "assignments": "assignment_ids",
}
LONGEST = 500


@dataclass
class NewCase:
    """One of the new cases, as it was described."""

    summary: str = ""
    vertical: int | None = None
    subject: int | None = None


@dataclass
class Plan:
    """The new cases, and for each thing that leaves the old one the number of its new case, from 1."""

    cases: list[NewCase] = field(default_factory=lambda: [NewCase()])
    going: dict[str, int] = field(default_factory=dict)  # "notes-<uuid>" and the like

    def goes(self, kind: str, key: object) -> int:
        """Where this goes: 0 stays."""
        return self.going.get(f"{kind}-{key}", 0)

    def counts(self, kind: str) -> list[int]:
        """How many of this kind go to each new case."""
        own = [number for name, number in self.going.items() if name.startswith(f"{kind}-")]
        return [own.count(number) for number in range(1, len(self.cases) + 1)]

    def parts(self, session: Session) -> list[Part]:
        """The same as core asks for it. What is not of the case, core refuses."""
        return [self._part(session, number, new) for number, new in enumerate(self.cases, 1)]

    def _part(self, session: Session, number: int, new: NewCase) -> Part:
        taken: dict[str, list] = {name: [] for name in KINDS.values()}
        for name, to in self.going.items():
            kind, _, key = name.partition("-")
            if to == number:
                taken[KINDS[kind]].append(int(key) if kind == "people" else UUID(key))
        return Part(
            vertical=session.get(Vertical, new.vertical) if new.vertical else None,
            subject=session.get(Person, new.subject) if new.subject else None,
            summary=new.summary,
            **taken,
        )


def read(form: Mapping[str, str], *, more: int = 0) -> Plan:
    """What the form says; with ``more`` new cases, or fewer. What cannot be read stays where it is."""
    count = min(max((_number(form.get("cases")) or 1) + more, 1), MOST)
    cases = [
        NewCase(
            summary=form.get(f"summary-{number}", "").replace("\x00", "").strip()[:LONGEST],
            vertical=_number(form.get(f"vertical-{number}")),
            subject=_number(form.get(f"subject-{number}")),
        )
        for number in range(1, count + 1)
    ]
    going = {name: _number(to) or 0 for name, to in form.items() if _is_item(name)}
    return Plan(cases, {name: to for name, to in going.items() if 1 <= to <= count})


def _is_item(name: str) -> bool:
    kind, _, key = name.partition("-")
    if kind not in KINDS:
        return False
    return _number(key) is not None if kind == "people" else _is_uuid(key)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _number(text: str | None) -> int | None:
    text = text or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
