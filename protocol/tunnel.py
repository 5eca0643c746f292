"""TLS 1.3 with certificates on both sides, between console (client) and agent (server), in memory. Pure.

Guarantees: what comes out was written by the party whose certificate was verified against the organisation's root,
in order and whole, or `TunnelError` is raised and nothing comes out ever again. One protocol version, no resumption
of TLS, no fallback. The relay may not import this module.

OpenSSL checks the chain during the handshake (RFC 8446, 4.4.2.4); `protocol.trust.verify_chain` checks it again with
our rules of roles and revocation before a single byte is handed out.
"""

import dataclasses
import enum
from collections.abc import Iterable, Iterator
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto

from protocol.trust import Distrust, Identity, Organisation, Party, RevocationList, Role, TrustError, verify_chain

_BINDING_LABEL = b"EXPORTER-Channel-Binding"
_BINDING_BYTES = 32
"""Label and length of ``tls-exporter``, RFC 9266 section 4.2."""
_RESUMPTION_LABEL = b"EXPERIMENTAL-athand-resumption"
"""RFC 5705, section 4: such labels are for private use."""
_READ_BYTES = 256 * 1024
_WRITE_BYTES = 16 * 1024
"""One TLS record (RFC 8446, 5.1): OpenSSL takes a write whole or not at all, and a memory BIO never refuses one."""


class Side(enum.Enum):
    """Which end this is."""

    CONSOLE = Role.TECHNICIAN
    AGENT = Role.DEVICE

    @property
    def peer_role(self) -> Role:
        """Whom the other end must prove to be."""
        return Role.DEVICE if self is Side.CONSOLE else Role.TECHNICIAN


class State(enum.Enum):
    """Where a tunnel is."""

    HANDSHAKE = "handshake"
    OPEN = "open"
    CLOSED = "closed"
    BROKEN = "broken"


class TunnelError(Exception):
    """The tunnel is broken for good: bytes were changed, or the other end is not whom it must be."""


@dataclasses.dataclass(frozen=True, slots=True)
class Secured:
    """The handshake is done and the peer's certificate verified.

    Attributes:
        peer: who it is, as certified.
        peer_leaf: the peer's certificate, DER.
        peer_chain: it and its intermediate, DER.
        binding: the channel binding of this tunnel, 32 bytes, equal on both ends and nowhere else.
        resumption: a secret of this tunnel, 32 bytes, equal on both ends and to be told to nobody
            (`protocol.session.resumption`).
    """

    peer: Party
    peer_leaf: bytes
    peer_chain: tuple[bytes, ...]
    binding: bytes
    resumption: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class DataReceived:
    """Plaintext, cut anywhere."""

    data: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Closed:
    """The peer said that nothing more comes (close_notify)."""


Event = Secured | DataReceived | Closed


