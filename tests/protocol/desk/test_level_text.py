import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk.contract import ContractError, ServiceLevel, Target
from protocol.desk.level_text import level_text, parse_level

targets = st.none() | st.builds(Target, st.integers(1, 366 * 24 * 60), st.sampled_from(("", "office", "weekend")))
levels = st.builds(ServiceLevel, targets, targets, targets, targets)


@given(st.integers(1, 5), levels, st.sampled_from(("", "office")))
def test_a_level_reads_back_as_it_was_written(priority: int, level: ServiceLevel, hours: str) -> None:
    assert parse_level(level_text(priority, level, hours), hours) == (priority, level)


@given(st.text(max_size=40) | st.from_regex(r"P[1-6] (first|next)=[0-9]{0,9}(h|min|s)(@[a-z]{0,3})?", fullmatch=True))
def test_whatever_is_typed_is_a_level_or_gets_a_sentence(text: str) -> None:
    try:
        priority, level = parse_level(text, "office")
    except ContractError as error:
        assert str(error).endswith(".")
    else:
        assert parse_level(level_text(priority, level, "office"), "office") == (priority, level)


def test_a_target_that_stands_twice_is_a_mistake() -> None:
    with pytest.raises(ContractError, match="twice"):
        parse_level("P1 first=1h first=2h", "")
