"""What happened to a request, in its user's words. Pure but for the language and the zone of the computer's clock.

Distrusts the relay: names and texts are cleaned, and what it leaves out is left out, never made up.
"""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from agent.letters import (
    Answered,
    AnsweredPrice,
    CameBack,
    Complained,
    Confirmed,
    DidSteps,
    Enclosed,
    HasTime,
    Judged,
    Letter,
    RatedIt,
    TookBack,
    Wrote,
)
from agent.ui.plain import clean, money, one_line, step, time_of, when
from agent.words import _, ngettext
from protocol.desk import events
from protocol.desk.events import Actor, Attachment, EndReason
from protocol.desk.ledger import whole_minutes
from protocol.envelope import HistoryLine, TicketView
from protocol.scopes import Scope


class _Teller:
    """Tells one line after the other, with what the ones before it said of a session."""

    def __init__(self) -> None:
        self._asked_by: dict[str, str] = {}
        self._allowed: set[str] = set()
        self._hands: set[str] = set()
        self._agreed: dict[str, datetime] = {}

    def tell(self, line: HistoryLine) -> str:
        """One line; empty for what is of no interest."""
        event = line.event
        match event:
            case events.SessionRequested(session=session, staff=staff):
                self._asked_by[session] = one_line(staff.name)
                asked = _("{name} asked to see your screen.")
                if Scope.CONTROL in event.scopes:
                    asked = _("{name} asked to see your screen and use your mouse and keyboard.")
                return asked.format(name=one_line(staff.name))
            case events.SessionConsented(session=session):
                self._allowed.add(session)
                if Scope.CONTROL in event.scopes:
                    self._hands.add(session)
                return _allowed(event)
            case events.SessionEnded(session=session):
                name = self._asked_by.get(session, "") or _("somebody")
                said = _session_ended(event, name, allowed=session in self._allowed)
                hands = _("{name} was allowed to use your mouse and keyboard.").format(name=name)
                return f"{said} {hands}" if session in self._hands else said
            case events.AppointmentMade(appointment=key, begin=begin, end=end, text=text):
                self._agreed[key] = begin
                agreed = _("Agreed: {when} to {end}. {text}")
                return agreed.format(when=when(begin), end=time_of(end), text=clean(text))
            case events.AppointmentOver(appointment=key):
                return _appointment_over(event, _who(line), self._agreed.get(key))
            case _:
                return _yours(event) if line.actor is Actor.REQUESTER else _theirs(event, _who(line))


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """When and what, and the files that came with it."""

    at: datetime
    words: str
    files: tuple[Attachment, ...] = ()


def tell(lines: Iterable[HistoryLine]) -> list[Told]:
    """In the order of `lines`."""
    teller = _Teller()
    told = [Told(line.at, teller.tell(line), _files(line.event)) for line in lines]
    return [one for one in told if one.words]


def story(lines: Iterable[HistoryLine]) -> list[tuple[datetime, str]]:
    """When and what, in the order of `lines`."""
    return [(one.at, one.words) for one in tell(lines)]


def beginning(ticket: TicketView) -> list[Told]:
    """What is known without the history: that it was asked."""
    return [Told(ticket.opened_at, _("You asked for help."))]


def _files(event: events.Event) -> tuple[Attachment, ...]:
    files = event.attachments if isinstance(event, events.MessageAdded | events.Opened) else ()
    return tuple(file for file in files if file.sha256)


def ended(reason: EndReason, name: str, *, allowed: bool) -> str:
    """Why a session is over, for its last moment on the screen; `name` is the technician's."""
    why = why_over(reason, name, allowed=allowed)
    if allowed:
        return _("{why} {name} can no longer see your screen.").format(why=why, name=name)
    return _("{why} Nobody saw your screen.").format(why=why)


