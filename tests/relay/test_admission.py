import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from relay.admission import MAILS_FORGOTTEN_S, Bucket, Buckets, MailsLeft, SignIns, address_key


@given(
    rate=st.floats(0.1, 100),
    burst=st.floats(1, 100),
    gaps=st.lists(st.floats(0, 5), max_size=200),
)
def test_no_more_is_taken_than_the_rate_and_the_burst_allow(rate: float, burst: float, gaps: list[float]) -> None:
    bucket, now, taken = Bucket(rate, burst, now=0), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now)
    assert taken <= burst + rate * now + 1e-6


def test_a_clock_that_goes_backwards_gives_nothing_away() -> None:
    bucket = Bucket(1, 1, now=100)
    assert bucket.take(100)
    assert not bucket.take(50)
    assert not bucket.take(50.5)


def test_one_address_cannot_use_up_the_others_sign_ins() -> None:
    sign_ins = SignIns(now=0)
    burst = int(limits.SIGN_INS_PER_ADDRESS[1])
    refused = [sign_ins.take("192.0.2.1", 0) for _ in range(burst + 1)]
    assert refused == [None] * burst + ["too_many_sign_ins_from_address"]
    assert sign_ins.take("192.0.2.2", 0) is None


def test_all_together_have_a_bound_too() -> None:
    sign_ins = SignIns(now=0)
    burst = int(limits.SIGN_INS_IN_ALL[1])
    refused = [sign_ins.take(f"10.0.{n // 250}.{n % 250}", 0) for n in range(burst + 1)]
    assert refused == [None] * burst + ["too_many_sign_ins"]


def test_a_million_addresses_take_bounded_memory() -> None:
    buckets = Buckets(1, 1, kept=100)
    for number in range(10_000):
        buckets.take(str(number), 0)
    assert len(buckets) == 100


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "unknown"),
    ],
)
def test_an_ipv6_subscriber_counts_once(address: str, key: str) -> None:
    assert address_key(address) == key


def test_one_mailbox_gets_three_mails_at_once_and_no_more_than_forty_on_any_day() -> None:
    left, day, sent = MailsLeft(0), 86_400, []
    for second in (0, 0, 0, 0, *range(60, 3 * day, 60)):
        may, left = left.one_more(second)
        sent += [second] * may
    assert sent[:4] == [0, 0, 0, 300]
    assert sum(second < day for second in sent) <= 40
    assert sum(day <= second < 2 * day for second in sent) <= 21


@given(gaps=st.lists(st.floats(0, 1000), max_size=60))
def test_whom_no_mail_went_to_for_a_day_can_be_forgotten(gaps: list[float]) -> None:
    left = MailsLeft(0)
    for gap in gaps:
        _, left = left.one_more(left.at_s + gap)
    later = left.at_s + MAILS_FORGOTTEN_S
    refilled, fresh = left.one_more(later)[1], MailsLeft(later).one_more(later)[1]
    assert abs(refilled.at_once - fresh.at_once) + abs(refilled.a_day - fresh.a_day) < 1e-6
