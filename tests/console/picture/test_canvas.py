from console.picture.canvas import MAX_DIRTY, Canvas
from protocol.session.picture import Rect


def test_the_painter_is_woken_once_for_all_that_waits() -> None:
    canvas = Canvas()
    with canvas.lock:
        assert canvas.mark([Rect(0, 0, 1, 1)])
        assert not canvas.mark([Rect(2, 2, 1, 1)])
    assert canvas.take_dirty() == [Rect(0, 0, 1, 1), Rect(2, 2, 1, 1)]
    assert canvas.take_dirty() == []
    with canvas.lock:
        assert canvas.mark([Rect(5, 5, 1, 1)])


def test_what_waits_for_a_slow_painter_is_bounded_and_covers_everything() -> None:
    canvas = Canvas()
    with canvas.lock:
        for number in range(10 * MAX_DIRTY):
            canvas.mark([Rect(number, number, 1, 1)])
    dirty = canvas.take_dirty()
    assert len(dirty) <= MAX_DIRTY
    assert min(r.x for r in dirty) == 0
    assert max(r.x + r.width for r in dirty) == 10 * MAX_DIRTY
