"""Machines that are watched: thresholds to the agent, faults and checks back. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk.events import CheckResult, Threshold
from protocol.desk.events.watching import CheckName, Target
from protocol.desk.terms import Key, Name, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber
from protocol.moment import Moment

MAX_THRESHOLDS = 100
MAX_FAULTS = 200


class KnownFault(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault of this machine that the desk holds to be open."""

    fault: Key
    check: CheckName
    target: Target


# --- agent → relay
class ReadWatch(MessageBase, frozen=True):
    """What is to be watched on this machine. Answered by `Watch`."""

    ref: Ref


class ReportFault(MessageBase, frozen=True):
    """A figure is beyond its threshold for long enough. Sent again after a cut, with the same `fault`, it is one.

    Attributes:
        value: as shown to people.
    """

    ref: Ref
    fault: Key
    check: CheckName
    target: Target
    value: Text


class ReportRecovery(MessageBase, frozen=True):
    """It is over. Answered by `Done`, also when the desk knew nothing of it."""

    ref: Ref
    fault: Key
    value: Text


class ReportCheck(MessageBase, frozen=True):
    """What a check that the desk asked for found. Answered by `Done`."""

    ref: Ref
    run: Key
    result: CheckResult


# --- relay → agent
class Watch(MessageBase, frozen=True):
    """The answer to `ReadWatch`."""

    ref: Ref
    thresholds: Annotated[tuple[Threshold, ...], Meta(max_length=MAX_THRESHOLDS)]
    open: Annotated[tuple[KnownFault, ...], Meta(max_length=MAX_FAULTS)]


class WatchChanged(MessageBase, frozen=True):
    """The thresholds have changed; read them anew."""


class RunCheck(MessageBase, frozen=True):
    """Look at this now, and report it under this number."""

    run: Key
    check: CheckName
    target: Target


# --- console → relay
class ListFaults(MessageBase, frozen=True):
    """Answered by `Faults`."""

    ref: Ref


class KeepCheck(MessageBase, frozen=True):
    """This check is the proof of a ticket (promise 10): run now, kept if it fails. Answered by `Ticket`."""

    ref: Ref
    ticket: TicketNumber
    check: CheckName
    target: Target


class RunProofs(MessageBase, frozen=True):
    """Run the ticket's kept checks now. Answered by `Ticket`, with what they found."""

    ref: Ref
    ticket: TicketNumber


class OpenProblem(MessageBase, frozen=True):
    """Look for what is behind the tickets of this fingerprint. Answered by `Ticket`: the problem's."""

    ref: Ref
    fingerprint: Name


# --- relay → console
class FaultView(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault that is not over. `ticket` 0: none was opened for it."""

    fault: Key
    device: Name
    device_label: Name
    customer: Name
    check: str
    target: str
    value: str
    since: Moment
    fingerprint: str
    ticket: int


class ClusterView(Struct, frozen=True, forbid_unknown_fields=True):
    """Equal faults (promise 36). `problem` 0: nobody has looked for the cause yet; None: too few to."""

    fingerprint: str
    check: str
    count: int
    devices: int
    first: Moment
    last: Moment
    problem: int | None = None


class Faults(MessageBase, frozen=True):
    """What is wrong now, and what goes wrong again and again."""

    ref: Ref
    open: tuple[FaultView, ...]
    clusters: tuple[ClusterView, ...]


FromAgent = ReadWatch | ReportFault | ReportRecovery | ReportCheck
FromConsole = ListFaults | KeepCheck | RunProofs | OpenProblem
ToClient = Watch | WatchChanged | RunCheck | Faults
