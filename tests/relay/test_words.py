import gettext
import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import relay
from relay import words

ROOT = Path(relay.__file__).parent
TRANSLATED = [language for language in words.LANGUAGES if language != "en"]
METHODS = [("**.py", "python"), ("**.j2", "jinja2"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
"""As in relay/locale/babel.cfg."""


def catalogue(language: str) -> tuple[Path, Catalog]:
    path = words.LOCALE_DIR / language / "LC_MESSAGES" / f"{words.DOMAIN}.po"
    with path.open("rb") as file:
        return path, read_po(file)


def said() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(str(ROOT), METHODS, keywords={"_": None, "ngettext": (1, 2)})
    return {message for _, _, message, _, _ in found}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    target = message.string if isinstance(message.string, (list, tuple)) else (message.string or "",)
    return tuple(source), tuple(target)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_server_has_a_translation_and_none_is_left_over(language: str) -> None:
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
    for message in catalog:
        source, target = texts(message)
        if len(source) > 1:
            assert [committed.ngettext(source[0], source[1], count) for count in (1, 2)] == list(target)
        elif source[0]:
            assert committed.gettext(source[0]) == target[0]


def test_a_reader_of_a_language_without_a_catalogue_gets_english() -> None:
    assert words.words("cs")("Nothing") == words.words("en")("Nothing") == "Nothing"
