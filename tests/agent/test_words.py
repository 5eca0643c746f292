import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent
from agent import words
from tests.catalogues import Catalogue

ROOT = Path(agent.__file__).parent
TRANSLATED = [language for language in words.LANGUAGES if language != "en"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    words.use("en")


def catalogue(language: str) -> Catalogue:
    return Catalogue(words.LOCALE_DIR / language / "LC_MESSAGES" / f"{words.DOMAIN}.po", ROOT, keywords={"mark": None})


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    catalogue(language).check_complete()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_gaps_to_fill(language: str) -> None:
    catalogue(language).check_gaps()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_written_one(language: str) -> None:
    catalogue(language).check_compiled()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANGUAGE": "fr:de", "LANG": "en_GB.UTF-8"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "cs_CZ.UTF-8"}, "en"),
        ({"LANG": "../../../etc/passwd"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_systems_or_english(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.use() == language
    assert words.language() == language


def test_the_user_is_never_blamed_or_bothered_with_jargon() -> None:
    jargon = re.compile(
        r"\b(error code|invalid|failed|exception|timeout|socket|server|TLS|certificate chain|null)\b", re.IGNORECASE
    )
    assert [text for text in catalogue("de").said() if jargon.search(str(text))] == []