class Tunnel:
    """One end of one tunnel: bytes from the socket in, events out; plaintext in, bytes for the socket out."""

    def __init__(
        self,
        side: Side,
        identity: Identity,
        *,
        organisation: Organisation,
        revocations: RevocationList,
        now: datetime,
    ) -> None:
        """Begins the handshake; a console has bytes to send at once.

        Args:
            side: which end this is.
            identity: whose certificate and key this end shows.
            organisation: whose root the peer must descend from.
            revocations: a list that was read and is fresh at `now`.
            now: aware UTC; certificates must be valid at this time.
        """
        self._side, self._organisation, self._revocations, self._now = side, organisation, revocations, now
        self.state = State.HANDSHAKE
        self._tls = SSL.Connection(_context(identity, organisation, now), None)
        if side is Side.CONSOLE:
            self._tls.set_connect_state()
        else:
            self._tls.set_accept_state()
        self._outgoing: list[bytes] = []
        if side is Side.CONSOLE:
            self._shake_hands()
            self._collect()

    def receive_data(self, data: bytes) -> Iterator[Event]:
        """Takes bytes from the socket and yields what follows from them.

        Raises:
            TunnelError: anything at all was wrong; the tunnel is of no more use.
        """
        if self.state in (State.CLOSED, State.BROKEN):
            raise TunnelError(f"bytes for a tunnel that is {self.state.value}")
        view = memoryview(data)
        try:
            while view:
                view = view[self._tls.bio_write(bytes(view[:_READ_BYTES])) :]
                if self.state is State.HANDSHAKE and (secured := self._shake_hands()):
                    yield secured
                if self.state is State.OPEN:
                    yield from self._read()
        except SSL.Error as error:
            self.state = State.BROKEN
            raise TunnelError(f"the secured connection broke: {_sentence(error)}") from error
        except TrustError as error:
            self.state = State.BROKEN
            raise TunnelError(str(error)) from error
        finally:
            self._collect()

    def send(self, parts: Iterable[bytes | bytearray | memoryview]) -> None:
        """Encrypts plaintext; `data_to_send` has the result.

        Raises:
            TunnelError: the tunnel is not open.
        """
        if self.state is not State.OPEN:
            raise TunnelError(f"nothing can be sent through a tunnel that is {self.state.value}")
        for record in in_pieces(parts, _WRITE_BYTES):  # each has 22 bytes of its own
            self._tls.sendall(b"".join(record))
        self._collect()

    def close(self) -> None:
        """Says that nothing more comes."""
        if self.state is State.OPEN:
            self._tls.shutdown()
            self._collect()
        if self.state is not State.BROKEN:
            self.state = State.CLOSED

    def data_to_send(self) -> bytes:
        """Everything that is to go to the socket now, in order; asking again gives nothing."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def _shake_hands(self) -> Secured | None:
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            return None
        chain = tuple(
            certificate.public_bytes(Encoding.DER)
            for certificate in self._tls.get_peer_cert_chain(as_cryptography=True) or ()
        )
        leaf = self._tls.get_peer_certificate(as_cryptography=True)
        if leaf is None:
            raise TrustError(Distrust.MALFORMED, "the other end showed no certificate")
        if not chain or chain[0] != leaf.public_bytes(Encoding.DER):  # OpenSSL leaves the leaf out on a server's side
            chain = (leaf.public_bytes(Encoding.DER), *chain)
        peer = verify_chain(
            chain,
            organisation=self._organisation,
            role=self._side.peer_role,
            now=self._now,
            revocations=self._revocations,
        )
        binding = self._tls.export_keying_material(_BINDING_LABEL, _BINDING_BYTES, b"")
        resumption = self._tls.export_keying_material(_RESUMPTION_LABEL, _BINDING_BYTES, b"")
        self.state = State.OPEN
        return Secured(peer, chain[0], chain, binding, resumption)

    def _read(self) -> Iterator[Event]:
        while True:
            try:
                yield DataReceived(self._tls.recv(_READ_BYTES))
            except SSL.WantReadError:
                return
            except SSL.ZeroReturnError:
                self.state = State.CLOSED
                yield Closed()
                return

    def _collect(self) -> None:
        while True:
            try:
                self._outgoing.append(self._tls.bio_read(_READ_BYTES))
            except SSL.Error:  # WantReadError: the BIO is empty
                return


def _context(identity: Identity, organisation: Organisation, now: datetime) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.set_max_proto_version(SSL.TLS1_3_VERSION)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    leaf, *intermediates = (x509.load_der_x509_certificate(der) for der in identity.chain)
    context.use_certificate(leaf)
    for intermediate in intermediates:
        context.add_extra_chain_cert(intermediate)
    context.use_privatekey(identity.key)
    store = context.get_cert_store()
    if store is None:
        raise TunnelError("OpenSSL gave no certificate store")
    store.add_cert(_as_openssl(organisation.root))
    store.set_time(now)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    return context


def _as_openssl(der: bytes) -> crypto.X509:
    return crypto.X509.from_cryptography(x509.load_der_x509_certificate(der))


def _sentence(error: SSL.Error) -> str:
    """OpenSSL's own words for the first thing that went wrong."""
    match error.args:
        case ([(_, _, str(reason)), *_], *_):
            return reason
    return type(error).__name__


def in_pieces(parts: Iterable[bytes | bytearray | memoryview], most: int) -> Iterator[list[memoryview]]:
    """The parts in order, in as few pieces of at most `most` bytes as can be, without copying them."""
    piece: list[memoryview] = []
    room = most
    for part in parts:
        left = memoryview(part)
        while len(left) >= room:
            yield [*piece, left[:room]]
            left, room = left[room:], most
            piece.clear()
        if left:
            piece.append(left)
            room -= len(left)
    if piece:
        yield piece
