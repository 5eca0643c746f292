"""Articles, and what is recommended to a customer. Pure. Their entries bear number 0."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits
from protocol.desk.events.base import EventBase
from protocol.desk.terms import Key, Language, Name, Number, Text, Words


class Article(Struct, frozen=True, forbid_unknown_fields=True):
    """What helped once and will again (promise 7); translations share their `topic`.

    Attributes:
        for_users: shown to requesters, too; else to staff only.
        tickets: those it was made of.
    """

    identifier: Key
    topic: Key
    language: Language
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=8 * limits.NOTE_CHARS)]
    for_users: bool = True
    tags: Annotated[tuple[Name, ...], Meta(max_length=32)] = ()
    tickets: Annotated[tuple[Number, ...], Meta(max_length=100)] = ()
    withdrawn: bool = False


class ArticleSet(EventBase, frozen=True):
    """An article was published, changed or withdrawn."""

    article: Article


class RecommendationMade(EventBase, frozen=True):
    """What would serve a customer better, with its evidence (promise 8)."""

    recommendation: Key
    customer: Name
    text: Words
    evidence: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=50)]


class RecommendationAnswered(EventBase, frozen=True):
    """The customer's yes or no, and why."""

    recommendation: Key
    accepted: bool
    text: Text = ""
