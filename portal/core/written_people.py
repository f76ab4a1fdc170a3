"""Who was written in this unit of work, so that at its end they are compared with everybody else, once."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

_NEW, _CHANGED, _REGROUPED = "new people", "changed people", "regrouped people"


def note_new(session: Session, person_id: int) -> None:
    """This person was registered just now."""
    session.info.setdefault(_NEW, set()).add(person_id)


def note_changed(session: Session, person_id: int) -> None:
    """What this person is known by was changed, or somebody learnt more of it."""
    session.info.setdefault(_CHANGED, set()).add(person_id)


def note_regrouped(session: Session, *person_ids: int) -> None:
    """Records of these people were joined or taken apart: whether they are one another was answered with that."""
    session.info.setdefault(_REGROUPED, set()).update(person_ids)


@dataclass(frozen=True)
class Written:
    """Who was written in this unit of work."""

    new: set[int]
    changed: set[int]
    regrouped: set[int]


def take(session: Session) -> Written:
    """Everybody who was written, and who is forgotten by this."""
    new, changed, regrouped = (session.info.pop(kind, set()) for kind in (_NEW, _CHANGED, _REGROUPED))
    return Written(new, changed - new, regrouped)
