import gettext
import re
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import agent
from agent import words

ROOT = Path(agent.__file__).parent
TRANSLATED = [language for language in words.LANGUAGES if language != "en"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    words.use("en")


def catalogue(language: str) -> tuple[Path, Catalog]:
    path = words.LOCALE_DIR / language / "LC_MESSAGES" / f"{words.DOMAIN}.po"
    with path.open("rb") as file:
        return path, read_po(file)


def said() -> set[str | tuple[str, ...]]:
    """Every sentence in the program."""
    found = extract_from_dir(str(ROOT), [("**.py", "python")], keywords={"_": None, "ngettext": (1, 2)})
    return {message for _, _, message, _, _ in found}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    target = message.string if isinstance(message.string, (list, tuple)) else (message.string or "",)
    return tuple(source), tuple(target)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    _, catalog = catalogue(language)
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalog if message.id}
    assert known == said()
    for message in catalog:
        if message.id:
            assert all(texts(message)[1]), message.id
            assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_gaps_to_fill(language: str) -> None:
    for message in catalogue(language)[1]:
        source, target = texts(message)
        assert all(fields(text) == fields(source[-1]) for text in target), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_that_of_the_written_one(language: str) -> None:
    path, catalog = catalogue(language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    with path.with_suffix(".mo").open("rb") as file:
        committed = gettext.GNUTranslations(file)
    compiled.seek(0)
    for message in catalog:
        source, target = texts(message)
        if len(source) > 1:
            assert [committed.ngettext(source[0], source[1], count) for count in (1, 2)] == list(target)
        elif source[0]:
            assert committed.gettext(source[0]) == target[0]


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
    assert [text for text in said() if jargon.search(str(text))] == []
