import pytest

from console.requests import MAX_WAITING, Answer, Requests, TooManyWaiting
from protocol.envelope import Done


def test_each_answer_reaches_its_own_request_once() -> None:
    requests, got = Requests(), []
    first = requests.expect(lambda answer: got.append(("first", answer)), lambda: None)
    second = requests.expect(lambda answer: got.append(("second", answer)), lambda: None)
    requests.answer(Done(second))
    requests.answer(Done(first))
    requests.answer(Done(first))
    assert got == [("second", Done(second)), ("first", Done(first))]
    assert requests.strays == 1


def test_an_answer_to_nothing_is_counted() -> None:
    requests = Requests()
    requests.answer(Done(77))
    assert requests.strays == 1


def test_when_the_line_is_cut_each_waiting_request_is_told_once() -> None:
    requests, lost = Requests(), []
    ref = requests.expect(_never, lambda: lost.append(1))
    requests.lose_all()
    requests.lose_all()
    requests.answer(Done(ref))
    assert (lost, requests.strays) == ([1], 1)


def test_requests_that_nobody_answers_are_bounded() -> None:
    requests = Requests()
    for _ in range(MAX_WAITING):
        requests.expect(_never, lambda: None)
    with pytest.raises(TooManyWaiting):
        requests.expect(_never, lambda: None)


def _never(answer: Answer) -> None:
    raise AssertionError(answer)
