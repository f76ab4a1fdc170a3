"""What a step of the lifecycle will do, in words, before it is confirmed."""

from flask_babel import gettext as _

from portal.core.lifecycle import Offer, target_of
from portal.core.permissions import Permission
from portal.core.vocabulary import Action, Status
from portal.web.cases.head import Head
from portal.web.cases.words import status_word

Effect = tuple[str, str, str]  # tone, icon, sentence


def of_step(head: Head, offer: Offer) -> list[Effect]:
    """The effects of one step on this case."""
    target = target_of(offer.row, head.facts)
    return [
        *_passing(offer),
        *_OF_ACTION.get(offer.action, _nothing)(head, offer),
        *([_info(_("The owner stays %(name)s.", name=head.case.owner.name))] if head.case.owner else []),
        *([_info(_("The client is not told. Write to them first if they should know."))] if _is_felt(target) else []),
    ]


def _passing(offer: Offer) -> list[Effect]:
    states = [status_word(state) for state in offer.row.through]
    return [
        _done(_("Passes through %(state)s on the way; the history shows both steps.", state=state)) for state in states
    ]


def _submit(head: Head, offer: Offer) -> list[Effect]:
    if not head.facts.consent_required:
        return []
    return [_info(_("Somebody other than you verifies it next."))]


def _verify(head: Head, offer: Offer) -> list[Effect]:
    return [_done(_("You confirm that what is written here has been checked."))]


def _activate(head: Head, offer: Offer) -> list[Effect]:
    return [_done(_("Work on the case begins, or goes on."))]


def _suspend(head: Head, offer: Offer) -> list[Effect]:
    was = status_word(head.case.lifecycle_status)
    return [
        ("warn", "alert", _("Read-only until it is resumed: no notes, no messages, no changes.")),
        _info(_("Resuming brings it back to %(state)s.", state=was)),
    ]


def _resume(head: Head, offer: Offer) -> list[Effect]:
    return [_done(_("Every reason for which it stands suspended is lifted."))]


def _stabilize(head: Head, offer: Offer) -> list[Effect]:
    return [_info(_("It can be closed next. Until then everything can still be changed."))]


def _close(head: Head, offer: Offer) -> list[Effect]:
    who = head.facts.holders.get(Permission.REOPEN, "")
    return [
        _done(_("The work is done. Facts, owner and dates can no longer be changed; notes and messages can be added.")),
        _info(_("It can be reopened by %(who)s.", who=who)),
    ]


def _reopen(head: Head, offer: Offer) -> list[Effect]:
    return [_info(_("Activate it next, when work goes on."))]


def _archive(head: Head, offer: Offer) -> list[Effect]:
    return [("warn", "alert", _("This is final: an archived case can be read, and never changed again."))]


def _refuse(head: Head, offer: Offer) -> list[Effect]:
    return [("warn", "alert", _("The report is archived without work. Whoever sent it is not told."))]


def _nothing(head: Head, offer: Offer) -> list[Effect]:
    return []


_OF_ACTION = {
    Action.SUBMIT: _submit,
    Action.VERIFY: _verify,
    Action.ACTIVATE: _activate,
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.STABILIZE: _stabilize,
    Action.CLOSE: _close,
    Action.REOPEN: _reopen,
    Action.ARCHIVE: _archive,
    Action.REFUSE: _refuse,
}


def _is_felt(target: Status) -> bool:
    """Whether a client would notice."""
    return target in (Status.CLOSED, Status.SUSPENDED, Status.ARCHIVED)


def _done(sentence: str) -> Effect:
    return "ok", "check", sentence


def _info(sentence: str) -> Effect:
    return "info", "info", sentence
