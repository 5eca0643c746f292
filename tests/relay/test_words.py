import ast
from pathlib import Path

import pytest

import protocol.desk
import relay
from relay import words
from tests.catalogues import PYTHON, Catalogue

ROOT = Path(relay.__file__).parent
DESK = Path(protocol.desk.__file__).parent
"""Its refusals are said by the relay."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {"mark": None, "Refused": (2,), "StepRefused": None}
TRANSLATED = [language for language in words.LANGUAGES if language != "en"]
METHODS = (*PYTHON, ("**.j2", "jinja2"), ("**.html", "jinja2"), ("**.txt", "jinja2"))
"""As in relay/locale/babel.cfg."""


def catalogue(language: str) -> Catalogue:
    path = words.LOCALE_DIR / language / "LC_MESSAGES" / f"{words.DOMAIN}.po"
    return Catalogue(path, ROOT, METHODS, others=(DESK,), keywords=KEYWORDS)


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


def test_no_refusal_is_put_together_where_nobody_could_translate_it() -> None:
    for path in (*(ROOT / "desk").rglob("*.py"), *DESK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Refused"):
                assert not [one for one in node.args if isinstance(one, ast.JoinedStr)], f"{path}:{node.lineno}"
