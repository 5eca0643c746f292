"""What stands in one line about a ticket, and its next step, in words. Main thread, for the language."""

from datetime import UTC, datetime

from console.language import _
from console.ui import live_clock, words
from protocol.desk.states import OPEN_STATES, TicketState
from protocol.envelope import SessionView, TicketView


def facts(view: TicketView) -> str:
    """Who asks, from where, since when, whose it is, what it waits for."""
    parts = [
        words.one_line(view.requester),
        words.one_line(view.device_label) + ("" if view.online else " " + _("(not reachable)")),
        _("asked {when}").format(when=words.clock(view.asked_at)),
        _("urgency for the user: {urgency}").format(urgency=words.level(view.urgency)),
        _("has {minutes}").format(minutes=words.minutes(60 * view.minutes)),
    ]
    if view.worked_s:
        parts.append(_("worked {minutes}").format(minutes=words.minutes(view.worked_s)))
    if view.owner is not None:
        parts.append(_("owner: {name}").format(name=view.owner.name))
    if view.session is not None:
        parts.append(session(view.session))
    if view.customer_name:
        parts.append(words.one_line(view.customer_name))
    if view.hold is not None:
        parts.append(_("waits for {what}").format(what=_(words.HOLDS[view.hold])))
    if view.merged_into:
        parts.append(_("goes on in ticket {number}").format(number=view.merged_into))
    if view.tags:
        parts.append(", ".join(view.tags))
    if clock := live_clock.left(view, datetime.now(UTC)).text:
        parts.append(clock)
    return "  ·  ".join(parts)


def session(view: SessionView) -> str:
    """Who sees the user's screen, or would like to."""
    name = words.one_line(view.staff.name)
    if view.since is None:
        return _("{name} asks to see the screen").format(name=name)
    return _("{name} has had a session since {when}").format(name=name, when=words.clock(view.since))


def step(view: TicketView) -> str:
    """What comes next, or what was proposed; empty once it is over."""
    if view.state is TicketState.RESOLVED:
        return _("Proposed: {solution}").format(solution=view.solution)
    if view.state not in OPEN_STATES:
        return ""
    if not view.next_step:
        return _("No next step yet.")
    said = _("Next step: {step}").format(step=words.step(view.next_step))
    return said if view.due is None else said + " " + _("(by {due})").format(due=words.clock(view.due))
