"""The queue of people who may be one: what waits for an answer, and what was answered."""

from dataclasses import dataclass

from flask import request, url_for

from portal.core import paging, people_pairs
from portal.core.errors import InvalidInput
from portal.core.models import Person
from portal.core.vocabulary import PairState
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.people_pairs import words

SHOWN = 5  # in the panel of a person's page


@dataclass(frozen=True)
class _Wanted:
    """Which pairs the address asks for; words that mean nothing are passed over."""

    state: PairState
    band: str

    def url(self, cursor: paging.Cursor | None = None) -> str:
        """The address of this list, or of another page of it."""
        state = None if self.state is PairState.OPEN else self.state.value
        page = paging.encode(cursor) if cursor else None
        return url_for("people_pairs.index", state=state, score=self.band or None, page=page)


def index():
    """Pairs of which the reader sees both people, the likeliest first."""
    wanted = _wanted()
    least, below, _words = words.BANDS.get(wanted.band, (None, None, ""))
    try:
        place = turning.place()
        asked = {"state": wanted.state, "at_least": least, "below": below, "cursor": place}
        page = people_pairs.waiting(db.session, current_actor(), **asked)
    except InvalidInput:
        return fragments.go_to(wanted.url())
    shown = {
        "found": page,
        "wanted": wanted,
        "views": [(name, _Wanted(state, wanted.band).url(), state is wanted.state) for state, name in _views()],
        "everything": _Wanted(wanted.state, "").url(),
        "previous_url": wanted.url(page.preceding) if page.preceding else None,
        "next_url": wanted.url(page.following) if page.following else None,
        "words": words,
    }
    return fragments.render("people_pairs/index.html", "people_pairs/_results.html", **shown)


def panel(person: Person) -> dict[str, object]:
    """What a person's page says of those who may be the same person."""
    page = people_pairs.waiting(db.session, current_actor(), person=person, limit=SHOWN)
    others = [(pair, pair.high if pair.low_id == person.id else pair.low) for pair in page.rows]
    return {"others": others, "more": page.following is not None, "words": words}


def _views():
    return words.VIEWS.items()


def _wanted() -> _Wanted:
    state, band = request.args.get("state", ""), request.args.get("score", "")
    known = PairState(state) if state in list(PairState) else PairState.OPEN
    return _Wanted(known, band if band in words.BANDS else "")
