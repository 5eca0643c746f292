"""What the desk adds by itself, in the same transaction, whoever changed the ticket and by whichever way.

Guarantees (promises 15, 16): after every commit an open ticket has a next step, a date for it and an estimate; those
the desk gave itself follow the contract's targets as long as nobody of the staff has said anything better. A ticket
that waits for its requester goes on when he writes. Pure.
"""

from collections.abc import Sequence
from datetime import datetime

from protocol.desk import events, own_steps
from protocol.desk.book import Book
from protocol.desk.events import HoldReason
from protocol.desk.ticket import Ticket
from protocol.desk.track import is_word_of_requester
from relay.desk.agreed import Agreed
from relay.store.projections import Step


class Completing:
    """See the module; given to the store."""

    def __init__(self, agreed: Agreed) -> None:
        self._agreed = agreed

    def __call__(self, steps: Sequence[Step], book: Book, now: datetime) -> list[events.TicketEvent]:
        """What is to be added to the ticket that these steps, the newest last, happened to."""
        before, ticket = steps[0].before, steps[-1].after
        if ticket is None or not ticket.is_open:
            return []
        register = book.register
        added: list[events.TicketEvent] = []
        if ticket.hold is HoldReason.USER and any(_said(step) for step in steps):
            added.append(events.Resumed())
        judged_anew = before is not None and before.priority != ticket.priority
        agreed = bool(self._agreed.clocks(register, ticket, now))
        due = ticket.due
        if due is None or (judged_anew and agreed and ticket.due_by_desk):
            due = self._agreed.due(register, ticket, now)
        step = events.NextStepSet(ticket.next_step.strip() or _sentence(ticket), due)
        if (step.next_step, step.due) != (ticket.next_step, ticket.due):
            added.append(step)
        done_by = ticket.done_by
        if done_by is None or (judged_anew and agreed and ticket.done_by_desk):
            done_by = self._agreed.done_by(register, ticket, now)
        if done_by != ticket.done_by:
            added.append(events.EstimateSet(done_by, ticket.work_min))
        return added


def _said(step: Step) -> bool:
    said = (events.MessageAdded, events.QuestionAnswered, events.InstructionAnswered, events.ReadBackAnswered)
    return isinstance(step.entry.event, said) and is_word_of_requester(step.entry)


def _sentence(ticket: Ticket) -> str:
    return own_steps.ANSWER if ticket.track.answered_us is None else own_steps.ANSWER_AGAIN
