"""What console and agent say to each other inside the tunnel, seen from the console. Pure; distrusts the agent.

Guarantees: no picture and no message leaves here before the peer proved to be the device that the ticket names and
its user's signed consent was checked against this tunnel; a fault ends the conversation for good. A line that is cut
interrupts it: it goes on in another tunnel, with the program that gave the consent and nobody else.
"""

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from console.language import _
from console.session.stages import Stage, Step, StepRefused, advance
from protocol import consent as consents
from protocol.consent import Consent, ConsentError
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session import framing, messages, resumption
from protocol.session.framing import FrameReader, Kind
from protocol.session.resumption import ResumptionError
from protocol.trust import Identity, Organisation, Party, RevocationList, Role
from protocol.tunnel import Closed, DataReceived, Side, Tunnel, TunnelError
from protocol.tunnel import Secured as TunnelSecured


class SessionFault(Exception):  # noqa: N818 - what happened, with the sentence for the technician
    """The session cannot go on.

    Attributes:
        reason: as the ticket's history will have it.
    """

    def __init__(self, sentence: str, reason: EndReason) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What the technician would like to be allowed."""

    scopes: frozenset[Scope]
    minutes: int
    remark: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """Which session this is: number, ticket, and the device that the other end must prove to be."""

    session: str
    ticket: int
    device: str


@dataclasses.dataclass(frozen=True, slots=True)
class Secured:
    """The other end proved who it is; the user is being asked."""

    device: Party


@dataclasses.dataclass(frozen=True, slots=True)
class Allowed:
    """The user agreed to this; the first of these lets pictures through, later ones replace it."""

    consent: Consent


@dataclasses.dataclass(frozen=True, slots=True)
class NotAllowed:
    """The user did not agree; the sentence is the other end's. Before any consent, the goodbye follows."""

    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class Resumed:
    """The other end is back, and proved to be the same."""


@dataclasses.dataclass(frozen=True, slots=True)
class FrameReceived:
    """The body of a picture message, not decoded yet."""

    body: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Over:
    """The other end ended it."""

    reason: EndReason


Shown = (
    messages.ScreenChanged
    | messages.CursorChanged
    | messages.CursorMoved
    | messages.KeyboardChanged
    | messages.PictureTimed
    | messages.InputDropped
)
Event = Secured | Allowed | NotAllowed | Resumed | FrameReceived | Over | Shown


