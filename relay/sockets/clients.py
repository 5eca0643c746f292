"""Who is signed in on /control, and how the desk reaches them. On the loop's thread.

Guarantees one socket for each identity: a newer one replaces the older, so that a half-dead line locks nobody out.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from protocol import envelope
from protocol.trust import Role
from relay.counts import Counts
from relay.sockets.connection import RelayConnection
from relay.sockets.greeting import Peer

REPLACED = 4001
"""Close code (RFC 6455, 7.4.2: private use) of the older of two sockets of one identity; do not reconnect at once."""


class Client:
    """One agent or console on /control."""

    __slots__ = ("connection", "peer")

    def __init__(self, peer: Peer, connection: RelayConnection) -> None:
        """Signed in."""
        self.peer, self.connection = peer, connection

    def push(self, message: envelope.ToClient) -> None:
        """Says something, without waiting, unless there was no such thing in the client's version yet."""
        told = envelope.spoken(message, self.connection.version)
        if told is not None:
            self.connection.push(envelope.encode(told))


class Clients:
    """All of them, by role and identifier."""

    def __init__(self, counts: Counts, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Nobody yet. `clock` gives aware UTC."""
        self._counts, self._clock = counts, clock
        # Devices that were here, and in which version; there are no more than certificates.
        self._left: dict[str, tuple[datetime, int]] = {}
        self._by_role: dict[Role, dict[str, Client]] = {Role.DEVICE: {}, Role.TECHNICIAN: {}}

    def __iter__(self) -> Iterator[Client]:
        """Everybody."""
        return iter([client for clients in self._by_role.values() for client in clients.values()])

    def count(self, role: Role) -> int:
        """How many of a kind."""
        return len(self._by_role[role])

    def add(self, client: Client) -> None:
        """Somebody came; who was there under the same identity goes."""
        clients = self._by_role[client.peer.party.role]
        before = clients.get(client.peer.party.identifier)
        clients[client.peer.party.identifier] = client
        if before is not None:
            before.connection.refuse("replaced", REPLACED, "Signed in from elsewhere.")

    def remove(self, client: Client) -> bool:
        """Somebody's socket closed; False: a newer one had taken its place."""
        clients = self._by_role[client.peer.party.role]
        if clients.get(client.peer.party.identifier) is not client:
            return False
        del clients[client.peer.party.identifier]
        if client.peer.party.role is Role.DEVICE:
            self._left[client.peer.party.identifier] = self._clock(), client.connection.version
        return True

    # --- what the desk asks for
    def online(self, device: str) -> bool:
        """Whether a device can be reached now."""
        return device in self._by_role[Role.DEVICE]

    def shows(self, device: str, kind: type[Struct]) -> bool:
        """Whether a device is signed in whose agent has heard of what it is told."""
        client = self._by_role[Role.DEVICE].get(device)
        return client is not None and envelope.can_read(kind, client.connection.version)

    def has_shown(self, device: str, since: datetime, kind: type[Struct]) -> bool:
        """Whether it does, or has after an instant, as far as this process knows."""
        left_at, version = self._left.get(device, (since, 0))
        return self.shows(device, kind) or (left_at > since and envelope.can_read(kind, version))

    def is_there(self, technician: str) -> bool:
        """Whether a technician's console is signed in."""
        return technician in self._by_role[Role.TECHNICIAN]

    def tell_device(self, device: str, message: envelope.ToClient) -> bool:
        """To a device's agent; whether it is there."""
        client = self._by_role[Role.DEVICE].get(device)
        if client is None:
            return False
        client.push(message)
        return True

    def tell_technician(self, technician: str, message: envelope.ToClient) -> None:
        """To one technician's console, if it is there."""
        client = self._by_role[Role.TECHNICIAN].get(technician)
        if client is not None:
            client.push(message)

    def tell_staff(self, message: envelope.ToClient) -> None:
        """To all consoles."""
        texts: dict[int, str | None] = {}
        for client in list(self._by_role[Role.TECHNICIAN].values()):
            version = client.connection.version
            if version not in texts:
                told = envelope.spoken(message, version)
                texts[version] = None if told is None else envelope.encode(told)
            if (text := texts[version]) is not None:
                client.connection.push(text)
