"""Articles: suggested to users and technicians while they write, published by technicians (promise 7)."""

from protocol import envelope
from protocol.desk import events
from protocol.desk.book import Book
from protocol.envelope import RefusalReason
from protocol.envelope.knowledge import MOST_SUGGESTED
from protocol.trust import Party
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.desk.suggesting import ArticleIndex
from relay.errors import Refused


class KnowledgeRequests:
    """One function for each request, of both sides."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room
        self._index: tuple[Book, int, ArticleIndex] | None = None

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {envelope.SuggestArticles: self.suggest_to_user}

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.SuggestArticles: self.suggest_to_staff, envelope.PublishArticle: self.publish}

    async def suggest_to_user(self, _: Requester, message: envelope.SuggestArticles) -> envelope.Suggestions:
        """Those for users."""
        return await self._suggest(message, for_users=True)

    async def suggest_to_staff(self, _: Party, message: envelope.SuggestArticles) -> envelope.Suggestions:
        """All of them."""
        return await self._suggest(message, for_users=False)

    async def publish(self, party: Party, message: envelope.PublishArticle) -> envelope.Done:
        """A new article or version; the tickets it was made of say so."""
        article = message.article
        async with self._room.work() as work:
            known = work.book.knowledge.articles.get(article.identifier)
            if known == article:
                return envelope.Done(message.ref)
            work.record((events.ArticleSet(article),), by_staff(party))
            for number in article.tickets:
                ticket = await work.ticket(number)
                if ticket is None:
                    raise Refused(RefusalReason.NO_SUCH_TICKET, "There is no ticket {number}.", number=number)
                if known is None or number not in known.tickets:
                    work.happens(ticket, (events.ArticleUsed(article.identifier, made=True),), by_staff(party))
        return envelope.Done(message.ref)

    async def _suggest(self, message: envelope.SuggestArticles, *, for_users: bool) -> envelope.Suggestions:
        book = await self._room.store.book()
        if self._index is None or self._index[0] is not book or self._index[1] != book.revision:
            self._index = book, book.revision, ArticleIndex(book.knowledge.articles)
        found = self._index[2].suggest(message.text, message.language, MOST_SUGGESTED, for_users=for_users)
        return envelope.Suggestions(message.ref, tuple(found))
