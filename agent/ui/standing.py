"""How a request stands, what comes next and when it is thought to be solved, in plain words (promises 10, 15, 16).

Pure but for the language and the zone of the computer's clock. Distrusts the relay: texts are cleaned.
"""

from datetime import datetime

from agent.ui import plain
from agent.words import _
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.desk.terms import HoldReason
from protocol.envelope import TicketView


def sentence(view: TicketView) -> str:
    """How it stands."""
    if view.merged_into:
        return _("It goes on in request {number}, which is about the same.").format(number=view.merged_into)
    if view.dormant:
        return _("We have not heard from you for a while. Write a word, and it goes on.")
    if view.state is TicketState.ON_HOLD:
        return _on_hold(view)
    return plain.state_sentence(view.state, view.owner)


def next_step(view: TicketView) -> str:
    """What comes next, and when; an open request always has something."""
    text = plain.step(view.next_step)
    if text and view.due:
        return _("Next: {text} (by {when})").format(text=text, when=plain.when(view.due))
    if text:
        return _("Next: {text}").format(text=text)
    if view.state in (TicketState.NEW, TicketState.TRIAGED):
        return _("Next: somebody takes care of it, and you will see here who that is.")
    return _("Next: you hear from us here.") if view.state in OPEN_STATES else ""


def estimate(view: TicketView, now: datetime) -> str:
    """Until when it is thought to be solved; empty once there is nothing to wait for."""
    if view.state not in OPEN_STATES or view.done_by is None or view.merged_into:
        return ""
    when = plain.when(view.done_by, now=now)
    if view.done_by < now:
        return _("We thought it would be solved by now ({when}). It takes longer; somebody looks after it.").format(
            when=when
        )
    return _("Expected to be solved by: {when}.").format(when=when)


def evidence(view: TicketView) -> str:
    """Whether a machine has seen that it is solved (P10)."""
    if view.verified:
        return _("Checked: what did not work before works now.")
    return _("Not yet verified: please try it yourself before you answer.")


def _on_hold(view: TicketView) -> str:
    waits = {
        HoldReason.USER: _("We wait for a word from you."),
        HoldReason.VENDOR: _("We wait for somebody outside our house."),
        HoldReason.CHANGE: _("We wait until a change can be made."),
        HoldReason.SCHEDULED: _("It is planned for later."),
        None: plain.state_sentence(TicketState.ON_HOLD),
    }[view.hold]
    if view.hold_until is None:
        return waits
    return waits + " " + _("It goes on {when} at the latest.").format(when=plain.when(view.hold_until))
