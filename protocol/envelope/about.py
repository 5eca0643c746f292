"""What the desk says of itself to whoever asks for help: when somebody is there, who, and how long a wait is. Pure."""

from typing import Annotated

from msgspec import Meta

from protocol.desk.calendar import Calendar
from protocol.desk.terms import Name, Staff
from protocol.envelope.base import MessageBase, Ref


# --- agent → relay
class ReadAbout(MessageBase, frozen=True):
    """Answered by `About`."""

    ref: Ref


# --- relay → agent
class About(MessageBase, frozen=True):
    """The desk as it is for this device's user.

    Attributes:
        phone: the desk's one number (promise 21); empty: none is published.
        calendar: the service hours, from the very calendar the clocks compute with, its past and the far ahead left
            out (promise 39); None: none is agreed.
        on_duty: who is called outside of them (promise 1), the first one first.
        contact: who knows this user or customer; the deputy while that one is away (promise 4).
        wait_min: for somebody who asks now (promise 42); None: nobody is there to say.
    """

    ref: Ref
    name: Name
    phone: Name
    calendar: Calendar | None = None
    on_duty: Annotated[tuple[Staff, ...], Meta(max_length=8)] = ()
    contact: Staff | None = None
    wait_min: int | None = None


FromAgent = ReadAbout
ToClient = About
