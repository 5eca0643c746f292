"""What happened to a ticket, a sentence for each event that the desk keeps. Pure but for the language.

What people wrote is passed through unchanged; whoever shows it shows plain text.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QLocale

from console.language import _, mark
from console.ui import words
from protocol.desk import events
from protocol.desk.clashes import read as read_clash
from protocol.desk.events import EndReason
from protocol.desk.terms import NEVER_BEGAN, Channel
from protocol.envelope import HistoryLine
from protocol.scopes import Scope


def happened(line: HistoryLine) -> str:
    """One event of a ticket's history as a sentence or what was written."""
    event = line.event
    says = KNOWN.get(type(event))
    return _("Something this program does not know of") if says is None else says(event)


HISTORY_ENDS = words.ENDS | {
    EndReason.TECHNICIAN_LEFT: mark("The technician ended it."),
    EndReason.HANDED_OVER: mark("The ticket's new owner took over."),
}
"""In the history, "you" may be somebody else."""


def _next_step(event: events.NextStepSet) -> str:
    due = "" if event.due is None else " " + _("(by {due})").format(due=words.clock(event.due))
    return _("Next step: {step}").format(step=words.step(event.next_step)) + due


def _asked_to_see(event: events.SessionRequested) -> str:
    asked = _("{name} asked to see the screen")
    if Scope.CONTROL in event.scopes:
        asked = _("{name} asked to see the screen and use mouse and keyboard")
    return asked.format(name=event.staff.name)


def _judged(event: events.Triaged) -> str:
    return _("Judged: impact {impact}, urgency {urgency}").format(
        impact=words.level(event.impact), urgency=words.level(event.urgency)
    )


def _allowed(event: events.SessionConsented) -> str:
    return _("Allowed {name}: {scopes}, until {end}").format(
        name=event.staff.name, scopes=words.scopes(event.scopes), end=words.clock(event.end)
    )


def _session_ended(event: events.SessionEnded) -> str:
    reason = _(HISTORY_ENDS[event.reason])
    if event.reason in NEVER_BEGAN:
        return _("No session. {reason}").format(reason=reason)
    if not event.worked_s:  # it ended before the user agreed, or nobody knows how long after
        return _("Session over. {reason}").format(reason=reason)
    return _("Session over after {minutes}. {reason}").format(minutes=words.minutes(event.worked_s), reason=reason)


def _measured(event: events.SessionMeasured) -> str:
    if not event.samples:
        return _("Nothing of the picture was measured")
    lasted_s = max(1.0, event.samples[-1].at_s)
    frames = sum(sample.frames for sample in event.samples)
    latency_ms = sum(sample.latency_ms * max(1, sample.frames) for sample in event.samples)
    return _("The picture: {minutes}, {latency} ms, {rate} frames/s, {size} MB").format(
        minutes=words.minutes(lasted_s),
        latency=round(latency_ms / sum(max(1, sample.frames) for sample in event.samples)),
        rate=round(frames / lasted_s),
        size=QLocale().toString(sum(sample.received_bytes for sample in event.samples) / 1e6, "f", 1),
    )


def _handed_over(event: events.HandedOver) -> str:
    lines = [
        _("{name} takes care of it now.").format(name=event.to.name),
        _("Tried: {text}").format(text=event.tried),
        _("Known: {text}").format(text=event.known),
        _("Next step: {step}").format(step=words.step(event.next_step)),
    ]
    return "\n".join([*lines, event.reason] if event.reason else lines)


def _quote(event: events.QuoteMade) -> str:
    price = f"{event.price_cents / 100:.2f} {event.currency}"
    said = _("Price: {price} for {text}, valid until {when}").format(
        price=price, text=event.text, when=words.clock(event.valid_until)
    )
    if event.within_min is None:
        return said
    return said + " " + _("(goes first, within {minutes})").format(minutes=words.minutes(60 * event.within_min))


def _answered(event: events.QuoteAnswered) -> str:
    said = _("Accepted the price.") if event.accepted else _("Declined the price.")
    return f"{said} {event.text}".rstrip()


