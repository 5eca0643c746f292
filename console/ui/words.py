"""What the console calls things, in the technician's words. Pure but for the language.

Texts that come from users and agents are passed through unchanged; whoever shows them shows plain text. Names and
whatever else stands in one line with other words goes through `one_line`.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QDate, QDateTime, QLocale

from console.language import _, chosen, mark, plural
from console.session.stages import Stage
from console.typing_mode import Typing
from protocol.desk import events
from protocol.desk.contract import Metric
from protocol.desk.events import EndReason
from protocol.desk.states import TicketState
from protocol.desk.terms import HoldReason, TicketKind
from protocol.envelope import HistoryLine, TicketView
from protocol.scopes import Scope
from protocol.trust import names

one_line = names.one_line

NOTHING = "\u2013"
"""Stands where there is nothing to say yet: a dash."""

LEVELS = {1: mark("high"), 2: mark("middle"), 3: mark("low")}
"""Impact and urgency: 1 weighs most."""

STATES = {
    TicketState.NEW: mark("new"),
    TicketState.TRIAGED: mark("judged"),
    TicketState.IN_PROGRESS: mark("in progress"),
    TicketState.ON_HOLD: mark("on hold"),
    TicketState.RESOLVED: mark("solved?"),
    TicketState.CLOSED: mark("closed"),
    TicketState.CANCELLED: mark("cancelled"),
}

SCOPES = {
    Scope.SEE: mark("See the screen"),
    Scope.POINT: mark("Point at things"),
    Scope.CONTROL: mark("Control mouse and keyboard"),
    Scope.CLIPBOARD_TO: mark("Put text on the clipboard"),
    Scope.CLIPBOARD_FROM: mark("Read the clipboard"),
    Scope.FILES_TO: mark("Send files"),
    Scope.FILES_FROM: mark("Fetch files"),
    Scope.DIAGNOSTICS: mark("Read diagnostics"),
    Scope.ELEVATE: mark("Work as administrator"),
}

SHORT_SCOPES = {Scope.SEE: mark("see"), Scope.CONTROL: mark("control")}

STAGES = {
    Stage.DIALLING: mark("Calling the server …"),
    Stage.WAITING: mark("Waiting for the user's computer …"),
    Stage.SECURING: mark("Securing the line …"),
    Stage.ASKING: mark("The user is being asked. No answer within a minute means no."),
    Stage.REFUSED: mark("The user did not agree."),
    Stage.RUNNING: mark("Waiting for the first picture …"),
    Stage.INTERRUPTED: mark("Line interrupted, coming back …"),
    Stage.OVER: mark("The session is over."),
}

ENDS = {
    EndReason.USER_STOPPED: mark("The user ended the session."),
    EndReason.HOT_KEY: mark("The user ended the session with the emergency key."),
    EndReason.TECHNICIAN_LEFT: mark("You ended the session."),
    EndReason.TIME_OVER: mark("The agreed time is over."),
    EndReason.REFUSED: mark("The user did not agree."),
    EndReason.NO_ANSWER: mark("The user did not answer within a minute; that means no."),
    EndReason.LINE_LOST: mark("The line to the user's computer was cut."),
    EndReason.USER_LOGGED_OFF: mark("The user logged off."),
    EndReason.USER_QUIT: mark("The user closed athand."),
    EndReason.NOT_TRUSTED: mark("The session ended at once, because the other end could not be trusted."),
    EndReason.BANNER_HIDDEN: mark("The session ended, because the banner on the user's screen was hidden."),
    EndReason.FAULT: mark("The session broke off because of a fault."),
}


def level(number: int | None) -> str:
    """An impact or urgency in words, or a dash."""
    return _(LEVELS[number]) if number in LEVELS else NOTHING


def scopes(granted: frozenset[Scope]) -> str:
    """Scopes as a short list: ``see, control``."""
    return ", ".join(_(SHORT_SCOPES.get(scope, SCOPES[scope])) for scope in Scope if scope in granted)


def minutes(seconds: float) -> str:
    """A duration in whole minutes, begun ones rounded to the nearest."""
    count = round(seconds / 60)
    if seconds and not count:
        return _("less than a minute")
    return plural("{count} minute", "{count} minutes", count).format(count=count)


def left(seconds: float) -> str:
    """A countdown: ``9:05``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def clock(moment: datetime, today: datetime | None = None) -> str:
    """A moment in local time: the hour alone if it is today, else with its date; a dash if no calendar can show it."""
    try:
        local = moment.astimezone()
    except (OverflowError, ValueError, OSError):  # at the edges of what a datetime, or the system's zones, can hold
        return NOTHING
    if local.date() == (today or datetime.now(UTC)).astimezone().date():
        return f"{local:%H:%M}"
    language = QLocale(chosen())
    date = QDateTime(local.year, local.month, local.day, local.hour, local.minute, 0)
    return language.toString(date, "ddd d MMM, HH:mm")


