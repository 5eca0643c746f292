"""Requests and tickets made up for the agent's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.letters import Letter, Wrote, letter
from agent.messages import Question, TechnicianShown
from agent.outbox import Request, new_request_id
from agent.own_tickets import OwnTicket
from protocol import envelope
from protocol.desk.events import Staff
from protocol.desk.states import TicketState
from protocol.diagnostics import DiagnosticField
from protocol.scopes import Scope

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
JANA = Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
MEMORY = DiagnosticField("memory", "Memory", "3 GB free of 8 GB")


def a_request(**changes: Any) -> Request:
    facts: dict[str, Any] = {
        "request": new_request_id(),
        "requester": "Eva",
        "problem": "The printer is on fire",
        "urgency": 2,
        "minutes": 20,
        "diagnostics": (MEMORY,),
        "asked_at": NOW,
    }
    return Request(**(facts | changes))


def a_letter(ticket: int = 7, text: str = "It still smokes") -> Letter:
    return letter(ticket, Wrote(text))


def a_view(request: Request, number: int = 7, **changes: Any) -> envelope.TicketView:
    facts: dict[str, Any] = {
        "number": number,
        "revision": 1,
        "state": TicketState.NEW,
        "problem": request.problem,
        "requester": request.requester,
        "device": "laptop",
        "device_label": "Eva's laptop",
        "urgency": request.urgency,
        "minutes": request.minutes,
        "asked_at": request.asked_at,
        "opened_at": request.asked_at,
        "changed_at": request.asked_at,
        "request": request.request,
    }
    return envelope.TicketView(**(facts | changes))


def a_ticket(view: envelope.TicketView, *history: envelope.HistoryLine) -> envelope.Ticket:
    return envelope.Ticket(1, view, (), history, envelope.Witness(1, bytes(32)))


def a_question(**changes: Any) -> Question:
    facts: dict[str, Any] = {
        "session": "c" * 32,
        "technician": TechnicianShown("Jana Nováková", "Support engineer", "+420 123 456", "Example GmbH"),
        "own": OwnTicket("a" * 32, "The printer is on fire", datetime.now(UTC) - timedelta(minutes=5), 20, 7),
        "scopes": frozenset({Scope.SEE, Scope.CONTROL}),
        "minutes": 20,
        "remark": "",
    }
    return Question(**(facts | changes))
