"""What the customer says to a recommendation (promise 8). On the loop's thread; distrusts who answers.

Guarantees: it is answered once, by a user of that customer who may order; the answer stands in the book and on the
month's report.
"""

from collections.abc import Mapping

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import RecommendationAnswered, RecommendationMade, User
from protocol.desk.states import StepRefused
from relay.desk.room import Room
from relay.store import By


def open_for(book: Book, user: User | None) -> Mapping[str, RecommendationMade]:
    """What a user may answer, by number; nothing for one who may not order."""
    if user is None or user.gone or not user.may_accept_quotes or not user.customer:
        return {}
    known = book.knowledge
    return {
        key: made
        for key, made in known.recommendations.items()
        if made.customer == user.customer and key not in known.answers
    }


async def answer(room: Room, answered: RecommendationAnswered, user: str, by: By) -> None:
    """The customer's word, by the user with this identifier.

    Raises:
        StepRefused: it is none of his, or was answered already.
        StoreFault: nothing was changed.
    """
    async with room.work() as work:
        if answered.recommendation not in open_for(work.book, work.book.register.users.get(user)):
            raise StepRefused("There is nothing to answer any more.")
        happened: tuple[events.BookEvent, ...] = (answered,)
        work.record(happened, by)