def why_over(reason: EndReason, name: str, *, allowed: bool) -> str:
    """Why a session is over, as its user would say it. `allowed`: it had begun, with a yes."""
    if not allowed:
        return {
            EndReason.REFUSED: _("You said no."),
            EndReason.NO_ANSWER: _("You did not answer, and that means no."),
            EndReason.USER_QUIT: _("You closed athand without an answer, and that means no."),
            EndReason.USER_LOGGED_OFF: _("You logged off without an answer, and that means no."),
            EndReason.USER_STOPPED: _("You ended it before it began."),
            EndReason.HOT_KEY: _("You ended it before it began."),
            EndReason.TECHNICIAN_LEFT: _("{name} took the question back.").format(name=name),
            EndReason.HANDED_OVER: _("Somebody else took over from {name}.").format(name=name),
        }.get(reason, _("It did not come to it."))
    return {
        EndReason.USER_STOPPED: _("You ended it."),
        EndReason.HOT_KEY: _("You ended it with the keyboard."),
        EndReason.USER_QUIT: _("You closed athand, and that ended it."),
        EndReason.USER_LOGGED_OFF: _("You logged off, and that ended it."),
        EndReason.TECHNICIAN_LEFT: _("{name} ended it.").format(name=name),
        EndReason.HANDED_OVER: _("Somebody else took over from {name}.").format(name=name),
        EndReason.TIME_OVER: _("The time you gave is over."),
        EndReason.LINE_LOST: _("The line broke."),
        EndReason.NOT_TRUSTED: _("Something could not be trusted, so we ended it."),
        EndReason.BANNER_HIDDEN: _("The strip that shows who is looking was hidden, so we ended it."),
    }.get(reason, _("Something went wrong on this computer, so we ended it."))


def _session_ended(event: events.SessionEnded, name: str, *, allowed: bool) -> str:
    why = why_over(event.reason, name, allowed=allowed)
    if not allowed:
        return _("{why} Nobody saw your screen.").format(why=why)
    minutes = whole_minutes(event.worked_s)
    if not minutes:
        return _("{why} {name} saw your screen for less than a minute.").format(why=why, name=name)
    seen = ngettext(
        "{why} {name} saw your screen for {count} minute.", "{why} {name} saw your screen for {count} minutes.", minutes
    )
    return seen.format(why=why, name=name, count=minutes)


def _allowed(event: events.SessionConsented) -> str:
    allowed = _("You allowed {name} to see your screen until {time}.")
    if Scope.CONTROL in event.scopes:
        allowed = _("You allowed {name} to see your screen and use your mouse and keyboard until {time}.")
    return allowed.format(name=one_line(event.staff.name), time=time_of(event.end))


def unsent(letter: Letter) -> str:  # noqa: C901, PLR0911 - one line for each kind of word
    """What the user says in a letter, as it will stand in the story."""
    match letter.said:
        case Wrote(text=text):
            return _yours(events.MessageAdded(text))
        case Enclosed(name=name, text=text):
            return _("You sent a file: {name}").format(name=one_line(name)) + _and(text)
        case Judged(solved=solved, text=text):
            return _yours(events.Accepted() if solved else events.NotSolved(text))
        case TookBack():
            return _yours(events.Cancelled())
        case CameBack(text=text):
            return _yours(events.Reopened(text))
        case HasTime(minutes=minutes):
            return _yours(events.BudgetProlonged(minutes))
        case RatedIt(stars=stars, text=text):
            return _yours(events.Rated(stars, text))
        case Answered(question=key, text=text):
            return _yours(events.QuestionAnswered(key, text))
        case Confirmed(right=right, text=text):
            return _yours(events.ReadBackAnswered(right, text))
        case DidSteps(instruction=key, done=done, step=step):
            return _yours(events.InstructionAnswered(key, done, step))
        case Complained(text=text):
            return _("You complained: {text}").format(text=clean(text))
        case AnsweredPrice(quote=key, accepted=accepted, text=text):
            return _yours(events.QuoteAnswered(key, accepted, text))


def _yours(event: events.Event) -> str:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.Opened():
            return _("You asked for help.")
        case events.MessageAdded(text="", attachments=files) if files:
            return _("You sent a file.")
        case events.MessageAdded(text=text):
            return _("You wrote: {text}").format(text=clean(text))
        case events.Accepted():
            return _("You said that it is solved.")
        case events.NotSolved(text=text):
            return _("You said that it is not solved yet.") + _and(text)
        case events.Cancelled():
            return _("You took the request back.")
        case events.Reopened(text=text):
            return _("You said that it is there again.") + _and(text)
        case _:
            return _your_answer(event)


