from hypothesis import given
from hypothesis import strategies as st

from protocol.desk.growing import Growing


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9))))
def test_each_stand_stays_as_it_was_whichever_one_grows(grown: list[tuple[int, int]]) -> None:
    """The first number says which of the stands so far grows, by a key that is the second."""
    stands: list[Growing[int, int]] = [Growing()]
    expected: list[dict[int, int]] = [{}]
    for value, (which, key) in enumerate(grown):
        at = which % len(stands)
        stands.append(stands[at].grown(key, value))
        expected.append({key: value} | expected[at])
    assert [dict(stand) for stand in stands] == expected
    assert all(
        key in stand and stand[key] == known[key]
        for stand, known in zip(stands, expected, strict=True)
        for key in known
    )
    assert all(set(stand) == set(known) for stand, known in zip(stands, expected, strict=True))
    assert stands[-1] == expected[-1]


def test_what_grows_from_the_newest_stand_shares_what_there_is() -> None:
    empty: Growing[int, int] = Growing()
    stand = empty.grown(0, 0)
    assert not empty._shared
    for number in range(1, 100):
        after = stand.grown(number, number)
        assert after._shared is stand._shared
        stand = after
    assert list(stand) == list(range(100))
