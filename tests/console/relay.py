"""A small relay in a thread of its own, for tests: real websockets and sign-in, scripted answers, one agent end.

The real relay has its own tests and the end-to-end ones; this one can misbehave on demand.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from protocol import envelope, limits, signin
from protocol.envelope import FromConsole, ToClient, Witness
from protocol.trust import EnrolmentAnswer, decode_request, encode_answer
from tests.console.agent_end import AgentEnd
from tests.parties import Parties

WITNESS = Witness(1, bytes(32))


class FakeRelay:
    """Use it as a context manager; everything public may be called from the test's thread.

    Attributes:
        parties: whose relay it is.
        heard: what consoles asked on /control.
        enrolments: what came on /enrol.
        answer: gives the answer to a request, or None for none.
        enrol: gives the answers to an enrolment.
        refuse: a refusal instead of a welcome, if set.
        agents: the agent end of each session, by number, as far as they were made.
    """

    def __init__(self, parties: Parties) -> None:
        self.parties = parties
        self.heard: list[FromConsole] = []
        self.enrolments: list[object] = []
        self.answer: Callable[[FromConsole], ToClient | None] = lambda message: envelope.Done(message.ref)
        self.enrol: Callable[[object], list[EnrolmentAnswer]] = lambda _request: []
        self.refuse: signin.SignInRefused | None = None
        self.revocations: Callable[[], bytes] = parties.encoded_revocations
        self.agents: dict[str, AgentEnd] = {}
        self.on_agent: Callable[[AgentEnd], bytes] = lambda _agent: b""
        self.paired = True
        self.sign_ins = 0
        self.port = 0
        self._controls: set[ServerConnection] = set()
        self._sessions: dict[str, ServerConnection] = {}
        self._over: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens, on the same port as before."""
        self._run(self._start())

    def stop(self) -> None:
        """Closes everything at once."""
        self._run(self._stop())

    def push(self, message: ToClient) -> None:
        """Says something by itself to every console."""
        self.push_text(envelope.encode(message))

    def push_text(self, text: str) -> None:
        """Says anything."""

        async def send() -> None:
            for control in list(self._controls):
                await control.send(text)

        self._run(send())

    def say(self, session: str, make: Callable[[AgentEnd], bytes]) -> None:
        """Has the agent end of a session say something; `make` runs where that end lives."""

        async def send() -> None:
            await self._sessions[session].send(make(self.agents[session]))

        self._run(send())

    def cut(self, session: str, *, over: bool = True) -> None:
        """Cuts a session's line without a word. Unless it is `over`, both may come back: the agent as another end."""

        async def abort() -> None:
            if over:
                self._over.add(session)
            else:
                del self.agents[session]
            self._sessions[session].transport.abort()

        self._run(abort())

    def _run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _start(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self.port, compression=None, max_size=limits.SESSION_BYTES)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            for socket in [*self._controls, *self._sessions.values()]:
                socket.transport.abort()
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, socket: ServerConnection) -> None:
        path = socket.request.path if socket.request else ""
        try:
            match path:
                case "/enrol":
                    request = decode_request((await socket.recv(decode=True)).encode())
                    self.enrolments.append(request)
                    for answer in self.enrol(request):
                        await socket.send(encode_answer(answer).decode())
                case "/control":
                    if await self._sign_in(socket):
                        await self._control(socket)
                case "/session":
                    if (sign_in := await self._sign_in(socket)) and sign_in.session:
                        await self._session(socket, sign_in.session)
        except ConnectionClosed:
            return
        finally:
            self._controls.discard(socket)

    async def _sign_in(self, socket: ServerConnection) -> signin.SignIn | None:
        self.sign_ins += 1
        nonce = secrets.token_bytes(signin.NONCE_BYTES)
        await socket.send(signin.encode(signin.Hello(limits.PROTOCOL_VERSION, nonce, self.parties.now)))
        answer = signin.decode_sign_in(await socket.recv())
        refuse = self.refuse
        if answer.session in self._over:
            refuse = signin.SignInRefused(signin.Refusal.NO_SUCH_SESSION, "There is no such session any more.")
        if refuse is not None:
            await socket.send(signin.encode(refuse))
            return None
        signin.check(
            answer,
            nonce=nonce,
            hosts=["127.0.0.1"],
            organisation=self.parties.organisation,
            revocations=self.parties.revocations(),
            now=self.parties.now,
        )
        await socket.send(signin.encode(signin.Welcome(self.revocations())))
        return answer

    async def _control(self, socket: ServerConnection) -> None:
        self._controls.add(socket)
        async for text in socket:
            message = envelope.decode_from_console(text)
            self.heard.append(message)
            if (answer := self.answer(message)) is not None:
                await socket.send(envelope.encode(answer))

    async def _session(self, socket: ServerConnection, number: str) -> None:
        agent = self.agents.setdefault(number, AgentEnd(self.parties, self.parties.laptop, number))
        self._sessions[number] = socket
        if not self.paired:
            await socket.wait_closed()
            return
        await socket.send(signin.encode(signin.SessionPaired()))
        async for data in socket:
            if isinstance(data, bytes):
                was = agent.secured
                agent.receive(data)
                reply = agent.tunnel.data_to_send()
                if was is None and agent.secured is not None:
                    reply += self.on_agent(agent)
                if reply:
                    await socket.send(reply)
