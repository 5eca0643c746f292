"""One agent or console on /control: reads a request, has it done, answers; one at a time, in order.

Guarantees that a client that does not take its answers is not read from, and that whatever it sends gets an answer or
ends its socket, counted. On the loop's thread; distrusts every message.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from websockets.frames import CloseCode
from websockets.protocol import State

from protocol import envelope, limits
from protocol.envelope import RefusalReason
from protocol.trust import Role
from relay.admission import Buckets
from relay.counts import Counts
from relay.desk.room import Requester
from relay.desk.service import Desk
from relay.errors import StoreFault
from relay.sockets.clients import Client, Clients
from relay.sockets.connection import RelayConnection
from relay.sockets.greeting import Greeter

MISTAKES = 20
"""Messages that are none, in a row; then it is no client of ours."""
PAUSE_S = 1.0 / limits.REQUESTS_PER_IDENTITY[0]
"""Whoever asks too fast is refused, and then not read for so long: a flood stays on its sender's side."""


class _Ref(msgspec.Struct):
    ref: envelope.Ref


class Control:
    """Serves /control.

    Attributes:
        stopping: the relay is; nobody has to be told who leaves.
    """

    def __init__(
        self, greeter: Greeter, clients: Clients, desk: Desk, counts: Counts, seconds: Callable[[], float]
    ) -> None:
        """`seconds` is monotonic."""
        self.stopping = False
        self._greeter, self._clients, self._desk, self._counts = greeter, clients, desk, counts
        self._seconds = seconds
        self._requests = Buckets(*limits.REQUESTS_PER_IDENTITY)

    async def serve(self, connection: RelayConnection) -> None:
        """Until it closes. Raises ConnectionClosed."""
        peer = await self._greeter.greet(connection)
        if peer is None or not connection.said_nothing_more():
            return
        client = Client(peer, connection)
        self._greeter.welcome(connection)
        self._clients.add(client)
        is_device = peer.party.role is Role.DEVICE
        try:
            if is_device:
                self._desk.offer_again(peer.party.identifier)
                await self._presence(client)
            await self._requests_of(client)
        finally:
            if self._clients.remove(client) and is_device:
                await self._presence(client)

    async def _requests_of(self, client: Client) -> None:
        mistakes = 0
        async for text in client.connection:
            if client.connection.leaving:
                return
            answer = await self._answer(client, text)
            if answer is None:
                return
            reason = answer.reason if isinstance(answer, envelope.RequestRefused) else None
            mistakes = mistakes + 1 if reason is RefusalReason.BAD_INPUT else 0
            if mistakes > MISTAKES:
                client.connection.refuse("too_many_mistakes", CloseCode.POLICY_VIOLATION, "Too many mistakes.")
                return
            client.push(answer)
            with contextlib.suppress(ConnectionError):  # cut while it was waited for: the next line says so properly
                await client.connection.drain()
            if reason is RefusalReason.TOO_FAST and client.connection.state is State.OPEN:
                await asyncio.sleep(PAUSE_S)

    async def _answer(self, client: Client, text: str | bytes) -> envelope.ToClient | None:
        if isinstance(text, bytes):
            client.connection.refuse("binary_on_control", CloseCode.UNSUPPORTED_DATA, "Only text passes here.")
            return None
        if not self._requests.take(f"{client.peer.party.role}:{client.peer.party.identifier}", self._seconds()):
            self._counts.add("requests_too_fast", identity=client.peer.party.identifier)
            sentence = "Too many requests at once; please wait a moment."
            return envelope.RequestRefused(_ref_of(text), RefusalReason.TOO_FAST, sentence)
        try:
            return await self._ask(client, text)
        except envelope.EnvelopeError:
            self._counts.add("malformed_request", identity=client.peer.party.identifier)
            sentence = "The server did not understand this; are both programs of the same version?"
            return envelope.RequestRefused(_ref_of(text), RefusalReason.BAD_INPUT, sentence)

    def _ask(self, client: Client, text: str) -> Awaitable[envelope.ToClient]:
        party = client.peer.party
        if party.role is Role.DEVICE:
            return self._desk.for_agent(Requester(party, client.peer.leaf), envelope.decode_from_agent(text))
        return self._desk.for_console(party, envelope.decode_from_console(text))

    async def _presence(self, client: Client) -> None:
        if self.stopping or not self._clients.count(Role.TECHNICIAN):
            return
        try:
            await self._desk.presence_changed(client.peer.party.identifier)
        except StoreFault as fault:
            self._counts.add("store_fault", why=repr(fault.__cause__)[:300])


def _ref_of(text: str) -> int:
    try:
        return msgspec.json.decode(text, type=_Ref).ref
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return 0
