"""A ticket's history, told to whoever it is about: every event as a line, and the few that matter in short (22, 23).

Pure. Guarantees: only what `protocol.desk.telling` lets a requester know is told. Each line of the short version names
the events behind it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from protocol.desk import events
from protocol.desk.events import Actor, Attachment, Entry, HoldReason, Relation
from protocol.desk.ledger import MINUTE_S, whole_minutes
from protocol.desk.terms import NEVER_BEGAN
from protocol.scopes import Scope
from relay.desk.views import for_requester
from relay.words import step_in_words

_ = str
"""Marks what is found for translation; each sentence is translated when it is told."""
Translate = Callable[[str], str]


class Line(Struct, frozen=True):
    """What happened, once.

    Attributes:
        number: of the event, on the desk's chain.
        what: one sentence; `text`: what a person wrote, if anything.
        own: whether the requester did it.
        automatic: a program wrote that mail.
    """

    number: int
    at: datetime
    who: str
    what: str
    text: str = ""
    quoted: str = ""
    files: tuple[Attachment, ...] = ()
    own: bool = False
    automatic: bool = False
    message: bool = False


class Short(Struct, frozen=True):
    """A line of the short version, with the numbers of the events behind it, oldest first."""

    text: str
    events: tuple[int, ...]


class Teller(NamedTuple):
    """In whose words a history is told.

    Attributes:
        translate: of a sentence of this module;
        when: and of an instant; `money`: of a price in cents and its currency.
        desk: stands for the desk itself.
    """

    translate: Translate
    when: Callable[[datetime], str]
    money: Callable[[int, str], str]
    desk: str


def lines(history: Iterable[tuple[int, Entry]], teller: Teller) -> list[Line]:
    """All that the requester is told, oldest first."""
    return [_line(number, entry, teller) for number, entry in for_requester(history)]


def _line(number: int, entry: Entry, teller: Teller) -> Line:
    event = entry.event
    what, text = _told(event, entry.actor_id, teller)
    is_message = isinstance(event, events.MessageAdded)
    return Line(
        number,
        entry.at,
        teller.desk if entry.actor is Actor.DESK else entry.actor_name,
        what,
        text,
        quoted=event.quoted if isinstance(event, events.MessageAdded | events.Opened) else "",
        files=event.attachments if isinstance(event, events.MessageAdded | events.Opened) else (),
        own=entry.actor is Actor.REQUESTER,
        automatic=isinstance(event, events.MessageAdded) and event.automatic,
        message=is_message,
    )


_PLAIN: dict[type, str] = {
    events.Triaged: _("judged how urgent it is, and how many it concerns"),
    events.PriorityOverridden: _("set another priority"),
    events.LossStated: _("said what the trouble costs"),
    events.Started: _("began to work on it"),
    events.Resumed: _("took it up again"),
    events.KindSet: _("put it under another kind of request"),
    events.LinksRevoked: _("made the links to this page, as sent until then, stop working"),
    events.Accepted: _("said that it is solved: closed"),
    events.NotSolved: _("said that it is not solved"),
    events.Cancelled: _("took the request back"),
    events.Reopened: _("came back to it: opened again"),
    events.WentDormant: _("put it aside until there is an answer; it is not closed"),
    events.MessageAdded: _("wrote"),
    events.ReadBack: _("wrote down what was understood"),
    events.QuestionAsked: _("asked"),
    events.QuestionAnswered: _("answered the question"),
    events.InstructionGiven: _("described what to do"),
    events.SessionConsented: _("allowed it"),
    events.SessionNoted: _("noted what was done on the screen"),
    events.TimeCorrected: _("corrected the time that was noted"),
    events.CheckKept: _("kept the check that failed, to run it again later"),
    events.ProblemNamed: _("found that it is a case of a known problem"),
    events.MovedAhead: _("put it first"),
}
"""Sentences without a gap; `who` stands before each."""


def _told(event: events.Event, by: str, teller: Teller) -> tuple[str, str]:  # noqa: C901, PLR0911, PLR0912 - a line each
    """The sentence after the name, and what a person wrote."""
    t = teller.translate
    match event:
        case events.Opened(problem=problem):
            return t(_("asked for help")), problem
        case events.Assigned(staff=staff) if staff.identifier == by:
            return t(_("looks after it from now on")), ""
        case events.Assigned(staff=staff):
            return t(_("gave it to {name}")).format(name=staff.name), ""
        case events.HandedOver(to=staff):
            return t(_("handed it over to {name}, with all that is known")).format(name=staff.name), ""
        case events.OnHold(reason=reason, text=text):
            return t(_HOLDS[reason]), text
        case events.RequesterSet(requester=name):
            return t(_("noted that this is {name}'s request")).format(name=name), ""
        case events.Resolved(solution=solution, alternatives=alternatives):
            return t(_("solved it, and asks whether it is")), "\n".join(
                (solution, *(f"\N{EN DASH} {a}" for a in alternatives))
            )
        case events.ReadBackAnswered(right=right, text=text):
            return t(_("said that this is right") if right else _("said that this is not right")), text
        case events.InstructionGiven(steps=steps):
            return t(_PLAIN[type(event)]), "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1))
        case events.InstructionAnswered(done=done):
            return t(_("did that") if done else _("asked that it be done for them")), ""
        case events.Rated(stars=stars, text=text):
            return t(_("gave {stars} of 5 stars")).format(stars=stars), text
        case events.SessionEnded(worked_s=worked_s, reason=reason):
            if reason in NEVER_BEGAN:
                return t(_("noted that the screen was not shown")), ""
            return t(_("noted {time} together on the screen")).format(time=_lasted(worked_s, t)), ""
        case events.TimeLogged(worked_s=worked_s, text=text, billed=billed):
            said = _("noted {time} of work") if billed else _("noted {time} of work, which is not charged")
            return t(said).format(time=_lasted(worked_s, t)), text
        case _:
            return _dated(event, teller)


def _lasted(worked_s: float, t: Translate) -> str:
    """In whole minutes, as they are charged."""
    count = whole_minutes(worked_s)
    return t(_("{count} min")).format(count=count) if count or not worked_s else t(_("less than a minute"))


def _dated(event: events.Event, teller: Teller) -> tuple[str, str]:  # noqa: PLR0911 - a line each
    """What names a time or a price."""
    t, when = teller.translate, teller.when
    match event:
        case events.NextStepSet(next_step=step, due=None):
            return t(_("said what comes next")), step_in_words(step, t)
        case events.NextStepSet(next_step=step, due=due) if due is not None:
            return t(_("said what comes next, by {when}")).format(when=when(due)), step_in_words(step, t)
        case events.EstimateSet(done_by=done_by):
            return t(_("expects it to be solved by {when}")).format(when=when(done_by)), ""
        case events.Displaced(done_by=done_by):
            said = t(_("put a more urgent request first; this one is expected to be solved by {when}"))
            return said.format(when=when(done_by)), ""
        case events.AppointmentMade(begin=begin, text=text):
            return t(_("made an appointment for {when}")).format(when=when(begin)), text
        case events.AppointmentOver(outcome=outcome, text=text):
            return t(_OUTCOMES[outcome]), text
        case events.QuoteMade(text=text, price_cents=cents, currency=currency):
            return t(_("made an offer: {price}")).format(price=teller.money(cents, currency)), text
        case events.QuoteAnswered(accepted=accepted, text=text):
            return t(_("accepted the offer") if accepted else _("declined the offer")), text
        case _:
            return _rest(event, t)


def _rest(event: events.Event, t: Translate) -> tuple[str, str]:  # noqa: PLR0911 - a line each
    match event:
        case events.SessionRequested(scopes=scopes):
            asked = _("asked to see the screen")
            return t(_("asked to see the screen and use mouse and keyboard") if Scope.CONTROL in scopes else asked), ""
        case events.BudgetProlonged(minutes=minutes):
            return t(_("has {minutes} minutes for it")).format(minutes=minutes), ""
        case events.Linked(ticket=ticket, relation=relation):
            return t(_RELATIONS[relation]).format(ticket=ticket), ""
        case events.Unlinked(ticket=ticket):
            return t(_("noted that it has nothing to do with request {ticket}")).format(ticket=ticket), ""
        case events.MergedInto(ticket=ticket):
            return t(_("put it together with request {ticket}, where it goes on")).format(ticket=ticket), ""
        case events.Absorbed(ticket=ticket):
            return t(_("put request {ticket} together with this one")).format(ticket=ticket), ""
        case events.Unmerged(ticket=ticket) | events.Released(ticket=ticket):
            return t(_("separated it from request {ticket} again")).format(ticket=ticket), ""
        case events.CheckRan(result=result):
            return t(_("ran the check again: all well") if result.passed else _("ran the check again: it failed")), ""
        case events.ArticleUsed(made=made):
            return t(_("wrote it down for others to find") if made else _("found help in what is known")), ""
        case _:
            return t(_PLAIN.get(type(event), _("noted something"))), _written(event)


def _written(event: events.Event) -> str:
    """What a person wrote with it."""
    if isinstance(event, events.PriorityOverridden):
        return ""
    return str(getattr(event, "text", "") or getattr(event, "reason", ""))


_HOLDS = {
    HoldReason.USER: _("waits for an answer from the one who asked"),
    HoldReason.VENDOR: _("waits for a supplier"),
    HoldReason.CHANGE: _("waits for a change elsewhere"),
    HoldReason.SCHEDULED: _("waits for the agreed time"),
}
_OUTCOMES = {
    events.AppointmentOutcome.KEPT: _("noted that the appointment was kept"),
    events.AppointmentOutcome.MISSED: _("noted that the appointment was missed"),
    events.AppointmentOutcome.CALLED_OFF: _("called the appointment off"),
}
_RELATIONS = {
    Relation.RELATED: _("noted that request {ticket} has to do with it"),
    Relation.FOLLOWS: _("noted that it follows request {ticket}"),
    Relation.CAUSED_BY: _("noted that request {ticket} is behind it"),
}


def short(history: Sequence[tuple[int, Entry]], translate: Translate) -> list[Short]:
    """What matters, in the order it began: some six lines, however long the history is."""
    t = translate
    told = [(number, entry.event) for number, entry in for_requester(history)]
    found: list[Short] = []
    for number, event in told:
        if isinstance(event, events.Opened):
            found.append(Short(_first(event.subject or event.problem), (number,)))
    owned = [(n, e) for n, e in told if isinstance(e, events.Assigned | events.HandedOver)]
    if owned:
        last = owned[-1][1]
        owner = last.to if isinstance(last, events.HandedOver) else last.staff
        found.append(Short(t(_("{name} looks after it.")).format(name=owner.name), _numbers(owned)))
    messages = [(n, e) for n, e in told if isinstance(e, events.MessageAdded)]
    if messages:
        said = t(_("Messages: {count}. The last one: {text}"))
        found.append(Short(said.format(count=len(messages), text=_first(messages[-1][1].text)), _numbers(messages)))
    sessions = [(n, e) for n, e in told if isinstance(e, events.SessionEnded) and e.reason not in NEVER_BEGAN]
    if sessions:
        whole_s = sum(whole_minutes(event.worked_s) for _number, event in sessions) * MINUTE_S
        lasted_s = whole_s or min(sum(event.worked_s for _number, event in sessions), MINUTE_S - 1.0)
        said = t(_("Sessions: {count}. Together on the screen: {time}."))
        found.append(Short(said.format(count=len(sessions), time=_lasted(lasted_s, t)), _numbers(sessions)))
    return found + _ending(told, t)


def _ending(told: Sequence[tuple[int, events.Event]], t: Translate) -> list[Short]:
    found: list[Short] = []
    rejected = [(n, e) for n, e in told if isinstance(e, events.NotSolved)]
    if rejected:
        said = t(_("Said to be not solved: {count} times."))
        found.append(Short(said.format(count=len(rejected)), _numbers(rejected)))
    solved = [(n, e) for n, e in told if isinstance(e, events.Resolved)]
    if solved:
        number, event = solved[-1]
        found.append(Short(t(_("Solution: {text}")).format(text=_first(event.solution)), (number,)))
    over = [(n, e) for n, e in told if isinstance(e, events.Accepted | events.Cancelled | events.Reopened)]
    if over:
        found.append(Short(t(_OVER[type(over[-1][1])]), (over[-1][0],)))
    return found


_OVER: dict[type, str] = {
    events.Accepted: _("Closed, since you said that it is solved."),
    events.Cancelled: _("Taken back by you."),
    events.Reopened: _("Opened again."),
}


def _numbers(behind: Iterable[tuple[int, events.Event]]) -> tuple[int, ...]:
    return tuple(number for number, _event in behind)


_SHORT_CHARS = 120


def _first(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= _SHORT_CHARS else f"{line[: _SHORT_CHARS - 1]}…"
