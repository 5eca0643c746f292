"""What was asked of the relay and not answered yet. On the network thread; a relay that never answers fills nothing."""

from collections.abc import Callable

import structlog

from agent.letters import Letter
from agent.messages import AnswerAdvice, AnswerOffer, FetchFace, FetchFile
from agent.outbox import Request
from agent.watching.round import Report
from protocol import envelope

MAX_UNANSWERED = 256
"""Beyond it the oldest is forgotten, its answer then goes unnoticed."""

_log = structlog.get_logger()

About = Request | Letter | Report | FetchFile | FetchFace | AnswerAdvice | AnswerOffer | str | None
"""What it was about: a user's request, letter or yes or no, a file or face he wants, a watch's or session's report, or
nothing to keep."""


class Asked:
    """The questions under way, by their `ref`."""

    def __init__(self, send: Callable[[envelope.FromAgent], bool]) -> None:
        """`send` gives False when there is no line."""
        self._send = send
        self._ref = 0
        self._unanswered: dict[int, About] = {}

    def next_ref(self) -> int:
        """For the next question."""
        self._ref = self._ref % 2**30 + 1
        return self._ref

    def ask(self, message: envelope.FromAgent, about: About = None) -> bool:
        """Sends; gives False, and forgets it, if there is no line now."""
        if not self._send(message):
            return False
        self._unanswered[message.ref] = about
        for oldest in list(self._unanswered)[:-MAX_UNANSWERED]:
            _log.warning("request forgotten", reason="too many unanswered")
            del self._unanswered[oldest]
        return True

    def answered(self, ref: int) -> About:
        """What the answer with this `ref` is about; a second one is about nothing."""
        return self._unanswered.pop(ref, None)

    def lost(self) -> None:
        """The line was cut: nothing is under way any more."""
        self._unanswered.clear()

    def letter_under_way(self) -> bool:
        """Whether a letter is: the next one waits for its answer, so that they arrive in order."""
        return any(isinstance(about, Letter) for about in self._unanswered.values())
