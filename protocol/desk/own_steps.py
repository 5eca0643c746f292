"""The next steps that the desk names by itself, which each reader reads in his own language (promise 16). Pure.

Guarantees: in the history such a step stands in English, word for word as here, whoever asked in whichever language;
so these sentences never change, and another one gets another name. Whoever shows a step says `own` of it and puts that
into words. What a person wrote is never one of them, unless it says the same.
"""

from protocol.desk.states import mark

ANSWER = mark("We look at your request and answer you.")
ANSWER_AGAIN = mark("We look at it again and answer you.")
CHECK_TIME = mark("We check whether we can keep the time we agreed on, and tell you.")
OWN = frozenset({ANSWER, ANSWER_AGAIN, CHECK_TIME})
_EARLIER = {
    "Wir sehen uns Ihre Anfrage an und melden uns bei Ihnen.": ANSWER,
    "Wir sehen es uns noch einmal an und melden uns bei Ihnen.": ANSWER_AGAIN,
    "Wir prüfen, ob wir die vereinbarte Zeit einhalten können, und melden uns bei Ihnen.": CHECK_TIME,
}
"""As the first programs wrote them down, and as a requester's agent is told them: in the requester's language."""


def own(step: str) -> str | None:
    """Which of the desk's own steps it is; None: somebody wrote it."""
    found = _EARLIER.get(step, step)
    return found if found in OWN else None
