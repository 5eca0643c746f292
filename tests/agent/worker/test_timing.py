from agent.worker.timing import Timing
from protocol.session.messages import PictureTimed


def test_the_median_is_told_with_a_picture_and_not_again_at_once() -> None:
    timing = Timing()
    assert timing.tell(0.01, 0.0) is None, "nothing was made yet"
    for took_s in (0.001, 0.002, 0.5):
        timing.made(took_s)
    assert timing.tell(0.0101, 1.0) == PictureTimed(2000, 10_100)
    timing.made(0.003)
    assert timing.tell(0.01, 2.9) is None
    assert timing.tell(0.01, 3.1) == PictureTimed(3000, 10_000)
    assert timing.tell(0.01, 9.0) is None, "an idle screen says nothing"


def test_no_time_is_longer_than_the_message_allows() -> None:
    timing = Timing()
    timing.made(1000.0)
    assert timing.tell(1000.0, 0.0) == PictureTimed(60_000_000, 60_000_000)
