import threading

from pytestqt.qtbot import QtBot

from console.events import StageReached
from console.mailbox import Mailbox
from console.session.stages import Stage
from console.sessions import Waker


def test_everything_posted_on_another_thread_arrives_on_this_one_in_order(qtbot: QtBot) -> None:
    mailbox, taken, threads = Mailbox(), [], set()

    def take() -> None:
        threads.add(threading.current_thread())
        taken.extend(mailbox.take_all())

    mailbox.arrived.connect(take)
    sent = [StageReached(str(number), Stage.RUNNING) for number in range(5000)]

    def post() -> None:
        for event in sent:
            mailbox.post(event)

    poster = threading.Thread(target=post)
    poster.start()
    qtbot.waitUntil(lambda: len(taken) == len(sent))
    poster.join()
    assert taken == sent
    assert threads == {threading.main_thread()}


def test_the_painter_can_be_woken_five_thousand_times(qtbot: QtBot) -> None:
    # WORKAROUND PySide6 6.12.0 on CPython 3.11 aborts after 500 to 1,000 of these: the reason for the bound in
    # pyproject.toml; try again at each release.
    painted: list[int] = []
    woken: list[int] = []
    waker = Waker(lambda: painted.append(1), lambda: woken.append(len(painted)))

    def wake() -> None:
        for _ in range(5000):
            waker.came.emit()

    poster = threading.Thread(target=wake)
    poster.start()
    qtbot.waitUntil(lambda: len(woken) == 5000)
    poster.join()
    assert woken == list(range(1, 5001)), "told before it was painted"
