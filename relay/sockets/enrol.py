"""A certificate for a device or technician: one request and its answer, now or when the administrator gave it.

Guarantees that strangers wait in a bounded number, file a bounded number of requests, and that an answer goes only to
whoever sent the key it is for. The rules are protocol.trust's and the folder's; the disk work runs in a thread, one
call at a time. Distrusts whoever dials.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from websockets.frames import CloseCode

from protocol import limits
from protocol.trust import (
    DeviceAuthority,
    Distrust,
    EnrolmentAnswer,
    EnrolmentRequest,
    Granted,
    Refused,
    RenewalRequest,
    TrustError,
    Waiting,
    decode_request,
    encode_answer,
)
from relay.admin.files import AdminError
from relay.admin.folder import Filed, RelayFolder, is_for_admin
from relay.counts import Counts
from relay.sockets.connection import RelayConnection

POLL_S = 1.0
"""Between looks into the mailbox while a technician's socket waits."""
WAIT_S = 900.0
"""Then the console dials again."""


class Enrolment:
    """Serves /enrol."""

    def __init__(
        self, folder: RelayFolder, authority: DeviceAuthority, counts: Counts, clock: Callable[[], datetime]
    ) -> None:
        """`authority` signs devices."""
        self._folder, self._authority, self._counts, self._clock = folder, authority, counts, clock
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    async def serve(self, connection: RelayConnection) -> None:
        """Until it is answered or closes. Raises ConnectionClosed."""
        if connection.too_many is not None:
            connection.hang_up(CloseCode.TRY_AGAIN_LATER, "Too many at the moment; please try again in a minute.")
            return
        try:
            async with asyncio.timeout(limits.SIGN_IN_S):
                text = await connection.recv()
        except TimeoutError:
            connection.refuse("enrol_timeout", CloseCode.POLICY_VIOLATION, "No request within its time.")
            return
        try:
            request = decode_request(text.encode() if isinstance(text, str) else text)
        except TrustError as error:
            self._finish(connection, Refused(error.reason, str(error)))
            return
        await self._answer(connection, request)

    async def _answer(self, connection: RelayConnection, request: EnrolmentRequest) -> None:
        answer = await self._ask(connection, request)
        if isinstance(answer, Waiting) and not isinstance(request, RenewalRequest):
            if self._waiting >= limits.PENDING_ENROLMENTS:
                self._counts.add("too_many_waiting", address=connection.address)
                connection.hang_up(CloseCode.TRY_AGAIN_LATER, "Too many are waiting; please try again later.")
                return
            self._waiting += 1
            connection.signed_in()  # no longer half-open: counted here
            connection.push(encode_answer(answer).decode())
            try:
                answer = await self._wait(connection, request)
            finally:
                self._waiting -= 1
        if answer is not None:
            self._finish(connection, answer)

    async def _wait(self, connection: RelayConnection, request: EnrolmentRequest) -> EnrolmentAnswer | None:
        deadline = connection.loop.time() + WAIT_S
        while connection.loop.time() < deadline:
            try:
                async with asyncio.timeout(POLL_S):
                    await connection.recv()
            except TimeoutError:
                answer = await self._ask(connection, request)
                if not isinstance(answer, Waiting):
                    return answer
            else:
                connection.refuse("too_early", CloseCode.POLICY_VIOLATION, "Still waiting for the administrator.")
                return None
        connection.hang_up(CloseCode.TRY_AGAIN_LATER, "Still waiting for the administrator.")
        return None

    async def _ask(self, connection: RelayConnection, request: EnrolmentRequest) -> EnrolmentAnswer | None:
        """What the folder says; None: the disk failed, and the socket was told to come back."""
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(self._blocking, request)
            except (OSError, AdminError, TrustError) as error:
                self._counts.add("enrol_fault", why=str(error)[:300])
                connection.hang_up(CloseCode.TRY_AGAIN_LATER, "The server has a fault; please try again later.")
                return None

    def _blocking(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        if is_for_admin(request) and self._is_full(request):
            self._counts.add("mailbox_full")
            raise AdminError("the mailbox is full")
        return self._folder.enrol(request, self._authority, now=self._clock())

    def _is_full(self, request: Filed) -> bool:
        filed = sum(1 for _ in self._folder.mailbox.glob("*.request"))
        return filed >= limits.PENDING_ENROLMENTS and not self._folder.is_filed(request)

    def _finish(self, connection: RelayConnection, answer: EnrolmentAnswer) -> None:
        if isinstance(answer, Refused):
            reason: Distrust = answer.reason
            self._counts.add(f"enrol_refused_{reason}", address=connection.address)
        elif isinstance(answer, Granted):
            self._counts.done("enrolled", address=connection.address)
        connection.push(encode_answer(answer).decode())
        connection.hang_up()
