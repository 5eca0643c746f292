"""Finds the articles that fit what somebody writes: by their words, rare ones first, without accents and case. Pure.

Guarantees that the word being typed counts by its beginning, that of an article's translations the reader's comes, and
that what is withdrawn, or not for this reader, never does.
"""

import math
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping

from protocol.desk.events import Article
from relay.store.projections.search import words

_SHORT = 3
"""Shorter words say nothing, or too much."""
_OF_TITLE, _OF_TAGS, _OF_BODY = 4.0, 4.0, 1.0
_ENOUGH = 3.0
"""Less is a chance likeness: one common word in a long text."""
_LOOKED_UP = 64
"""Words of a problem; whoever writes more has said it by then."""


class ArticleIndex:
    """The articles as they are now, ready to be asked."""

    def __init__(self, articles: Mapping[str, Article]) -> None:
        self._articles = {key: article for key, article in articles.items() if not article.withdrawn}
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        for key, article in self._articles.items():
            for weight, texts in (
                (_OF_BODY, (article.body,)),
                (_OF_TAGS, article.tags),
                (_OF_TITLE, (article.title,)),
            ):
                for word in {word for text in texts for word in _words(text)}:
                    self._weights[word][key] = max(weight, self._weights[word].get(key, 0.0))
        self._sorted = sorted(self._weights)
        self._translations = {(a.topic, a.language, a.for_users): key for key, a in self._articles.items()}

    def suggest(self, text: str, language: str, most: int, *, for_users: bool) -> list[Article]:
        """At most so many articles, the likeliest first."""
        asked = list(dict.fromkeys(_words(text)))[:_LOOKED_UP]
        scores: dict[str, float] = defaultdict(float)
        for word in asked:
            for key, score in self._score(word, typing=word == asked[-1]).items():
                if self._articles[key].for_users or not for_users:
                    scores[key] += score
        best: dict[str, tuple[bool, float, str]] = {}
        for key, score in scores.items():
            article = self._articles[key]
            rank = (article.language == language, score, key)
            if score >= _ENOUGH and rank > best.get(article.topic, (False, 0.0, "")):
                best[article.topic] = rank
        found = sorted(best.values(), key=lambda rank: (-rank[1], rank[2]))
        return [self._articles[self._for_reader(key, language, for_users=for_users)] for _, _, key in found[:most]]

    def _for_reader(self, key: str, language: str, *, for_users: bool) -> str:
        """The article's translation for its reader, where there is one, though it has none of the words asked for."""
        article = self._articles[key]
        if article.language == language:
            return key
        own = self._translations.get((article.topic, language, True))
        if own is None and not for_users:
            own = self._translations.get((article.topic, language, False))
        return own or key

    def _score(self, word: str, *, typing: bool) -> dict[str, float]:
        found: dict[str, float] = {}
        for known in self._beginning_with(word) if typing else (word,):
            weights = self._weights.get(known, {})
            rare = 1.0 + math.log((1 + len(self._articles)) / (1 + len(weights)))
            for key, weight in weights.items():
                found[key] = max(found.get(key, 0.0), weight * rare)
        return found

    def _beginning_with(self, word: str) -> Iterable[str]:
        at = bisect_left(self._sorted, word)
        while at < len(self._sorted) and self._sorted[at].startswith(word):
            yield self._sorted[at]
            at += 1


def _words(text: str) -> Iterable[str]:
    for word in words(text):
        plain = unicodedata.normalize("NFD", word.casefold())
        bare = "".join(char for char in plain if not unicodedata.combining(char))
        if len(bare) >= _SHORT:
            yield bare
