from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, QSize

from console.ui.placement import Placement
from protocol.session.picture import Rect

placements = st.builds(
    Placement,
    st.builds(QRect, st.integers(0, 4000), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 4000)),
    st.builds(QSize, st.integers(50, 3000), st.integers(50, 3000)),
    st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]),
    st.booleans(),
    st.builds(QPoint, st.integers(0, 500), st.integers(0, 500)),
)


@given(placements, st.data())
def test_a_pixel_of_any_monitor_is_pointed_at_where_it_is_painted(placement: Placement, data: st.DataObject) -> None:
    area = placement.area
    pixel = QPoint(data.draw(st.integers(area.left(), area.right())), data.draw(st.integers(area.top(), area.bottom())))
    painted = placement.to_viewport(Rect(pixel.x(), pixel.y(), 1, 1))
    assert painted.width() >= 1
    if not placement.fitted:
        device = placement.to_device(pixel)
        point = QPointF((device.x() + 0.5) / placement.ratio, (device.y() + 0.5) / placement.ratio)
        assert placement.to_screen(point) == pixel
        assert painted.contains(int(point.x() // 1), int(point.y() // 1))


@given(placements, st.floats(-5000, 9000), st.floats(-5000, 9000))
def test_no_point_reaches_out_of_the_monitor_that_is_shown(placement: Placement, x: float, y: float) -> None:
    there = placement.to_screen(QPointF(x, y))
    assert there is not None
    assert placement.area.contains(there)
