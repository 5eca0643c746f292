"""The tunnel to the technician over the line that there is now: whole messages in and out, and who is at its end.

Guarantees that what comes after a cut comes from whoever the consent was given to (`comeback`), and that what is sent
goes into the tunnel of its time or nowhere. Lives on the event loop. Distrusts the technician and the relay.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from agent.worker.comeback import Comeback
from agent.worker.course import SessionOver
from agent.worker.line import Line
from protocol.desk.events import EndReason
from protocol.session import messages
from protocol.session.framing import FrameReader, Kind, pack
from protocol.session.messages import FromAgent, MessageError
from protocol.trust import Identity, Organisation, RevocationList
from protocol.tunnel import Closed, DataReceived, Secured, Side, State, Tunnel, TunnelError, in_pieces

_PIECE_BYTES = 256 * 1024


class Wire:
    """One session's.

    Attributes:
        line: the one that there is now.
        comeback: which tunnel the consent was given in, and whether this one's ends are the same.
    """

    def __init__(
        self, line: Line, identity: Identity, organisation: Organisation, revocations: RevocationList, *, session: str
    ) -> None:
        self._identity, self._organisation = identity, organisation
        self.comeback = Comeback(session)
        self.renew(line, revocations)

    def renew(self, line: Line, revocations: RevocationList) -> None:
        """Another line, and so another tunnel, with nobody in it yet."""
        self.line = line
        self._tunnel = Tunnel(
            Side.AGENT, self._identity, organisation=self._organisation, revocations=revocations, now=datetime.now(UTC)
        )
        self._reader = FrameReader(largest={Kind.FRAME: 0})
        self.comeback.dialled()

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return self._tunnel.state is State.OPEN

    def receive_data(self, data: bytes) -> Iterator[Secured | Closed | bytes]:
        """Takes bytes from the line; gives who is there, the body of each message, and the end. `flush` afterwards.

        Raises TunnelError, FramingError; MessageError: a picture, which no console sends.
        """
        for event in self._tunnel.receive_data(data):
            if not isinstance(event, DataReceived):
                yield event
                continue
            for kind, body in self._reader.receive_data(event.data):
                if kind is not Kind.TYPED:
                    raise MessageError("a console sends no pictures")
                yield body

    def send(self, message: FromAgent) -> None:
        """Sends a message. Raises SessionOver: there is no tunnel to send it through, or nobody takes what comes."""
        self._write(pack(Kind.TYPED, messages.encode(message)))

    def send_frame(self, parts: list[bytes | memoryview]) -> int:
        """Sends a picture's parts, never held twice in a tunnel's buffers; gives the size it has on the line.

        What is small goes in one piece: each costs the relay and the console a millisecond's fifth.
        """
        return sum(self._write(piece) for piece in in_pieces(pack(Kind.FRAME, *parts), _PIECE_BYTES))

    def flush(self) -> None:
        """Sends what the tunnel has to say by itself. Raises SessionOver."""
        self.line.write(self._tunnel.data_to_send())

    def close(self, farewell: FromAgent) -> None:
        """The last message, and nothing more. Raises TunnelError, SessionOver: there was nobody to hear it."""
        self.send(farewell)
        self._tunnel.close()
        self.flush()

    def _write(self, parts: Sequence[bytes | bytearray | memoryview]) -> int:
        try:
            self._tunnel.send(parts)
        except TunnelError as error:
            raise SessionOver(EndReason.LINE_LOST, "The connection was lost.") from error
        data = self._tunnel.data_to_send()
        self.line.write(data)
        return len(data)
