"""The languages the server writes in: a mail, a page or a report is in its reader's, not in the server's. Any thread.

The template language is English; catalogues lie in `relay/locale`. What a person has written is never translated.
"""

import functools
import gettext
from collections.abc import Callable
from pathlib import Path

from protocol.desk.own_steps import own

DOMAIN = "athand-relay"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("en", "de")
"""As ISO 639-1; English needs no catalogue."""


def known(language: str) -> str:
    """`language` if there is a catalogue for it, else English."""
    return language if language in LANGUAGES else "en"


@functools.cache
def translations(language: str) -> gettext.NullTranslations:
    """What turns English into `language`; into English for one without a catalogue. Jinja2 takes it as it is."""
    language = known(language)
    return gettext.translation(DOMAIN, LOCALE_DIR, [language], fallback=language == "en")


def words(language: str) -> Callable[[str], str]:
    """`_` for one reader; name it `_` where it is used, so that the sentences are found."""
    return translations(language).gettext


def step_in_words(step: str, _: Callable[[str], str]) -> str:
    """A next step as its reader reads it: the desk's own in his language, a person's as it was written."""
    known = own(step)
    return step if known is None else _(known)
