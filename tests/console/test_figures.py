"""The figures of sessions that are over, and a line to the relay that comes and goes."""

import pytest
from structlog.testing import capture_logs

from console.figures import MAX_WAITING, Figures
from console.requests import Build, OnDone, OnFailed
from protocol import envelope
from protocol.desk.events import Sample

SAMPLES = (Sample(10.0, 20.0, 12.0, 300, 900_000, 1.0),)


class Line:
    """To a relay; what was asked, and how to answer it."""

    def __init__(self) -> None:
        self.asked: list[envelope.AddSessionFigures] = []
        self.answers: list[tuple[OnDone, OnFailed]] = []
        self.figures = Figures(self._ask)

    def _ask(self, build: Build, on_done: OnDone, on_failed: OnFailed) -> None:
        message = build(len(self.asked))
        assert isinstance(message, envelope.AddSessionFigures)
        self.asked.append(message)
        self.answers.append((on_done, on_failed))

    @property
    def sessions(self) -> list[str]:
        return [message.session for message in self.asked]

    def take(self) -> None:
        self.answers[-1][0](envelope.Done(0))

    def refuse(self) -> None:
        self.answers[-1][1]("Only a session's technician can say how its picture was.")

    def come(self) -> None:
        self.figures.line_changed(online=True)

    def go(self) -> None:
        self.figures.line_changed(online=False)


@pytest.fixture
def line() -> Line:
    return Line()


def test_figures_of_a_session_that_ended_without_a_line_go_once_the_line_is_back(line: Line) -> None:
    line.figures.report("a", SAMPLES)
    assert line.asked == []
    line.come()
    assert line.asked == [envelope.AddSessionFigures(0, "a", SAMPLES)]
    line.take()
    line.go()
    line.come()
    assert line.sessions == ["a"]


def test_figures_whose_answer_was_cut_off_go_again(line: Line) -> None:
    line.come()
    line.figures.report("a", SAMPLES)
    line.go()
    line.answers[-1][1]("The line was cut.")
    line.come()
    assert line.sessions == ["a", "a"]


def test_figures_that_the_relay_refuses_are_not_sent_again_and_the_log_says_why(line: Line) -> None:
    line.come()
    line.figures.report("a", SAMPLES)
    with capture_logs() as log:
        line.refuse()
    assert [(entry["event"], entry["session"]) for entry in log] == [("figures_not_kept", "a")]
    line.go()
    line.come()
    assert line.sessions == ["a"]


def test_of_too_many_that_wait_the_oldest_are_given_up(line: Line) -> None:
    with capture_logs() as log:
        for at in range(MAX_WAITING + 2):
            line.figures.report(str(at), SAMPLES)
    assert [entry["session"] for entry in log if entry["event"] == "figures_not_kept"] == ["0", "1"]
    line.come()
    assert line.sessions == [str(at) for at in range(2, MAX_WAITING + 2)]


def test_what_still_waits_at_the_end_of_the_program_is_said_to_be_lost(line: Line) -> None:
    line.figures.report("a", SAMPLES)
    with capture_logs() as log:
        line.figures.give_up_all()
    assert [(entry["event"], entry["session"]) for entry in log] == [("figures_not_kept", "a")]
    line.come()
    assert line.asked == []


def test_a_session_without_a_picture_has_no_figures_to_send(line: Line) -> None:
    line.come()
    line.figures.report("a", ())
    assert line.asked == []