def _your_answer(event: events.Event) -> str:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.QuestionAnswered(text=text):
            return _("You answered: {text}").format(text=clean(text))
        case events.ReadBackAnswered(right=True, text=text):
            return _("You said that we understood you.") + _and(text)
        case events.ReadBackAnswered(text=text):
            return _("You said that we did not quite understand you.") + _and(text)
        case events.InstructionAnswered(done=True):
            return _("You did the steps.")
        case events.InstructionAnswered(step=step):
            stuck = _("You asked us to do it for you, from step {step} on.")
            return stuck.format(step=step) if step else _("You asked us to do it for you.")
        case events.Rated(stars=stars, text=text):
            given = ngettext("You gave {count} star of 5.", "You gave {count} stars of 5.", stars)
            return given.format(count=stars) + _and(text)
        case events.QuoteAnswered(accepted=True, text=text):
            return _("You agreed to the price.") + _and(text)
        case events.QuoteAnswered(text=text):
            return _("You did not agree to the price.") + _and(text)
        case events.BudgetProlonged(minutes=minutes):
            said = ngettext(
                "You said that you have {count} minute.", "You said that you have {count} minutes.", minutes
            )
            return said.format(count=minutes)
        case _:
            return ""


def _and(text: str) -> str:
    return f" {clean(text)}" if text else ""


def _theirs(event: events.Event, who: str) -> str:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.Triaged():
            return _("{who} judged how urgent it is.").format(who=who)
        case events.Assigned(staff=staff) | events.HandedOver(to=staff):
            return _("{name}, {title}, {phone} takes care of it.").format(
                name=one_line(staff.name), title=one_line(staff.title), phone=one_line(staff.phone)
            )
        case events.Started():
            return _("{who} began to work on it.").format(who=who)
        case events.NextStepSet(next_step=text, due=due):
            by = " (" + _("by {when}").format(when=when(due)) + ")" if due else ""
            return _("Next step: {text}").format(text=step(text)) + by
        case events.MessageAdded(text="", attachments=files) if files:
            return _("{who} sent a file.").format(who=who)
        case events.MessageAdded(text=text):
            return _("{who} wrote: {text}").format(who=who, text=clean(text))
        case events.SessionNoted(text=text):
            return _("{who} noted: {text}").format(who=who, text=clean(text))
        case events.Resolved(solution=solution, alternatives=alternatives):
            others = "".join(f"\n\N{BULLET} {clean(alternative)}" for alternative in alternatives)
            return _("{who} thinks it is solved: {text}").format(who=who, text=clean(solution)) + others
        case _:
            return _their_word(event, who)


def _their_word(event: events.Event, who: str) -> str:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.EstimateSet(done_by=done_by):
            return _("{who} expects it to be solved by: {when}.").format(who=who, when=when(done_by))
        case events.Displaced(done_by=done_by):
            return _("Something else had to go first. Now expected to be solved by: {when}.").format(when=when(done_by))
        case events.OnHold(text=text):
            return _("{who} put it on hold.").format(who=who) + _and(text)
        case events.Resumed():
            return _("It goes on.")
        case events.QuestionAsked(text=text):
            return _("{who} asked: {text}").format(who=who, text=clean(text))
        case events.QuestionAnswered(text=text):
            return _("{who} does not need the answer any more: {text}").format(who=who, text=clean(text))
        case events.ReadBack(text=text):
            return _("{who} understood: {text}").format(who=who, text=clean(text))
        case events.InstructionGiven(steps=steps):
            numbered = "\n".join(f"{number}. {clean(step)}" for number, step in enumerate(steps, 1))
            return _("{who} wrote down steps:").format(who=who) + "\n" + numbered
        case events.QuoteMade(text=text, price_cents=cents, currency=currency, valid_until=until):
            offered = _("{who} offered this for {price}, until {when}: {text}")
            return offered.format(who=who, price=money(cents, currency), when=when(until), text=clean(text))
        case events.MovedAhead(done_by=done_by):
            return _("It goes first now. Expected to be solved by: {when}.").format(when=when(done_by))
        case _:
            return ""


def _appointment_over(event: events.AppointmentOver, who: str, begin: datetime | None) -> str:
    """What became of it; `begin`: when it was to be, as far as that is known."""
    match event.outcome:
        case events.AppointmentOutcome.CALLED_OFF if begin is not None:
            said = _("{who} called off what was agreed for {when}.").format(who=who, when=when(begin))
        case events.AppointmentOutcome.CALLED_OFF:
            said = _("{who} called the appointment off.").format(who=who)
        case events.AppointmentOutcome.MISSED:
            said = _("{who} noted that the appointment did not take place.").format(who=who)
        case _:
            said = _("{who} noted that the appointment was kept.").format(who=who)
    return said + _and(event.text)


def _who(line: HistoryLine) -> str:
    if line.actor is Actor.DESK:
        return _("The help desk")
    return one_line(line.actor_name) or _("The help desk")
