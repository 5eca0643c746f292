"""What the tunnel is held against: the same interface with nothing in it, for controls that must fail.

It is here and nowhere else: the product has no way to do without its tunnel.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from protocol.trust import Identity, Organisation, RevocationList, verify_chain
from protocol.tunnel import Closed, DataReceived, Event, Secured, Side, State, TunnelError

_HELLO, _DATA, _ALERT = 22, 23, 21
_TAG = bytes(16)


class PlainTunnel:
    """Records as TLS has them, with plaintext, a tag that nobody checks, and a handshake that proves nothing."""

    def __init__(
        self,
        side: Side,
        identity: Identity,
        *,
        organisation: Organisation,
        revocations: RevocationList,
        now: datetime,
    ) -> None:
        self._side, self._chain = side, identity.chain
        self._believe = (organisation, revocations, now)
        self.state = State.HANDSHAKE
        self._incoming, self._outgoing = bytearray(), bytearray()
        if side is Side.CONSOLE:
            self._hello()

    def receive_data(self, data: bytes) -> Iterator[Event]:
        if self.state in (State.CLOSED, State.BROKEN):
            raise TunnelError(f"bytes for a tunnel that is {self.state.value}")
        self._incoming += data
        while len(self._incoming) >= 5:
            end = 5 + int.from_bytes(self._incoming[3:5], "big")
            if len(self._incoming) < end:
                return
            kind, body = self._incoming[0], bytes(self._incoming[5:end])
            del self._incoming[:end]
            if kind == _ALERT:
                self.state = State.CLOSED
                yield Closed()
                return
            if kind == _HELLO and self.state is State.HANDSHAKE:
                yield self._secured(body)
            elif kind == _DATA and self.state is State.OPEN:
                yield DataReceived(body.removesuffix(_TAG))

    def send(self, parts: Iterable[bytes | bytearray | memoryview]) -> None:
        data = b"".join(bytes(part) for part in parts)
        for at in range(0, len(data), 16 * 1024):
            self._write(_DATA, data[at : at + 16 * 1024] + _TAG)

    def close(self) -> None:
        self.state = State.CLOSED

    def data_to_send(self) -> bytes:
        data, self._outgoing = bytes(self._outgoing), bytearray()
        return data

    def _hello(self) -> None:
        self._write(_HELLO, b"".join(len(one).to_bytes(2, "big") + one for one in self._chain))

    def _write(self, kind: int, body: bytes) -> None:
        self._outgoing += bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body

    def _secured(self, body: bytes) -> Secured:
        chain, at = [], 0
        while at < len(body):
            length = int.from_bytes(body[at : at + 2], "big")
            chain.append(body[at + 2 : at + 2 + length])
            at += 2 + length
        organisation, revocations, now = self._believe
        role = self._side.peer_role
        peer = verify_chain(chain, organisation=organisation, role=role, now=now, revocations=revocations)
        if self._side is Side.AGENT:
            self._hello()
        self.state = State.OPEN
        return Secured(peer, chain[0], tuple(chain), bytes(32), bytes(32))