def _appointment(event: events.AppointmentMade) -> str:
    return _("Appointment: {begin} to {end}, {text}").format(
        begin=words.clock(event.begin), end=words.clock(event.end), text=event.text
    )


def _resolved(event: events.Resolved) -> str:
    said = _("Solution: {solution}").format(solution=event.solution)
    if not event.alternatives:
        return said
    return said + "\n" + _("Or: {alternatives}").format(alternatives="; ".join(event.alternatives))


def _appointment_over(event: events.AppointmentOver) -> str:
    said = _("The appointment {outcome}.").format(outcome=_(words.OUTCOMES[event.outcome]))
    return f"{said} {event.text}".rstrip()


def _held(event: events.OnHold) -> str:
    said = _("Waits for {what}").format(what=_(words.HOLDS[event.reason]))
    until = "" if event.until is None else " " + _("(by {due})").format(due=words.clock(event.until))
    return f"{said}{until}. {event.text}".rstrip()


def _worked(event: events.TimeLogged) -> str:
    said = _("{name} worked {minutes}, {kind}").format(
        name=event.staff.name, minutes=words.minutes(event.worked_s), kind=_(words.WORK[event.kind])
    )
    if not event.billed:
        said += " " + _("(not charged)")
    return f"{said}: {event.text}" if event.text else said


def _time_corrected(event: events.TimeCorrected) -> str:
    minutes = words.minutes(event.worked_s)
    if not event.billed and event.worked_s:
        minutes += " " + _("(not charged)")
    return _("A time entry is {minutes} now: {reason}").format(minutes=minutes, reason=event.reason)


def _tagged(event: events.Tagged) -> str:
    return _("Tags: {tags}").format(
        tags=", ".join([*(f"+{tag}" for tag in event.added), *(f"-{tag}" for tag in event.removed)])
    )


def _read_back_answered(event: events.ReadBackAnswered) -> str:
    said = _("Yes, that is it.") if event.right else _("No, that is not it.")
    return f"{said} {event.text}".rstrip()


def _instruction(event: events.InstructionGiven) -> str:
    steps = (f"{at}. {step}" for at, step in enumerate(event.steps, 1))
    return "\n".join([_("Steps for the user:"), *steps])


def _instruction_answered(event: events.InstructionAnswered) -> str:
    if event.done:
        return _("Did the steps.")
    if event.step:
        return _("Got stuck at step {step} and asks that it be done for him.").format(step=event.step)
    return _("Asks that the steps be done for him.")


def _rated(event: events.Rated) -> str:
    return _("Gave {stars} of 5 stars. {text}").format(stars=event.stars, text=event.text).rstrip()


def _check(result: events.CheckResult) -> str:
    """Its name, what it looked at and what it found."""
    return f"{result.check} {result.target}".rstrip() + f": {result.value}"


PHASES = {
    events.ProofPhase.BEFORE: mark("before the solution"),
    events.ProofPhase.AT_SOLUTION: mark("at the solution"),
    events.ProofPhase.AFTER_A_DAY: mark("after a day"),
    events.ProofPhase.AFTER_A_WEEK: mark("after a week"),
}


def _checked(event: events.CheckRan) -> str:
    said = _("Check passes {phase}: {result}") if event.result.passed else _("Check fails {phase}: {result}")
    return said.format(phase=_(PHASES[event.phase]), result=_check(event.result))


def _told(event: events.NoticeSent) -> str:
    """Queued, not sent: that is all the event says; a desk without a mailbox sends it later, or never."""
    way = _("Mail queued for {name}") if event.way else _("Notice to {name}")
    if event.way not in {"", "mail"}:
        way = _("Mail queued for {name}, unless seen in the window before")
    said = way.format(name=words.one_line(event.to))
    clash = read_clash(event.about) if event.kind is events.NoticeKind.APPOINTMENT_CLASH else None
    if clash is not None:
        why = _("the appointment {when} clashes with the one on ticket {number}, {other}")
        said += ": " + why.format(
            when=words.clock(clash.begin), number=clash.other, other=words.clock(clash.other_begin)
        )
    return f"{said}: {event.text}" if event.text else said


