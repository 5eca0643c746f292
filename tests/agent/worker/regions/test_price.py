import numpy as np

from agent.worker.regions.areas import TILE
from agent.worker.regions.price import TextPrice
from tests.agent.worker.regions.screens import text

PAGE = text(512, 512, 1)
ALL = np.ones((512 // TILE, 512 // TILE), np.bool_)


def test_text_has_the_price_that_text_had() -> None:
    price = TextPrice()
    for _ in range(80):
        price.took(10_000, [PAGE])
    assert 9_900 < price.of(PAGE, ALL) < 10_100


def test_half_a_page_costs_about_half() -> None:
    price, half = TextPrice(), ALL.copy()
    half[:8] = False
    assert 0.4 < price.of(PAGE, half) / price.of(PAGE, ALL) < 0.6


def test_an_empty_page_costs_nothing() -> None:
    assert TextPrice().of(np.zeros_like(PAGE), ALL) == 0.0


def test_nothing_is_learned_from_a_glyph_or_from_an_empty_page() -> None:
    price = TextPrice()
    before = price.of(PAGE, ALL)
    price.took(900, [PAGE[:16, :8]])
    price.took(900, [np.zeros_like(PAGE)])
    assert price.of(PAGE, ALL) == before
