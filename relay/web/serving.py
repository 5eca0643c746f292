"""Serves an ASGI application within the relay's own loop. Distrusts every client.

Guarantees: a socket that cannot be had says so in one sentence; signals stay the relay's; one request a connection, so
that a client is slow at most once: REQUEST_S from its first byte to its last, HEAD_S for the head of its request.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Iterator

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from relay.errors import StartRefused

HEAD_S = 10.0
REQUEST_S = 120.0
"""A file of 10 MB on a line of 1 Mbit/s; behind a proxy that collects requests first, far less."""
CONNECTIONS = 256
"""At once, in all; beyond it the answer is 503. A page takes milliseconds."""
HEAD_BYTES = 16 * 1024
STOP_S = 2


class _BoundedProtocol(H11Protocol):
    """uvicorn's own, which waits for ever for the rest of a head, or for a client to read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._bounds = [
            self.loop.call_later(HEAD_S, self._check_head),
            self.loop.call_later(REQUEST_S, transport.abort),
        ]

    def connection_lost(self, exc: Exception | None) -> None:
        for bound in self._bounds:
            bound.cancel()
        super().connection_lost(exc)

    def _check_head(self) -> None:
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()


class _Server(uvicorn.Server):
    """Without a hand on the process's signals; says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Serving:
    """One application on one port."""

    def __init__(self, app: ASGIApp, host: str, port: int, proxy: str | None) -> None:
        """`proxy`: the address whose X-Forwarded-For and X-Forwarded-Proto are believed. Port 0 takes a free one."""
        self._app, self._host, self._port, self._proxy = app, host, port, proxy
        self._server: _Server
        self._task: asyncio.Task[None]
        self.port = 0

    async def start(self) -> None:
        """Listens. Raises StartRefused."""
        listener = self._listener()
        self.port = listener.getsockname()[1]
        logging.getLogger("uvicorn").addHandler(logging.NullHandler())
        logging.getLogger("uvicorn").propagate = False  # what goes wrong in a request, `relay.web.guard` says
        self._server = _Server(
            uvicorn.Config(
                self._app,
                http=_BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=self._proxy is not None,
                forwarded_allow_ips=self._proxy or "",
                limit_concurrency=CONNECTIONS,
                h11_max_incomplete_event_size=HEAD_BYTES,
                timeout_graceful_shutdown=STOP_S,
            )
        )
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        """Lets requests under way end, for STOP_S."""
        self._server.should_exit = True
        await self._task

    def _listener(self) -> socket.socket:
        try:
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            return socket.create_server((self._host, self._port), family=family, backlog=CONNECTIONS)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartRefused(
                    f"Port {self._port} on {self._host}, for the web page, is in use already."
                ) from error
            why = error.strerror or error
            raise StartRefused(f"The web page cannot listen on {self._host}, port {self._port}: {why}.") from error
