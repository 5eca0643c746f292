"""Times agreed with people (promise 31): made, moved, over, and a calendar of them. Pure."""

from msgspec import Struct

from protocol import moment
from protocol.desk.events import AppointmentOutcome
from protocol.desk.terms import Key, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.moment import Moment


# --- console → relay
class MakeAppointment(MessageBase, frozen=True):
    """A time agreed, or moved under the same number (promise 31). Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    appointment: Key
    begin: Moment
    end: Moment
    text: Words

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class EndAppointment(MessageBase, frozen=True):
    """It was kept, missed or called off. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    appointment: Key
    outcome: AppointmentOutcome
    text: Text = ""


class ListAppointments(MessageBase, frozen=True):
    """Answered by `Appointments`: those between two instants, the soonest first."""

    ref: Ref
    begin: Moment
    end: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


# --- relay → console
class AppointmentLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A time agreed, in a calendar."""

    ticket: TicketNumber
    appointment: Key
    begin: Moment
    end: Moment
    text: str
    title: str
    requester: str
    owner: str

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class Appointments(MessageBase, frozen=True):
    """Those agreed and not over."""

    ref: Ref
    appointments: tuple[AppointmentLine, ...]


FromConsole = MakeAppointment | EndAppointment | ListAppointments
ToClient = Appointments
