"""Articles and recommendations. Pure."""

from datetime import datetime

from protocol.desk import events
from protocol.desk.events import Article, RecommendationAnswered, RecommendationMade


class Knowledge:
    """All articles and recommendations by their numbers.

    Attributes:
        made_at: when a recommendation was made.
    """

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.recommendations: dict[str, RecommendationMade] = {}
        self.answers: dict[str, RecommendationAnswered] = {}
        self.made_at: dict[str, datetime] = {}

    def apply(self, event: events.BookEvent, at: datetime) -> None:
        """One more event; others than knowledge's leave it as it is."""
        match event:
            case events.ArticleSet(article=article):
                self.articles[article.identifier] = article
            case events.RecommendationMade(recommendation=key):
                self.recommendations[key] = event
                self.made_at.setdefault(key, at)
            case events.RecommendationAnswered(recommendation=key):
                self.answers[key] = event
            case _:
                pass