class Conversation:
    """One session from the handshake to the goodbye: socket bytes in, events out; messages in, socket bytes out.

    Attributes:
        stage: SECURING or later.
        consent: what is agreed, once it was checked.
    """

    def __init__(  # noqa: PLR0913 - who, with whom, about what, and what is known
        self,
        subject: Subject,
        wish: Wish,
        identity: Identity,
        *,
        organisation: Organisation,
        revocations: RevocationList,
        now: datetime,
        films: bool = False,
    ) -> None:
        """Begins the handshake: there are bytes to send at once. `films`: whether this console can show them."""
        self._subject, self._wish, self._identity, self._films = subject, wish, identity, films
        self._organisation = organisation
        self._first: TunnelSecured | None = None
        self._now: TunnelSecured | None = None
        self._begin_tunnel(revocations, now)
        self.stage = Stage.SECURING
        self.consent: Consent | None = None

    def _begin_tunnel(self, revocations: RevocationList, now: datetime) -> None:
        self._tunnel = Tunnel(
            Side.CONSOLE, self._identity, organisation=self._organisation, revocations=revocations, now=now
        )
        self._reader = FrameReader()
        self._now = None

    def receive_data(self, data: bytes, now: datetime) -> Iterator[Event]:
        """Takes one binary message from the socket, at `now` (aware UTC).

        Raises:
            SessionFault: the peer is not whom it must be, its consent does not hold, or it speaks nonsense.
        """
        try:
            for event in self._tunnel.receive_data(data):
                match event:
                    case TunnelSecured():
                        yield from self._secure(event)
                    case DataReceived(plain):
                        for kind, body in self._reader.receive_data(plain):
                            yield from self._take(kind, body, now)
                            if self.stage is Stage.OVER:
                                return
                    case Closed():
                        yield Over(self.cut())
        except TunnelError as error:
            raise self._fault(_("The secured line broke ({why}).").format(why=error), EndReason.NOT_TRUSTED) from error
        except ResumptionError as error:
            sentence = _("What answered is not what the user allowed ({why}).").format(why=error)
            raise self._fault(sentence, EndReason.NOT_TRUSTED) from error
        except ConsentError as error:
            sentence = _("What came as the user's consent is none ({why}).").format(why=error)
            raise self._fault(sentence, EndReason.NOT_TRUSTED) from error
        except (framing.FramingError, messages.MessageError, StepRefused) as error:
            sentence = _("The other end sent something that makes no sense ({why}).").format(why=error)
            raise self._fault(sentence, EndReason.FAULT) from error

    def interrupt(self) -> bool:
        """The line is cut: nothing comes or goes until `take_up`. False: there is nothing to come back to."""
        if self.stage not in (Stage.RUNNING, Stage.INTERRUPTED):
            return False
        self.stage = advance(self.stage, Step.CUT)
        self._tunnel.data_to_send()  # what was on its way belongs into a tunnel that is gone
        return True

    def take_up(self, revocations: RevocationList, now: datetime) -> None:
        """Both ends are at the relay again: begins another handshake."""
        self._begin_tunnel(revocations, now)

    def cut(self) -> EndReason:
        """The line ended without a goodbye; gives the reason as far as it is known."""
        refused = self.stage is Stage.REFUSED
        self.stage = advance(self.stage, Step.END)
        return EndReason.REFUSED if refused else EndReason.LINE_LOST

    def ask(self, wish: Wish) -> None:
        """Asks the user again, for other scopes or more time."""
        self._wish = wish
        self.send(messages.Ask(self._subject.ticket, wish.scopes, wish.minutes, wish.remark, self._films))

    def send(self, message: messages.FromConsole) -> None:
        """Queues a message; before the tunnel is secured it is dropped, there is nobody to hear it."""
        if self.stage in (Stage.ASKING, Stage.RUNNING):
            self._tunnel.send(framing.pack(Kind.TYPED, messages.encode(message)))

    def end(self, reason: EndReason) -> None:
        """Says goodbye, if anybody is there to hear it, and closes."""
        self.send(messages.Goodbye(reason.value))
        self._tunnel.close()
        self.stage = advance(self.stage, Step.END)

    def data_to_send(self) -> bytes:
        """What is to go to the socket now; asking again gives nothing."""
        return self._tunnel.data_to_send()

    def _secure(self, secured: TunnelSecured) -> Iterator[Secured]:
        if self.stage is Stage.INTERRUPTED:
            self._prove(secured)
            return
        if secured.peer.identifier != self._subject.device:
            raise self._fault(
                _("The machine that answered is not the one this ticket is about; nothing was shown or sent."),
                EndReason.NOT_TRUSTED,
            )
        self._first = secured
        self.stage = advance(self.stage, Step.SECURED)
        self.ask(self._wish)
        yield Secured(secured.peer)

    def _prove(self, secured: TunnelSecured) -> None:
        first, session = self._first, self._subject.session
        if first is None or secured.peer_leaf != first.peer_leaf:
            raise ResumptionError("another machine")
        self._now = secured
        proof = resumption.prove(first.resumption, Role.TECHNICIAN, session=session, binding=secured.binding)
        self._tunnel.send(framing.pack(Kind.TYPED, messages.encode(messages.Resume(proof))))

    def _resume(self, proof: bytes) -> Resumed:
        first, now = self._first, self._now
        if first is None or now is None:
            raise StepRefused("a proof that nobody asked for")
        session = self._subject.session
        resumption.check(proof, first.resumption, Role.DEVICE, session=session, binding=now.binding)
        self.stage = advance(self.stage, Step.RESUMED)
        return Resumed()

    def _take(self, kind: Kind, body: bytes, now: datetime) -> Iterator[Event]:
        if kind is Kind.FRAME:
            if self.stage is not Stage.RUNNING:
                raise StepRefused("a picture before the user agreed")
            yield FrameReceived(body)
            return
        message = messages.decode_from_agent(body)
        match message:
            case messages.ConsentGiven():
                yield self._allow(message.consent, now)
            case messages.ConsentRefused():
                self.stage = advance(self.stage, Step.REFUSED)
                yield NotAllowed(message.sentence)
            case messages.Resumed():
                yield self._resume(message.proof)
            case messages.Goodbye():
                self.stage = advance(self.stage, Step.END)
                yield Over(_reason(message.reason))
            case _:
                if self.stage is not Stage.RUNNING:
                    raise StepRefused(f"{type(message).__name__} before the user agreed")
                yield message

    def _allow(self, encoded: bytes, now: datetime) -> Allowed:
        if self._first is None:
            raise StepRefused("a consent before there is a tunnel")
        consent = consents.read(encoded, device_leaf=self._first.peer_leaf)
        consents.check_parties(
            consent, session=self._subject.session, binding=self._first.binding, technician_leaf=self._identity.leaf
        )
        if consent.ticket != self._subject.ticket:
            raise ConsentError("the consent was given for another ticket")
        if not consent.scopes <= self._wish.scopes:
            raise ConsentError("the consent allows what nobody asked for")
        if now >= consent.end:
            raise ConsentError("the consent is over already; is the clock of one of the two computers wrong?")
        self.stage = advance(self.stage, Step.ALLOWED)
        self.consent = consent
        return Allowed(consent)

    def _fault(self, sentence: str, reason: EndReason) -> SessionFault:
        self.stage = advance(self.stage, Step.END)
        return SessionFault(sentence, reason)


def _reason(text: str) -> EndReason:
    try:
        return EndReason(text)
    except ValueError:
        return EndReason.FAULT
