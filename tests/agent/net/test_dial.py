import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from agent import enrolled, messages
from agent.errors import EnrolmentError
from agent.net.dial import dial, host_of, tls_to
from agent.net.link import Link
from agent.net.membership import Membership
from agent.net.pause import Pause
from agent.place import Place
from protocol import limits
from protocol.trust import Organisation, key_to_pem, new_key
from tests.conftest import Logs
from tests.parties import Parties
from tests.relay.rig import scene
from tests.stalled import deaf_server, fill

PARTIES = Parties()
OURS = PARTIES.organisation


def at(url: str) -> Organisation:
    return msgspec.structs.replace(OURS, relay_url=url)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8443", "ws://localhost:1", "ws://[::1]:8443", "ws://127.8.8.8"])
def test_in_the_clear_only_to_this_very_machine(url: str) -> None:
    assert tls_to(at(url)) is None


@pytest.mark.parametrize(
    "url", ["ws://relay.example.org", "ws://10.0.0.1", "ws://localhost.example.org", "ws://127.0.0.1.example.org"]
)
def test_never_in_the_clear_to_another(url: str) -> None:
    with pytest.raises(EnrolmentError, match="not a secure one"):
        dial(at(url), "/control")


def test_tls_checks_name_and_chain_against_the_organisations_authority_alone() -> None:
    pinned = msgspec.structs.replace(at("wss://relay.example.org"), relay_tls_ca=OURS.root)
    context = tls_to(pinned)
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.cert_store_stats()["x509_ca"] == 1


def test_the_host_that_is_signed_for_is_the_one_dialled() -> None:
    assert host_of(at("wss://relay.example.org:8443/athand")) == "relay.example.org"


def server_certificate(directory: Path) -> tuple[ssl.SSLContext, bytes]:
    """A TLS server's context for 127.0.0.1, and the authority of its certificate, DER."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (directory / "tls.pem").write_bytes(certificate.public_bytes(Encoding.PEM) + key_to_pem(key, None))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "tls.pem")
    return context, certificate.public_bytes(Encoding.DER)


async def greets(socket: ServerConnection) -> None:
    await socket.send("hello")


@scene
async def test_a_relay_behind_tls_is_reached_with_its_authority_and_not_without(tmp_path: Path, logs: Logs) -> None:
    logs.expect("relay's certificate refused")
    context, authority = server_certificate(tmp_path)
    async with serve(greets, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        pinned = msgspec.structs.replace(at(f"wss://127.0.0.1:{port}"), relay_tls_ca=authority)
        async with dial(pinned, "/control") as socket:
            assert await socket.recv() == "hello"
        with pytest.raises(ssl.SSLCertVerificationError):
            async with dial(at(f"wss://127.0.0.1:{port}"), "/control"):
                pass
        told: list[messages.LineChanged] = []
        member = enrolled.Member(at(f"wss://127.0.0.1:{port}"), PARTIES.laptop)
        pause = Pause()
        line = Link(
            Membership(Place(tmp_path), member, pause, told.append),
            pause,
            last_revocations=0,
            on_line=told.append,
            on_signed_in=lambda _: None,
            on_message=lambda _: None,
        )
        task = asyncio.create_task(line.run())
        async with asyncio.timeout(10):
            while len(told) < 2:  # noqa: ASYNC110 - the line has no event for a test
                await asyncio.sleep(0.01)
        task.cancel()
        assert told[1].trouble is messages.Trouble.SERVER_CERTIFICATE


@scene
async def test_a_relay_that_takes_nothing_any_more_keeps_no_socket_from_being_closed() -> None:
    async with deaf_server() as port:
        async with asyncio.timeout(8), dial(at(f"ws://127.0.0.1:{port}"), "/control") as socket:
            sending = await fill(socket)
            sending.cancel()
        assert socket.close_code is not None


@scene
async def test_a_relay_that_takes_nothing_for_long_is_a_line_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STALL_S", 0.2)
    async with deaf_server() as port, asyncio.timeout(8), dial(at(f"ws://127.0.0.1:{port}"), "/control") as socket:
        await (await fill(socket))
        with pytest.raises(ConnectionClosed):
            await socket.recv()