def day(moment: datetime) -> str:
    """A day in local time, such as ``Mon 23 Nov``."""
    local = moment.astimezone()
    return QLocale(chosen()).toString(QDate(local.year, local.month, local.day), "ddd d MMM")


def since(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: ``4 min``, ``3 h``, ``2 d``."""
    passed = max(0, int((now - moment).total_seconds()))
    if passed < 3600:  # noqa: PLR2004 - seconds of an hour
        return _("{count} min").format(count=passed // 60)
    if passed < 86400:  # noqa: PLR2004 - seconds of a day
        return _("{count} h").format(count=passed // 3600)
    return _("{count} d").format(count=passed // 86400)


def priority(ticket: TicketView) -> str:
    """``P1`` to ``P5``, or a dash while nobody judged it."""
    return NOTHING if ticket.priority is None else f"P{ticket.priority}"


def first_line(text: str) -> str:
    """What fits in a list."""
    return text.strip().splitlines()[0] if text.strip() else ""


def ended(reason: EndReason, sentence: str) -> str:
    """Why a session is over, with what else is known."""
    if reason is EndReason.LINE_LOST and sentence:
        return sentence
    known = _(ENDS[reason])
    return f"{known} {sentence}".strip() if sentence and sentence not in known else known


def happened(line: HistoryLine) -> str:
    """One event of a ticket's history as a sentence or what was written."""
    event = line.event
    says = _SENTENCES.get(type(event))
    return _("Something this program does not know of") if says is None else says(event)


HISTORY_ENDS = ENDS | {EndReason.TECHNICIAN_LEFT: mark("The technician ended it.")}
"""In the history, "you" may be somebody else."""


def _next_step(event: events.NextStepSet) -> str:
    due = "" if event.due is None else " " + _("(by {due})").format(due=clock(event.due))
    return _("Next step: {step}").format(step=event.next_step) + due


def _judged(event: events.Triaged) -> str:
    return _("Judged: impact {impact}, urgency {urgency}").format(
        impact=level(event.impact), urgency=level(event.urgency)
    )


def _allowed(event: events.SessionConsented) -> str:
    return _("Allowed {name}: {scopes}, until {end}").format(
        name=event.staff.name, scopes=scopes(event.scopes), end=clock(event.end)
    )


def _session_ended(event: events.SessionEnded) -> str:
    reason = _(HISTORY_ENDS[event.reason])
    return _("Session over after {minutes}. {reason}").format(minutes=minutes(event.worked_s), reason=reason)


def _measured(event: events.SessionMeasured) -> str:
    if not event.samples:
        return _("Nothing of the picture was measured")
    lasted_s = max(1.0, event.samples[-1].at_s)
    frames = sum(sample.frames for sample in event.samples)
    latency_ms = sum(sample.latency_ms * max(1, sample.frames) for sample in event.samples)
    return _("The picture: {minutes}, {latency} ms, {rate} frames/s, {size} MB").format(
        minutes=minutes(lasted_s),
        latency=round(latency_ms / sum(max(1, sample.frames) for sample in event.samples)),
        rate=round(frames / lasted_s),
        size=QLocale().toString(sum(sample.received_bytes for sample in event.samples) / 1e6, "f", 1),
    )


def _handed_over(event: events.HandedOver) -> str:
    lines = [
        _("{name} takes care of it now.").format(name=event.to.name),
        _("Tried: {text}").format(text=event.tried),
        _("Known: {text}").format(text=event.known),
        _("Next step: {step}").format(step=event.next_step),
    ]
    return "\n".join([*lines, event.reason] if event.reason else lines)


def _quote(event: events.QuoteMade) -> str:
    price = f"{event.price_cents / 100:.2f} {event.currency}"
    said = _("Price: {price} for {text}, valid until {when}").format(
        price=price, text=event.text, when=clock(event.valid_until)
    )
    if event.within_min is None:
        return said
    return said + " " + _("(goes first, within {minutes})").format(minutes=minutes(60 * event.within_min))


def _answered(event: events.QuoteAnswered) -> str:
    said = _("Accepted the price.") if event.accepted else _("Declined the price.")
    return f"{said} {event.text}".rstrip()


def _appointment(event: events.AppointmentMade) -> str:
    return _("Appointment: {begin} to {end}, {text}").format(
        begin=clock(event.begin), end=clock(event.end), text=event.text
    )


OUTCOMES = {
    events.AppointmentOutcome.KEPT: mark("was kept"),
    events.AppointmentOutcome.MISSED: mark("was missed"),
    events.AppointmentOutcome.CALLED_OFF: mark("is called off"),
}


def _appointment_over(event: events.AppointmentOver) -> str:
    said = _("The appointment {outcome}.").format(outcome=_(OUTCOMES[event.outcome]))
    return f"{said} {event.text}".rstrip()


HOLDS = {
    HoldReason.USER: mark("the user"),
    HoldReason.VENDOR: mark("a vendor"),
    HoldReason.CHANGE: mark("a change"),
    HoldReason.SCHEDULED: mark("an agreed day"),
}
WORK = {
    events.WorkKind.PHONE: mark("by phone"),
    events.WorkKind.ON_SITE: mark("on site"),
    events.WorkKind.TRAVEL: mark("on the way"),
    events.WorkKind.DESK: mark("at the desk"),
    events.WorkKind.REMOTE: mark("on the user's screen"),
}
KINDS = {
    TicketKind.INCIDENT: mark("Incident"),
    TicketKind.REQUEST: mark("Request"),
    TicketKind.PROBLEM: mark("Problem"),
    TicketKind.COMPLAINT: mark("Complaint"),
    TicketKind.WISH: mark("Wish"),
}
METRICS = {
    Metric.FIRST_RESPONSE: mark("answer"),
    Metric.NEXT_RESPONSE: mark("answer"),
    Metric.NEXT_UPDATE: mark("update"),
    Metric.RESOLUTION: mark("solution"),
}


def _held(event: events.OnHold) -> str:
    said = _("Waits for {what}").format(what=_(HOLDS[event.reason]))
    until = "" if event.until is None else " " + _("(by {due})").format(due=clock(event.until))
    return f"{said}{until}. {event.text}".rstrip()


def _worked(event: events.TimeLogged) -> str:
    said = _("{name} worked {minutes}, {kind}").format(
        name=event.staff.name, minutes=minutes(event.worked_s), kind=_(WORK[event.kind])
    )
    return f"{said}: {event.text}" if event.text else said


def _time_corrected(event: events.TimeCorrected) -> str:
    return _("A time entry is {minutes} now: {reason}").format(minutes=minutes(event.worked_s), reason=event.reason)


def _tagged(event: events.Tagged) -> str:
    return _("Tags: {tags}").format(
        tags=", ".join([*(f"+{tag}" for tag in event.added), *(f"-{tag}" for tag in event.removed)])
    )


_SENTENCES: dict[type, Callable[[Any], str]] = {
    events.Opened: lambda _event: _("Asked for help"),
    events.Triaged: _judged,
    events.Assigned: lambda event: _("{name} takes care of it").format(name=event.staff.name),
    events.Started: lambda _event: _("Work began"),
    events.NextStepSet: _next_step,
    events.MessageAdded: lambda event: event.text,
    events.SessionRequested: lambda event: _("{name} asked to see the screen").format(name=event.staff.name),
    events.SessionConsented: _allowed,
    events.SessionEnded: _session_ended,
    events.SessionMeasured: _measured,
    events.SessionNoted: lambda event: _("What was done: {text}").format(text=event.text),
    events.Resolved: lambda event: _("Solution: {solution}").format(solution=event.solution),
    events.Accepted: lambda _event: _("Confirmed that it is solved"),
    events.NotSolved: lambda event: _("Not solved yet. {text}").format(text=event.text).rstrip(),
    events.HandedOver: _handed_over,
    events.TicketOffered: lambda event: _("Offered to {name}").format(name=event.staff.name),
    events.OfferDeclined: lambda event: _("Left to others: {reason}").format(reason=event.reason),
    events.AppointmentMade: _appointment,
    events.AppointmentOver: _appointment_over,
    events.QuoteMade: _quote,
    events.QuoteAnswered: _answered,
    events.Displaced: lambda event: _("Ticket {number} was moved ahead; done by {when} now").format(
        number=event.by, when=clock(event.done_by)
    ),
    events.MovedAhead: lambda event: _("Goes first; done by {when}").format(when=clock(event.done_by)),
    events.HandlersBarred: lambda _event: _("Goes past whoever handled what it complains about"),
    events.WaitForecast: lambda event: _("Expected wait: {minutes}").format(
        minutes=minutes(60 * event.wait_min) if event.wait_min else _("none")
    ),
    events.Cancelled: lambda _event: _("Needs no help any more"),
    events.Reopened: lambda event: _("Came back. {text}").format(text=event.text).rstrip(),
    events.EstimateSet: lambda event: _("Solved by {when}").format(when=clock(event.done_by)),
    events.OnHold: _held,
    events.Resumed: lambda _event: _("Goes on"),
    events.WentDormant: lambda _event: _("Rests until the user writes again"),
    events.KindSet: lambda event: (
        _("Is now: {kind}. {reason}").format(kind=_(KINDS[event.kind]), reason=event.reason).rstrip()
    ),
    events.PriorityOverridden: lambda event: _("Priority {priority} by hand: {reason}").format(
        priority=event.priority, reason=event.reason
    ),
    events.LossStated: lambda event: _("Costs {loss} an hour").format(loss=event.per_hour),
    events.TimeLogged: _worked,
    events.TimeCorrected: _time_corrected,
    events.Linked: lambda event: _("Linked with ticket {number}").format(number=event.ticket),
    events.Unlinked: lambda event: _("No longer linked with ticket {number}").format(number=event.ticket),
    events.MergedInto: lambda event: (
        _("Goes on in ticket {number}. {reason}").format(number=event.ticket, reason=event.reason).rstrip()
    ),
    events.Absorbed: lambda event: _("Ticket {number} goes on here").format(number=event.ticket),
    events.Unmerged: lambda event: _("Stands by itself again; it was merged into {number}").format(number=event.ticket),
    events.Released: lambda event: _("Ticket {number} stands by itself again").format(number=event.ticket),
    events.Tagged: _tagged,
}


def per_second(count: float) -> str:
    """Bytes a second: ``4.1 MB/s``, ``120 kB/s``."""
    if count >= 1e6:  # noqa: PLR2004 - a megabyte
        return _("{size} MB/s").format(size=QLocale().toString(count / 1e6, "f", 1))
    return _("{size} kB/s").format(size=QLocale().toString(count / 1e3, "f", 1))


def milliseconds(count: float | None) -> str:
    """A time, or a dash while nobody knows it."""
    return NOTHING if count is None else _("{count} ms").format(count=max(1, round(count)))


def percent(share: float) -> str:
    """Never 100 % while something is missing."""
    return QLocale().toString(math.floor(1000 * share) / 10, "f", 1) + " %"


def typing(how: Typing) -> str:
    """How keys go, in one sentence."""
    if not how.by_symbol:
        return _("Keys go by their place: the user's layout says what they type.")
    if how.layout:
        return _("Keys type what your keyboard shows; the user's layout is “{layout}”.").format(
            layout=one_line(how.layout)
        )
    return _("Keys type what your keyboard shows.")
