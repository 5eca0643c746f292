"""Calls to whoever is on duty. Pure. That somebody is called stands in the ticket's view (`TicketView.called`)."""

from protocol.envelope.base import MessageBase, Ref, TicketNumber


class AcknowledgePage(MessageBase, frozen=True):
    """The technician has heard that he is called for this ticket (promise 1). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber


FromConsole = AcknowledgePage
