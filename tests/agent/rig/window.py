"""`python -m tests.agent.rig.window`: the agent's window process without windows, for tests that kill and stop it.

The supervision is the agent's own (`agent.sessions`); the user is played: the first line of standard input says how
questions are answered. What happens is printed, one JSON object a line; later lines of input are the user's wishes.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog

import agent.agreement
import agent.sessions
from agent import launch, messages
from agent.own_tickets import OwnTicket
from agent.sessions import Party, Session
from protocol import limits
from protocol.desk.events import EndReason, Staff
from protocol.envelope import SessionOffered
from protocol.scopes import Scope
from protocol.trust import Identity, Organisation
from tests.agent.rig.part import Part


def say(**facts: Any) -> None:
    """One line to the test."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Window:
    """Plays the user."""

    def __init__(self, part: Part) -> None:
        self.part, self.willing = part, part.answer
        identity = Identity.from_private_bytes(part.identity)
        party = Party(Organisation.decode(part.organisation), identity, part.revocations, part.hot_key, part.display)
        offer = SessionOffered(part.session, part.ticket, Staff("jana", "Jana", "Engineer", "+420 1"))
        own = OwnTicket("1" * 32, "The printer is on fire", datetime.now(UTC), 60, part.ticket)
        self.session = Session(offer, own, party, tell=self.happened, report=lambda *_: None)

    def happened(self, what: messages.Happened) -> None:
        """What would be shown."""
        match what:
            case messages.QuestionRaised(question=question):
                say(event="asked", scopes=sorted(question.scopes), name=question.technician.name)
                if self.willing is not None:
                    self.answer(self.willing & question.scopes)
            case messages.SessionRunning(hot_key=hot_key, interrupted=interrupted):
                say(event="interrupted" if interrupted else "running", hot_key=hot_key)
            case messages.QuestionWithdrawn():
                say(event="withdrawn")
            case messages.SessionClosed(reason=reason):
                say(event="closed", reason=reason.value)

    def answer(self, scopes: frozenset[Scope]) -> None:
        """Press Allow, or No if there are none."""
        answer = messages.AnswerQuestion(self.part.session, scopes, "May she?", "en", monitors=self.part.monitors)
        self.session.answer(answer)

    def wish(self, line: str) -> None:
        """What the user does."""
        match line.split():
            case ["answer", *scopes]:
                self.answer(frozenset(Scope(one) for one in scopes))
            case ["allow", *scopes]:
                self.willing = frozenset(Scope(one) for one in scopes)
                say(event="willing")
            case ["hesitate"]:
                self.willing = None
                say(event="hesitant")
            case ["take_back", *scopes]:
                self.session.take_back(frozenset(Scope(one) for one in scopes))
            case ["banners", *windows]:
                self.session.banners_shown(frozenset(map(int, windows)))
            case ["question", shown]:
                self.session.question_on_screen(shown=shown == "on")
            case ["stop"]:
                self.session.stop(EndReason.USER_STOPPED)

    async def beat(self) -> None:
        """Be alive."""
        while True:
            self.session.beat()
            await asyncio.sleep(limits.HEARTBEAT_S)


async def main() -> None:
    """Run one session."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    loop = asyncio.get_running_loop()
    part = msgspec.msgpack.decode(bytes.fromhex(sys.stdin.readline()), type=Part)
    real_launch = launch.launch

    def tell_launch() -> launch.Launched:
        launched = real_launch()
        say(event="launched", worker=launched.worker.pid, guard=launched.guard.pid)
        return launched

    setattr(agent.sessions, "launch", tell_launch)  # noqa: B010 - only to tell the test whom to kill
    minute = timedelta(seconds=part.minute_s)
    setattr(agent.agreement, "timedelta", lambda minutes: minutes * minute)  # noqa: B010 - a test has no minute
    window = Window(part)
    input_end = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(input_end), sys.stdin)

    async def wishes() -> None:
        while line := await input_end.readline():
            window.wish(line.decode())

    tasks = [asyncio.create_task(wishes()), asyncio.create_task(window.beat())]
    await window.session.run()
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
