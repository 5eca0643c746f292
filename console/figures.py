"""Brings the figures of sessions that are over to the relay: while there is no line they wait for it. Main thread.

Guarantees: of no more than `MAX_WAITING` sessions, and only until the program ends; whatever does not get there is
logged, with its reason. The relay takes a session's figures once, so that they may be sent again whenever it is not
known whether they arrived.
"""

from collections.abc import Callable

import structlog

from console.requests import Build, OnDone, OnFailed
from protocol import envelope
from protocol.desk.events import Sample

_log = structlog.get_logger()

MAX_WAITING = 10
"""More sessions than end on anybody's console while a line is away; of more the oldest are given up."""


class Figures:
    """What the relay does not have yet."""

    def __init__(self, ask: Callable[[Build, OnDone, OnFailed], None]) -> None:
        self._ask = ask
        self._waiting: dict[str, tuple[Sample, ...]] = {}
        self._online = False

    def report(self, number: str, samples: tuple[Sample, ...]) -> None:
        """A session is over; these are its figures."""
        if not samples:
            return
        self._waiting[number] = samples
        if len(self._waiting) > MAX_WAITING:
            self._give_up(next(iter(self._waiting)), "too many waited for the line")
        if self._online:
            self._send(number)
        else:
            _log.info("figures_wait_for_the_line", session=number)

    def line_changed(self, *, online: bool) -> None:
        """The line to the relay is there, or away: told before those who waited for an answer are."""
        came, self._online = online and not self._online, online
        if came:
            for number in list(self._waiting):
                self._send(number)

    def give_up_all(self) -> None:
        """The program ends."""
        for number in list(self._waiting):
            self._give_up(number, "the program ended before the line was back")

    def _send(self, number: str) -> None:
        samples = self._waiting[number]

        def failed(sentence: str) -> None:
            if self._online:  # refused: it would be again
                self._give_up(number, sentence)
            else:
                _log.info("figures_wait_for_the_line", session=number)

        self._ask(
            lambda ref: envelope.AddSessionFigures(ref, number, samples),
            lambda _answer: self._drop(number),
            failed,
        )

    def _drop(self, number: str) -> None:
        self._waiting.pop(number, None)

    def _give_up(self, number: str, why: str) -> None:
        if number in self._waiting:
            self._drop(number)
            _log.info("figures_not_kept", session=number, why=why)
