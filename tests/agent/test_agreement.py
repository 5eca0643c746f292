import hashlib
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent import agreement
from agent.ipc import ConsentAsked, Technician
from agent.messages import MAX_TEXT_CHARS, AnswerQuestion
from agent.own_tickets import OwnTicket
from protocol import limits
from protocol.consent import check_parties, read
from protocol.scopes import Scope
from tests.parties import NOW, Parties

PARTIES = Parties()
OWN = OwnTicket("a" * 32, "The printer is on fire", NOW, 20, 7)
SESSION = "c" * 32
scopes = st.frozensets(st.sampled_from(list(Scope)))


def asked(wanted: frozenset[Scope], certified: frozenset[Scope] = frozenset(Scope), minutes: int = 30) -> ConsentAsked:
    technician = Technician(
        "jana", "Jana Nováková", "Support engineer", "+420 123 456", "Example GmbH", certified, PARTIES.jana.leaf
    )
    return ConsentAsked(technician, b"b" * 32, 7, wanted, minutes)


def answered(granted: frozenset[Scope], text: str = "May she?") -> AnswerQuestion:
    return AnswerQuestion(SESSION, granted, text, "en")


def agree(ask: ConsentAsked, granted: frozenset[Scope], before: agreement.Agreed | None = None) -> agreement.Agreed:
    question = agreement.question(SESSION, ask, OWN, before)
    assert question is not None
    agreed = agreement.agree(
        question,
        answered(granted),
        ask,
        in_force=before.scopes if before else frozenset(),
        ticket=7,
        identity=PARTIES.laptop,
        now=NOW,
    )
    assert agreed is not None
    return agreed


@given(wanted=scopes, certified=scopes, granted=scopes)
def test_nothing_is_signed_that_was_not_asked_certified_and_granted(
    wanted: frozenset[Scope], certified: frozenset[Scope], granted: frozenset[Scope]
) -> None:
    ask = asked(wanted, certified)
    question = agreement.question(SESSION, ask, OWN, None)
    if question is None:
        assert Scope.SEE not in wanted & certified
        return
    agreed = agreement.agree(
        question, answered(granted), ask, in_force=frozenset(), ticket=7, identity=PARTIES.laptop, now=NOW
    )
    if agreed is None:
        assert Scope.SEE not in granted & wanted & certified
        return
    consent = read(agreed.consent, device_leaf=PARTIES.laptop.leaf)
    assert consent.scopes == granted & wanted & certified
    check_parties(consent, session=SESSION, binding=b"b" * 32, technician_leaf=PARTIES.jana.leaf)
    assert consent.device == hashlib.sha256(PARTIES.laptop.leaf).digest()


@given(minutes=st.integers(-5, 10**6))
def test_the_time_is_never_longer_than_the_user_said_to_have(minutes: int) -> None:
    agreed = agree(asked(frozenset({Scope.SEE}), minutes=minutes), frozenset({Scope.SEE}))
    assert timedelta(0) < agreed.until - NOW <= timedelta(minutes=OWN.minutes)


def test_more_scopes_do_not_make_it_last_longer() -> None:
    first = agree(asked(frozenset({Scope.SEE}), minutes=10), frozenset({Scope.SEE}))
    more = agree(asked(frozenset({Scope.SEE, Scope.CONTROL}), minutes=60), frozenset({Scope.CONTROL}), first)
    assert more.scopes == {Scope.SEE, Scope.CONTROL}
    assert more.until == first.until


def test_a_longer_stay_is_a_question_of_its_own() -> None:
    first = agree(asked(frozenset({Scope.SEE}), minutes=10), frozenset({Scope.SEE}))
    longer = agree(asked(frozenset({Scope.SEE}), minutes=60), frozenset({Scope.SEE}), first)
    assert longer.until == NOW + timedelta(minutes=60)


@given(text=st.text(max_size=limits.NOTE_CHARS * 2))
def test_any_text_on_the_screen_can_be_signed_and_read_back(text: str) -> None:
    ask = asked(frozenset({Scope.SEE}))
    question = agreement.question(SESSION, ask, OWN, None)
    assert question is not None
    agreed = agreement.agree(
        question,
        answered(frozenset({Scope.SEE}), text),
        ask,
        in_force=frozenset(),
        ticket=7,
        identity=PARTIES.laptop,
        now=NOW,
    )
    assert agreed is not None
    assert read(agreed.consent, device_leaf=PARTIES.laptop.leaf).text == text[:MAX_TEXT_CHARS]


def test_a_longest_text_in_letters_of_four_bytes_fits_too() -> None:
    ask = asked(frozenset({Scope.SEE}))
    question = agreement.question(SESSION, ask, OWN, None)
    assert question is not None
    text = "\U0001f600" * MAX_TEXT_CHARS
    agreed = agreement.agree(
        question,
        answered(frozenset({Scope.SEE}), text),
        ask,
        in_force=frozenset(),
        ticket=7,
        identity=PARTIES.laptop,
        now=NOW,
    )
    assert agreed is not None
    assert read(agreed.consent, device_leaf=PARTIES.laptop.leaf).text == text


@given(before=scopes, in_force=scopes, granted=scopes)
def test_an_answer_never_brings_back_what_was_taken_back_meanwhile(
    before: frozenset[Scope], in_force: frozenset[Scope], granted: frozenset[Scope]
) -> None:
    ask = asked(frozenset({Scope.SEE, Scope.CONTROL}))
    first = agreement.Agreed(before | {Scope.SEE}, NOW + timedelta(minutes=5), b"")
    question = agreement.question(SESSION, ask, OWN, first)
    assert question is not None
    agreed = agreement.agree(
        question, answered(granted), ask, in_force=in_force, ticket=7, identity=PARTIES.laptop, now=NOW
    )
    if in_force != first.scopes:
        assert agreed is None
    elif agreed is not None:
        assert agreed.scopes == in_force | (granted & question.scopes)


def test_the_screens_are_chosen_at_the_beginning_and_a_later_answer_does_not_change_them() -> None:
    see, more = frozenset({Scope.SEE}), frozenset({Scope.SEE, Scope.CONTROL})

    def agreed(wanted: frozenset[Scope], chosen: tuple[str, ...], before: agreement.Agreed | None) -> agreement.Agreed:
        ask = asked(wanted)
        question = agreement.question(SESSION, ask, OWN, before)
        assert question is not None
        answer = AnswerQuestion(SESSION, wanted, "May she?", "en", monitors=chosen)
        in_force = before.scopes if before else frozenset()
        found = agreement.agree(question, answer, ask, in_force=in_force, ticket=7, identity=PARTIES.laptop, now=NOW)
        assert found is not None
        return found

    first = agreed(see, ("DP-1",), None)
    second = agreed(more, (), first)
    for one in (first, second):
        assert one.monitors == ("DP-1",)
        assert read(one.consent, device_leaf=PARTIES.laptop.leaf).monitors == ("DP-1",)
    assert agreed(see, (), None).monitors == ()
