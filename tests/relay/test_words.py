from pathlib import Path

import pytest

import relay
from relay import words
from tests.catalogues import PYTHON, Catalogue

ROOT = Path(relay.__file__).parent
TRANSLATED = [language for language in words.LANGUAGES if language != "en"]
METHODS = (*PYTHON, ("**.j2", "jinja2"), ("**.html", "jinja2"), ("**.txt", "jinja2"))
"""As in relay/locale/babel.cfg."""


def catalogue(language: str) -> Catalogue:
    return Catalogue(words.LOCALE_DIR / language / "LC_MESSAGES" / f"{words.DOMAIN}.po", ROOT, METHODS)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_server_has_a_translation_and_none_is_left_over(language: str) -> None:
    catalogue(language).check_complete()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_gaps_to_fill(language: str) -> None:
    catalogue(language).check_gaps()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_written_one(language: str) -> None:
    catalogue(language).check_compiled()


def test_a_reader_of_a_language_without_a_catalogue_gets_english() -> None:
    assert words.words("cs")("Nothing") == words.words("en")("Nothing") == "Nothing"
