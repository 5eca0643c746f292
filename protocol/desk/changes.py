"""What each kind of event changes of a ticket. Pure."""

from datetime import datetime

from protocol.desk import agreements, events, kinship, ledger, notices, proof, talk
from protocol.desk.facts import Changes, Ticket
from protocol.desk.states import Step, StepRefused, TicketState, advance

MARKS = 100
"""Messages that can be told from one sent again; no client has more on the way (`limits.UNSENT_MESSAGES`)."""


def changes_of(ticket: Ticket, event: events.TicketEvent, at: datetime) -> Changes:  # noqa: PLR0911 - one line for each kind of event
    """What one more event, at an instant, changes of a ticket. Raises StepRefused."""
    match event:
        case events.Triaged(impact=impact, urgency=urgency):
            state = advance(ticket.state, Step.TRIAGE)
            return {"state": state, "impact": impact, "urgency": urgency, "overridden": None}
        case events.PriorityOverridden(priority=priority):
            advance(ticket.state, Step.TRIAGE)
            if ticket.impact is None:
                raise StepRefused("A priority can only be set by hand once impact and urgency have been judged.")
            return {"overridden": priority}
        case events.LossStated(per_hour=per_hour):
            return {"loss_per_hour": per_hour}
        case events.Assigned(staff=staff) | events.HandedOver(to=staff):
            return {"owner": staff, "agreements": agreements.owned(ticket.agreements, staff.identifier)} | _card(event)
        case events.Started():
            return {"state": advance(ticket.state, Step.START)}
        case events.NextStepSet(next_step=next_step, due=due):
            return {"next_step": next_step, "due": due}
        case events.EstimateSet(done_by=done_by, work_min=work_min):
            return {"done_by": done_by, "work_min": work_min}
        case events.OnHold(reason=reason, until=until):
            return {"state": advance(ticket.state, Step.HOLD), "hold": reason, "hold_until": until}
        case events.Resumed():
            return {"state": advance(ticket.state, Step.RESUME)}
        case events.SessionRequested() | events.SessionConsented() | events.SessionEnded():
            return _session(ticket, event)
        case _:
            return _outcome(ticket, event) or _facets(ticket, event, at)


def _card(event: events.Assigned | events.HandedOver) -> Changes:
    """The card names the next step; its date stays as it was agreed."""
    return {"next_step": event.next_step} if isinstance(event, events.HandedOver) else {}


def _facets(ticket: Ticket, event: events.TicketEvent, at: datetime) -> Changes:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.KindSet(kind=kind):
            return {"kind": kind}
        case events.RequesterSet():
            return _whose(ticket, event, at)
        case events.LinksRevoked():
            return {"links_revoked_at": at}
        case events.BudgetProlonged(minutes=minutes):
            return {"minutes": minutes}
        case events.Displaced(done_by=done_by):
            return {"done_by": done_by}
        case events.MessageAdded(mark=mark) if mark:
            return {"marks": (*ticket.marks[1 - MARKS :], mark)}
        case events.MessageAdded() | events.SessionNoted() | events.SessionMeasured():
            return {}  # history, not state; and the most frequent
        case _:
            return _facet(ticket, event, at)


def _whose(ticket: Ticket, event: events.RequesterSet, at: datetime) -> Changes:
    changes: Changes = {
        "user": event.user,
        "requester": event.requester,
        "customer": event.customer,
        "language": event.language,
    }
    if event.address:
        changes["address"] = event.address
    same = ticket.user == event.user if ticket.user or event.user else ticket.requester == event.requester
    if not same:
        # Links were sent to somebody else, that address was his, and so perhaps is the machine: the register knows.
        changes |= {"links_revoked_at": at, "address": event.address, "passed_on": True}
    return changes


def _facet(ticket: Ticket, event: events.TicketEvent, at: datetime) -> Changes:  # noqa: PLR0911 - one line for each facet
    if isinstance(event, talk.Heard):
        return {"talk": talk.follow(ticket.talk, event)}
    if isinstance(event, agreements.Agreed):
        return {"agreements": agreements.follow(ticket.agreements, event, at)}
    if isinstance(event, kinship.Related):
        return {"kinship": kinship.follow(ticket.kinship, event)}
    if isinstance(event, proof.Proved):
        return {"proofs": proof.follow(ticket.proofs, event, at)}
    if isinstance(event, ledger.Logged):
        return {"worktime": ledger.follow(ticket.worktime, ticket.number, event)}
    if isinstance(event, notices.Told):
        return {"notices": notices.follow(ticket.notices, event, at)}
    return {}


def _session(ticket: Ticket, event: events.SessionRequested | events.SessionConsented | events.SessionEnded) -> Changes:
    match event:
        case events.SessionRequested(session=session):
            return {"sessions": (*ticket.sessions, session)}
        case events.SessionConsented(session=session):
            return {"consented": (*ticket.consented, session)}
        case events.SessionEnded(session=session, worked_s=worked_s):
            return {
                "sessions": tuple(s for s in ticket.sessions if s != session),
                "consented": tuple(s for s in ticket.consented if s != session),
                "worked_s": ticket.worked_s + worked_s,
            }


def _outcome(ticket: Ticket, event: events.TicketEvent) -> Changes:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.Resolved(solution=solution, alternatives=alternatives):
            state = advance(ticket.state, Step.RESOLVE)
            talk.check_resolvable(ticket.talk)
            return {
                "state": state,
                "solution": solution,
                "alternatives": alternatives,
                "next_step": "",
                "due": None,
                "done_by": None,
                "work_min": None,
            }
        case events.Accepted():
            return {"state": advance(ticket.state, Step.ACCEPT)}
        case events.NotSolved():
            return {"state": advance(ticket.state, Step.NOT_SOLVED), "solution": "", "alternatives": ()}
        case events.Cancelled():
            return {"state": advance(ticket.state, Step.CANCEL)}
        case events.Reopened():
            return {"state": advance(ticket.state, Step.REOPEN), "solution": "", "alternatives": ()}
        case events.WentDormant():
            if ticket.state is not TicketState.RESOLVED and ticket.hold is not events.HoldReason.USER:
                raise StepRefused("Only a ticket that waits for its requester can go dormant.")
            return {"dormant": True}
        case _:
            return {}
