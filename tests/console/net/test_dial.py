import asyncio
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from console.errors import AddressRefused
from console.net.dial import CannotReach, dial, host_of
from protocol import limits
from protocol.trust import Organisation
from tests.parties import Parties
from tests.relay.rig import scene
from tests.stalled import deaf_server, fill

ORGANISATION = Parties().organisation


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("wss://relay.example.org", "relay.example.org"),
        ("wss://relay.example.org:8443/athand", "relay.example.org"),
        ("ws://127.0.0.1:8443", "127.0.0.1"),
        ("ws://localhost", "localhost"),
        ("ws://[::1]:8443", "::1"),
    ],
)
def test_encrypted_or_on_this_machine_is_dialled(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "ws://relay.example.org",
        "ws://127.0.0.1.example.org",
        "ws://10.0.0.1",
        "http://localhost",
        "wss://",
        "relay.example.org",
        "",
        "wss://[::1",
        "wss://host:port",
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"must begin with wss://"):
        host_of(url)


@given(st.text(max_size=40))
def test_whatever_is_typed_as_an_address_is_one_or_is_refused(url: str) -> None:
    try:
        host_of(url)
    except AddressRefused:
        return


def reach(url: str, organisation: Organisation = ORGANISATION) -> str:
    async def once() -> None:
        async with dial(url, "/control", organisation, max_bytes=1000):
            pass

    with pytest.raises(CannotReach) as caught:
        asyncio.run(once())
    return str(caught.value)


async def _answer_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    await writer.drain()
    writer.close()


def test_nobody_there_is_a_sentence() -> None:
    assert reach("ws://127.0.0.1:9") == "The server cannot be reached."


def test_somebody_else_there_is_a_sentence() -> None:
    async def once() -> None:
        async with await asyncio.start_server(_answer_nonsense, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with dial(f"ws://127.0.0.1:{port}", "/control", ORGANISATION, max_bytes=1000):
                pass

    with pytest.raises(CannotReach, match="does not speak athand"):
        asyncio.run(once())


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_proxy_whose_relay_is_being_started_anew_is_a_server_that_cannot_be_reached(status: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async def once() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with dial(f"ws://127.0.0.1:{port}", "/control", ORGANISATION, max_bytes=1000):
                pass

    with pytest.raises(CannotReach, match="cannot be reached"):
        asyncio.run(once())


def test_a_server_with_another_certificate_is_told_nothing(tls_server: ssl.SSLContext) -> None:
    async def once() -> None:
        async with await asyncio.start_server(_answer_nonsense, "127.0.0.1", 0, ssl=tls_server) as server:
            port = server.sockets[0].getsockname()[1]
            async with dial(f"wss://127.0.0.1:{port}", "/control", ORGANISATION, max_bytes=1000):
                pass

    with pytest.raises(CannotReach, match="not the one it must be"):
        asyncio.run(once())


@scene
async def test_a_server_that_takes_nothing_any_more_keeps_no_socket_from_being_closed() -> None:
    async with deaf_server() as port:
        url = f"ws://127.0.0.1:{port}"
        async with asyncio.timeout(8), dial(url, "/control", ORGANISATION, max_bytes=1000) as socket:
            sending = await fill(socket)
            sending.cancel()
        assert socket.close_code is not None


@scene
async def test_a_server_that_takes_nothing_for_long_is_a_line_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STALL_S", 0.2)
    async with deaf_server() as port, asyncio.timeout(8):
        url = f"ws://127.0.0.1:{port}"
        async with dial(url, "/control", ORGANISATION, max_bytes=1000) as socket:
            await (await fill(socket))
            with pytest.raises(ConnectionClosed):
                await socket.recv()
