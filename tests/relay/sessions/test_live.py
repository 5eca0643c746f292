import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.desk.events import EndReason, Staff
from protocol.trust import Role
from relay.sessions import LiveSession, Over, SessionState, Switchboard
from relay.sessions.states import SessionStepRefused
from relay.sessions.switchboard import JoinRefused

JANA = Staff("jana", "Jana", "Engineer", "1")
OF_USER = (
    EndReason.USER_STOPPED,
    EndReason.HOT_KEY,
    EndReason.REFUSED,
    EndReason.NO_ANSWER,
    EndReason.USER_LOGGED_OFF,
)


NOBODYS_BUT_HIS = (EndReason.TECHNICIAN_LEFT, EndReason.TIME_OVER)
"""What a technician says of himself, and what only the clock says: then nobody has said no in time."""


class Line:
    """A socket as far as a session sees one."""

    def __init__(self) -> None:
        self.hung_up = False
        self.other: Line | None = None

    def hang_up(self) -> None:
        self.hung_up = True

    def pair(self, other: "Line") -> None:
        self.other = other


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Exchange:
    """A switchboard, its clock, and what it said was over."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.over: list[tuple[str, Over]] = []
        self.lines: list[Line] = []
        self.board: Switchboard[Line] = Switchboard(
            lambda session, over: self.over.append((session.identifier, over)), self.clock
        )

    def offer(self, identifier: str = "s1", device: str = "laptop") -> LiveSession[Line]:
        return self.board.offer(identifier, 1, device, JANA, bytes(32))

    def join(self, role: Role, identifier: str = "s1", device: str = "laptop") -> Line:
        line = Line()
        self.board.join(identifier, role, device if role is Role.DEVICE else "jana", line)
        self.lines.append(line)
        return line

    def cut(self, session: LiveSession[Line]) -> None:
        """One of the two sockets closes."""
        self.board.left(session, next(iter(session.ends.values())))

    def paired(self, identifier: str = "s1", device: str = "laptop") -> tuple[LiveSession[Line], Line, Line]:
        session = self.offer(identifier, device)
        agent = self.join(Role.DEVICE, identifier, device)
        return session, agent, self.join(Role.TECHNICIAN, identifier, device)

    def after(self, seconds: float) -> None:
        self.clock.now += seconds
        self.board.sweep()


def test_both_ends_are_connected_to_each_other_only() -> None:
    exchange = Exchange()
    _, agent, console = exchange.paired()
    _, other_agent, other_console = exchange.paired("s2", "desktop")
    assert (agent.other, console.other) == (console, agent)
    assert (other_agent.other, other_console.other) == (other_console, other_agent)


def test_one_end_closing_hangs_up_the_other_and_its_report_gives_the_reason() -> None:
    exchange = Exchange()
    session, agent, console = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.clock.now += 60
    exchange.board.left(session, agent)
    assert console.hung_up
    exchange.clock.now += 0.5
    exchange.board.report(session, Role.DEVICE, EndReason.HOT_KEY)
    assert exchange.over == [("s1", Over(EndReason.HOT_KEY, 60.0))]


def test_a_line_that_closes_before_any_consent_was_lost_after_three_seconds() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    exchange.cut(session)
    exchange.after(2.9)
    assert exchange.over == []
    exchange.after(0.2)
    assert exchange.over == [("s1", Over(EndReason.LINE_LOST, 0.0))]


def test_the_users_no_is_the_reason_in_whichever_order_the_ends_and_their_lines_tell_of_it() -> None:
    def told(exchange: Exchange, session: LiveSession[Line], what: str) -> None:
        match what:
            case "no":
                exchange.board.report(session, Role.DEVICE, EndReason.REFUSED)
            case "line":
                exchange.cut(session) if session.ends else None
            case _ if exchange.board.find("s1"):  # else it is told that it is over
                exchange.board.report(session, Role.TECHNICIAN, EndReason(what))

    others = ("line", *(reason for reason in EndReason if reason not in {EndReason.NOT_TRUSTED, *NOBODYS_BUT_HIS}))
    for first, second in itertools.permutations(others, 2):
        for before in range(3):
            exchange = Exchange()
            session, *_ = exchange.paired()
            order = [str(first), str(second)]
            order.insert(before, "no")
            for what in order:
                told(exchange, session, what)
                exchange.clock.now += 1
                exchange.board.sweep()
            assert exchange.over == [("s1", Over(EndReason.REFUSED, 0.0))], order


def test_a_console_that_tripped_over_something_says_so_when_nobody_says_more() -> None:
    exchange = Exchange()
    session, agent, _ = exchange.paired()
    exchange.board.report(session, Role.TECHNICIAN, EndReason.FAULT)
    assert agent.hung_up
    exchange.after(3.1)
    assert exchange.over == [("s1", Over(EndReason.FAULT, 0.0))]


def test_a_session_with_a_consent_waits_a_minute_for_its_ends_which_nobody_worked() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.clock.now += 60
    exchange.cut(session)
    exchange.after(limits.RESUME_S - 0.1)
    assert exchange.over == []
    exchange.after(0.2)
    assert exchange.over == [("s1", Over(EndReason.LINE_LOST, 60.0))]


def test_both_ends_that_come_back_are_connected_again_and_the_gap_is_not_worked() -> None:
    exchange = Exchange()
    session, old, _ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.clock.now += 60
    exchange.cut(session)
    exchange.clock.now += 20
    console = exchange.join(Role.TECHNICIAN)
    exchange.clock.now += 20
    agent = exchange.join(Role.DEVICE)
    assert (agent.other, console.other) == (console, agent)
    exchange.board.left(session, old)  # its socket's end is seen late, and is nobody's any more
    exchange.clock.now += 100
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    assert exchange.over == [("s1", Over(EndReason.USER_STOPPED, 160.0))]


def test_a_minute_of_waiting_is_not_begun_anew_by_one_end_that_comes_and_goes() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.cut(session)
    for _ in range(5):
        exchange.clock.now += 11
        exchange.join(Role.DEVICE)
        exchange.cut(session)
    exchange.after(6)
    assert [over.reason for _, over in exchange.over] == [EndReason.LINE_LOST]


def test_a_consent_that_ends_while_the_line_is_cut_is_over_by_time() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(10, exchange.clock())
    exchange.cut(session)
    exchange.after(20)
    assert [over.reason for _, over in exchange.over] == [EndReason.TIME_OVER]


def test_the_end_that_dials_anew_replaces_its_own_old_line_and_no_other() -> None:
    exchange = Exchange()
    session, agent, console = exchange.paired()
    session.consent(600, exchange.clock())
    with pytest.raises(JoinRefused):
        exchange.board.join("s1", Role.TECHNICIAN, "petr", Line())
    hung_up = [agent.hung_up, console.hung_up]
    back = exchange.join(Role.TECHNICIAN)
    hung_up += [agent.hung_up, console.hung_up]
    assert hung_up == [False, False, True, True]
    assert exchange.join(Role.DEVICE).other is back


def test_nobody_comes_back_once_the_user_has_stopped_it() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.cut(session)
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    for role in (Role.DEVICE, Role.TECHNICIAN):
        with pytest.raises(JoinRefused) as refused:
            exchange.join(role)
        assert not refused.value.in_use


def test_an_end_that_gives_up_is_not_waited_for() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.cut(session)
    exchange.board.report(session, Role.DEVICE, EndReason.LINE_LOST)
    exchange.after(1.1)
    assert [over.reason for _, over in exchange.over] == [EndReason.LINE_LOST]


def test_what_was_not_consented_to_counts_no_minutes() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    exchange.clock.now += 50
    exchange.board.report(session, Role.DEVICE, EndReason.REFUSED)
    assert exchange.over == [("s1", Over(EndReason.REFUSED, 0.0))]


def test_the_first_report_counts() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    with pytest.raises(SessionStepRefused):
        exchange.board.report(session, Role.TECHNICIAN, EndReason.TECHNICIAN_LEFT)
    assert [over.reason for _, over in exchange.over] == [EndReason.USER_STOPPED]
    assert exchange.board.was("s1", "jana")
    assert not exchange.board.was("s1", "petr")


@pytest.mark.parametrize("reason", OF_USER)
def test_a_technician_cannot_say_what_the_user_did(reason: EndReason) -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    exchange.board.report(session, Role.TECHNICIAN, reason)
    exchange.after(3.1)
    assert [over.reason for _, over in exchange.over] == [EndReason.LINE_LOST]


def test_an_agent_cannot_say_that_the_technician_left() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    exchange.board.report(session, Role.DEVICE, EndReason.TECHNICIAN_LEFT)
    exchange.board.report(session, Role.TECHNICIAN, EndReason.TECHNICIAN_LEFT)
    assert [over.reason for _, over in exchange.over] == [EndReason.TECHNICIAN_LEFT]


def test_a_technician_saying_the_user_stopped_waits_for_the_user_to_say_so() -> None:
    exchange = Exchange()
    session, agent, _ = exchange.paired()
    exchange.board.report(session, Role.TECHNICIAN, EndReason.USER_STOPPED)
    assert agent.hung_up
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    assert [over.reason for _, over in exchange.over] == [EndReason.USER_STOPPED]


def test_ends_that_do_not_come_end_it_after_the_time_to_pair() -> None:
    exchange = Exchange()
    session = exchange.offer()
    console = Line()
    exchange.board.join("s1", Role.TECHNICIAN, "jana", console)
    exchange.after(limits.PAIRING_S - 1)
    assert session.state is SessionState.HALF
    exchange.after(2)
    assert [over.reason for _, over in exchange.over] == [EndReason.LINE_LOST]
    assert console.hung_up


def test_no_consent_is_no_answer_and_an_endless_session_ends_with_its_consent() -> None:
    exchange = Exchange()
    exchange.paired()
    exchange.after(limits.CONSENT_ANSWER_S + 60)
    session, *_ = exchange.paired("s2")
    session.consent(600, exchange.clock())
    exchange.after(599)
    assert len(exchange.over) == 1
    exchange.after(10)
    assert [over.reason for _, over in exchange.over] == [EndReason.NO_ANSWER, EndReason.TIME_OVER]


def test_an_end_joins_only_its_own_session_and_only_once() -> None:
    exchange = Exchange()
    exchange.offer()
    board = exchange.board
    for role, party in ((Role.DEVICE, "desktop"), (Role.TECHNICIAN, "petr"), (Role.DEVICE, "jana")):
        with pytest.raises(JoinRefused) as refused:
            board.join("s1", role, party, Line())
        assert not refused.value.in_use
    with pytest.raises(JoinRefused):
        board.join("s2", Role.DEVICE, "laptop", Line())
    board.join("s1", Role.DEVICE, "laptop", Line())
    with pytest.raises(JoinRefused) as refused:
        board.join("s1", Role.DEVICE, "laptop", Line())
    assert refused.value.in_use


def test_a_device_has_one_session_and_a_lost_one_makes_room_at_once() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    assert exchange.board.running_on("laptop") is session
    exchange.cut(session)
    assert exchange.board.running_on("laptop") is None
    assert [over.reason for _, over in exchange.over] == [EndReason.LINE_LOST]


_happenings = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sampled_from([Role.DEVICE, Role.TECHNICIAN])),
        st.tuples(st.just("left"), st.none()),
        st.tuples(st.just("consent"), st.none()),
        st.tuples(st.just("report"), st.tuples(st.sampled_from(list(Role)[:2]), st.sampled_from(EndReason))),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.6, 2.0, 31.0, 95.0])),
    ),
    max_size=16,
)


@given(_happenings)
def test_whatever_happens_a_session_ends_exactly_once(happenings: list[tuple[str, object]]) -> None:
    exchange = Exchange()
    session = exchange.offer()
    consented = False
    for what, how in happenings:
        if exchange.board.find("s1") is None:
            break
        try:
            match what, how:
                case "join", Role():
                    exchange.join(how)
                case "left", None if session.ends:
                    exchange.cut(session)
                case "consent", None:
                    session.consent(600, exchange.clock())
                    consented = True
                case "report", (Role() as role, EndReason() as reason):
                    exchange.board.report(session, role, reason)
                case "wait", float():
                    exchange.after(how)
        except (JoinRefused, SessionStepRefused):
            continue
    exchange.after(10_000)
    exchange.after(10_000)
    assert [identifier for identifier, _ in exchange.over] == ["s1"]
    assert len(exchange.board) == 0
    assert all(line.hung_up for line in exchange.lines)
    assert 0 <= exchange.over[0][1].worked_s <= exchange.clock.now - 1000
    assert consented or exchange.over[0][1].worked_s == 0


def test_each_gap_is_taken_off_and_the_minutes_go_on_from_where_they_stood() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    for worked_s, gap_s in ((60, 20), (30, 40)):
        exchange.clock.now += worked_s
        exchange.cut(session)
        exchange.clock.now += gap_s
        exchange.join(Role.TECHNICIAN)
        exchange.join(Role.DEVICE)
    exchange.clock.now += 10
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    assert exchange.over == [("s1", Over(EndReason.USER_STOPPED, 100.0))]


def test_more_time_that_is_allowed_begins_no_new_session() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.clock.now += 500
    session.consent(600, exchange.clock())
    exchange.clock.now += 400
    exchange.board.report(session, Role.DEVICE, EndReason.USER_STOPPED)
    assert exchange.over == [("s1", Over(EndReason.USER_STOPPED, 900.0))]


def test_what_is_told_after_it_was_given_up_adds_no_minute() -> None:
    exchange = Exchange()
    session, agent, console = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.clock.now += 60
    exchange.board.report(session, Role.DEVICE, EndReason.LINE_LOST)
    exchange.clock.now += 0.5
    exchange.board.left(session, agent)
    exchange.board.left(session, console)
    exchange.after(3.1)
    assert exchange.over == [("s1", Over(EndReason.LINE_LOST, 60.0))]


def test_once_both_are_back_only_the_time_that_was_allowed_ends_it() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.cut(session)
    exchange.join(Role.TECHNICIAN)
    exchange.join(Role.DEVICE)
    exchange.after(605.0)
    assert exchange.over == [("s1", Over(EndReason.TIME_OVER, 605.0))]


def test_a_relay_that_slept_through_the_end_counts_what_was_agreed_and_no_minute_more() -> None:
    exchange = Exchange()
    session, *_ = exchange.paired()
    session.consent(600, exchange.clock())
    exchange.after(3600)
    assert exchange.over == [("s1", Over(EndReason.TIME_OVER, 605.0))]


def test_every_reason_ends_a_session_from_either_side() -> None:
    for role, reason in itertools.product((Role.DEVICE, Role.TECHNICIAN), EndReason):
        exchange = Exchange()
        session, *_ = exchange.paired()
        exchange.board.report(session, role, reason)
        exchange.after(3.1)
        assert len(exchange.over) == 1