def _opened(event: events.Opened) -> str:
    if event.channel is Channel.PHONE:  # written down by whoever answered
        return _("{name} called for help").format(name=words.one_line(event.requester))
    if event.account:  # of the machine; he himself is known by name
        return _("Asked for help, signed in as {account}").format(account=words.one_line(event.account))
    return _("Asked for help")


KNOWN: dict[type, Callable[[Any], str]] = {
    events.Opened: _opened,
    events.Triaged: _judged,
    events.Assigned: lambda event: _("{name} takes care of it").format(name=event.staff.name),
    events.Started: lambda _event: _("Work began"),
    events.NextStepSet: _next_step,
    events.MessageAdded: lambda event: event.text,
    events.SessionRequested: _asked_to_see,
    events.SessionConsented: _allowed,
    events.SessionEnded: _session_ended,
    events.SessionMeasured: _measured,
    events.SessionNoted: lambda event: _("What was done: {text}").format(text=event.text),
    events.Resolved: _resolved,
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
        number=event.by, when=words.clock(event.done_by)
    ),
    events.MovedAhead: lambda event: _("Goes first; done by {when}").format(when=words.clock(event.done_by)),
    events.HandlersBarred: lambda _event: _("Goes past whoever handled what it complains about"),
    events.WaitForecast: lambda event: _("Expected wait: {minutes}").format(
        minutes=words.wait(event.wait_min) if event.wait_min else _("none")
    ),
    events.Cancelled: lambda _event: _("Needs no help any more"),
    events.Reopened: lambda event: _("Came back. {text}").format(text=event.text).rstrip(),
    events.EstimateSet: lambda event: _("Solved by {when}").format(when=words.clock(event.done_by)),
    events.OnHold: _held,
    events.Resumed: lambda _event: _("Goes on"),
    events.WentDormant: lambda _event: _("Rests until the user writes again"),
    events.KindSet: lambda event: (
        _("Is now: {kind}. {reason}").format(kind=_(words.KINDS[event.kind]), reason=event.reason).rstrip()
    ),
    events.PriorityOverridden: lambda event: _("Priority {priority} by hand: {reason}").format(
        priority=event.priority, reason=event.reason
    ),
    events.LossStated: lambda event: _("Costs {loss} an hour").format(
        loss=words.amount(event.per_hour, event.currency)
    ),
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
    events.RequesterSet: lambda event: _("The request of {name}").format(name=words.one_line(event.requester)),
    events.LinksRevoked: lambda event: (
        _("The links sent so far open it no more. {reason}").format(reason=event.reason).rstrip()
    ),
    events.MailBounced: lambda event: _("A mail to {name} did not arrive: {reason}").format(
        name=words.one_line(event.recipient), reason=event.reason
    ),
    events.ReadBack: lambda event: _("We understood: {text}").format(text=event.text),
    events.ReadBackAnswered: _read_back_answered,
    events.QuestionAsked: lambda event: _("Question: {text}").format(text=event.text),
    events.QuestionAnswered: lambda event: _("Question settled: {text}").format(text=event.text),
    events.InstructionGiven: _instruction,
    events.InstructionAnswered: _instruction_answered,
    events.Rated: _rated,
    events.BudgetProlonged: lambda event: _("Has {minutes} now").format(minutes=words.minutes(60 * event.minutes)),
    events.CheckKept: lambda event: _("Kept as proof, it fails: {result}").format(result=_check(event.result)),
    events.CheckRan: _checked,
    events.ProblemNamed: lambda event: _("A case of problem {number}").format(number=event.problem),
    events.ArticleUsed: lambda event: _("An article was made of it") if event.made else _("A known article helped"),
    events.NoticeSent: _told,
    events.Paged: lambda event: _("Called {name}, who is on call").format(name=words.one_line(event.staff)),
    events.PageAcknowledged: lambda event: _("{name} has heard the call").format(name=words.one_line(event.staff)),
}
"""The sentence for each kind of event."""
