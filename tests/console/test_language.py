import gettext
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import console
from console import language
from console.language import CATALOGS, DOMAIN, _, mark, plural

LANGUAGES = sorted(path.name for path in CATALOGS.iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    language.choose("en")


def catalogue(name: str) -> Catalog:
    with (CATALOGS / name / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file)


def said() -> set[str | tuple[str, ...]]:
    """Every sentence in the program."""
    keywords = {"_": None, "mark": None, "plural": (1, 2)}
    found = extract_from_dir(str(Path(console.__file__).parent), [("**.py", "python")], keywords=keywords)
    return {message for _file, _line, message, _comments, _context in found}


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    target = message.string if isinstance(message.string, (list, tuple)) else (message.string or "",)
    return tuple(source), tuple(target)


def gaps(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_german_is_there() -> None:
    assert "de" in LANGUAGES


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_sentence_has_a_translation_and_no_translation_is_left_over(name: str) -> None:
    catalog = catalogue(name)
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalog if message.id}
    assert known == said()
    assert [m.id for m in catalog if m.id and (m.fuzzy or not all(texts(m)[1]))] == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_has_the_same_gaps_and_a_key_to_reach_it(name: str) -> None:
    for message in catalogue(name):
        source, target = texts(message)
        assert all(gaps(text) == gaps(source[-1]) for text in target), message.id
        assert all(text.count("&") == source[-1].count("&") for text in target), message.id


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_written_one(name: str) -> None:
    with (CATALOGS / name / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue(name):
        source, target = texts(message)
        if len(source) > 1:
            assert [compiled.ngettext(source[0], source[1], count) for count in (1, 2)] == list(target)
        elif source[0]:
            assert compiled.gettext(source[0]) == target[0]


@pytest.mark.parametrize(
    ("wanted", "spoken"), [("de", "de"), ("de_AT", "de"), ("en", "en"), ("fr", "en"), ("", "en"), ("../../etc", "en")]
)
def test_a_language_without_a_catalogue_is_english(wanted: str, spoken: str) -> None:
    assert language.choose(wanted) == spoken


def test_the_environments_language_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "de:en")
    assert language.choose(None) == "de"
    assert _("Cancel") == "Abbrechen"
    assert plural("{count} minute", "{count} minutes", 2) == "{count} Minuten"
    assert mark("Cancel") == "Cancel"
