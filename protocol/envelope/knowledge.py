"""What helped once and will again: suggestions for whoever writes, articles made of tickets (promise 7). Pure."""

from typing import Annotated

from msgspec import Meta

from protocol import limits
from protocol.desk.events import Article
from protocol.desk.terms import Language
from protocol.envelope.base import MessageBase, Ref

MOST_SUGGESTED = 5


# --- agent or console → relay
class SuggestArticles(MessageBase, frozen=True):
    """What may help with a problem described so far. Answered by `Suggestions`.

    Attributes:
        language: of the reader; an article that exists in it comes in it.
    """

    ref: Ref
    text: Annotated[str, Meta(max_length=limits.PROBLEM_CHARS)]
    language: Language = ""


# --- console → relay
class PublishArticle(MessageBase, frozen=True):
    """A new article, a new version, or one withdrawn. Answered by `Done`; sent again it is written down once.

    The tickets it was made of get a line in their history.
    """

    ref: Ref
    article: Article


# --- relay → both
class Suggestions(MessageBase, frozen=True):
    """The likeliest first; none when nothing fits. A requester gets none that are for staff only."""

    ref: Ref
    articles: Annotated[tuple[Article, ...], Meta(max_length=MOST_SUGGESTED)]


FromAgent = SuggestArticles
FromConsole = SuggestArticles | PublishArticle
ToClient = Suggestions
