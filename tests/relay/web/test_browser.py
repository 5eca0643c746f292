"""The pages as a person has them: in a real browser, without scripts, by keyboard, on a phone, in the dark."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from protocol.desk import events
from protocol.desk.calendar import SpecialDay
from relay.store import THE_DESK, By
from relay.web.links import Way
from tests.relay.web.browsing import Away, barriers, chromium, desk_beside, page_in, too_wide
from tests.relay.web.desk import LONG_AGO, register
from tests.relay.web.test_staff import link

pytestmark = pytest.mark.e2e
JANA = By(events.Actor.STAFF, "jana", "Jana Nováková")
JANA_IS = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
LOOKS = os.environ.get("ATHAND_LOOKS", "")
"""A folder for pictures of the pages, to be looked at."""
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    holiday = SpecialDay((datetime.now(UTC) + timedelta(days=9)).date(), "St. Nobody's Day")
    with desk_beside(tmp_path_factory.mktemp("web"), *register(holiday, page="http://help.desk.example")) as running:
        yield running


def busy(away: Away, **changes: str) -> int:
    """A ticket on which everything is asked at once; its number."""
    number = away.do(away.at.asked(f"The printer is on fire\n{LONG}", **changes))
    soon = datetime.now(UTC) + timedelta(days=2)
    away.do(
        away.at.happens(
            number,
            events.Triaged(2, 2),
            events.Assigned(JANA_IS),
            events.Started(),
            events.NextStepSet("I bring a new one", soon),
            events.MessageAdded("Is it <b>still</b> burning?"),
            events.QuestionAsked("a" * 32, "Which floor?"),
            events.ReadBack("You want it out"),
            events.InstructionGiven("b" * 32, ("Pull the plug", "Wait for ten seconds")),
            events.QuoteMade("c" * 32, "A new printer", 12900, "EUR", soon),
            events.AppointmentMade("d" * 32, soon, soon + timedelta(hours=1), "We come by"),
            by=JANA,
        )
    )
    return number


def solved(away: Away, **changes: str) -> int:
    number = away.do(away.at.asked("No network", **changes))
    story = (events.Triaged(2, 2), events.Assigned(JANA_IS), events.Started(), events.Resolved("New cable"))
    away.do(away.at.happens(number, *story, by=JANA))
    return number


def offered(away: Away, language: str = "en") -> str:
    """A price on Adam's ticket, which Otto decides on: the way to his page."""
    otto = events.User("otto", "Otto Chef", "firma", ("otto@firma.example",), language=language, may_accept_quotes=True)
    away.do(away.at.store.record(lambda _: (events.UserSet(otto),), THE_DESK, away.at.now()))
    number = busy(away, requester="Adam Bílý", user="")
    told = events.NoticeSent(events.NoticeKind.QUOTE, "otto", "c" * 32)
    away.do(away.at.happens(number, told))
    history = away.do(away.at.store.history(number))
    notice = next(place for place, entry in history if entry.event == told)
    return f"/o/{away.at.running.relay.sites.links.token(notice, away.at.now(), Way.OFFERED)}"


def looked_at(page: Page, name: str) -> None:
    if LOOKS:
        page.screenshot(path=Path(LOOKS) / f"{name}.png", full_page=True)


def test_a_solution_is_accepted_by_keyboard_alone(away: Away, browser: Browser) -> None:
    number = solved(away)
    with page_in(browser) as page:
        page.goto(away.url(away.at.link(number)))
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "To the content"
        page.keyboard.press("Enter")
        reached = []
        while "Yes, it is solved" not in reached:
            page.keyboard.press("Tab")
            reached.append(page.locator(":focus").inner_text())
            if page.locator(":focus").get_attribute("name") == "stars":
                page.keyboard.press("ArrowLeft")  # from none, round to the last: five
            assert len(reached) < 12, reached
        assert page.locator(":focus").evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url("**?done=verdict")
        assert "It is closed, because you said so." in page.locator("[role=status]").inner_text()
    assert away.do(away.at.state(number)) == "closed"
    assert any(isinstance(event, events.Rated) for event in away.do(away.at.events(number)))


def test_somebody_asks_for_help_by_keyboard_alone(away: Away, browser: Browser) -> None:
    with page_in(browser, locale="de-DE") as page:
        page.goto(away.url("/"))
        page.get_by_label("Ihr Name").focus()
        page.keyboard.type("Adam Straße")
        page.keyboard.press("Tab")
        page.keyboard.type("adam@elsewhere.example")
        page.keyboard.press("Tab")
        page.keyboard.type("Nichts geht mehr")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**?done=asked")
        assert page.get_by_role("heading", level=1).inner_text() == "Nichts geht mehr"
        (ticket,) = [t for t in away.do(away.at.store.unfinished()) if t.requester == "Adam Straße"]
        assert (ticket.urgency, ticket.language) == (1, "de")


def test_a_message_with_a_file_goes_out_and_is_shown(away: Away, browser: Browser, tmp_path: Path) -> None:
    number = busy(away)
    (tmp_path / "picture.txt").write_text("flames")
    with page_in(browser) as page:
        page.goto(away.url(away.at.link(number)))
        page.get_by_label("Write to us").fill("See here")
        page.get_by_label("Add files, such as a picture of the screen").set_input_files(tmp_path / "picture.txt")
        page.get_by_role("button", name="Send message").click()
        page.wait_for_url("**?done=say")
        with page.expect_download() as download:
            page.get_by_role("link", name="picture.txt").click()
        assert Path(download.value.path()).read_text() == "flames"


def test_a_line_of_the_short_version_leads_to_what_is_behind_it(away: Away, browser: Browser) -> None:
    number = busy(away)
    with page_in(browser) as page:
        page.goto(away.url(away.at.link(number)))
        page.get_by_label("In short").get_by_role("link").first.click()
        assert "asked for help" in page.locator("li:target").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_by_the_pages(away: Away, browser: Browser, scheme: str) -> None:
    paths = {
        "busy": away.at.link(busy(away)),
        "solved": away.at.link(solved(away)),
        "welcome": "/",
        "over": away.at.link(1, at=LONG_AGO),
        "offer": offered(away),
    }
    with page_in(browser, scripts=True, color_scheme=scheme) as page:
        for name, path in paths.items():
            page.goto(away.url(path))
            assert not barriers(page), name
            looked_at(page, f"{name}-{scheme}")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_fit_a_phone_320_pixels_wide_and_200_percent(away: Away, browser: Browser, language: str) -> None:
    over = away.at.link(1, at=LONG_AGO)
    paths = {"busy": away.at.link(busy(away, language=language)), "welcome": "/", "over": over}
    paths["offer"] = offered(away, language)
    with page_in(browser, scripts=True, viewport={"width": 320, "height": 640}, locale=language) as page:
        for name, path in paths.items():
            page.goto(away.url(path))
            assert not too_wide(page), name
            small = page.evaluate(
                "[...document.querySelectorAll('button, input:not([type=hidden]):not([type=radio]), textarea')]"
                ".filter(it => it.getBoundingClientRect().height < 44).map(it => it.outerHTML)"
            )
            assert small == []
            looked_at(page, f"{name}-320-{language}")
            page.set_viewport_size({"width": 640, "height": 640})
            page.evaluate("document.documentElement.style.zoom = 2")
            assert not too_wide(page), name


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1920), ("light", 320)])
def test_nobody_of_the_staff_is_kept_out_by_theirs(away: Away, browser: Browser, scheme: str, width: int) -> None:
    number = busy(away)
    past = datetime.now(UTC) - timedelta(hours=1)
    entry = events.TimeLogged(
        f"{number:032x}", JANA_IS, past, past + timedelta(minutes=9), 540.0, events.WorkKind.PHONE
    )
    away.do(away.at.happens(number, events.NextStepSet("I bring a new one", past), entry, by=JANA))
    with page_in(browser, scripts=True, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        page.goto(away.staff_url(link(away.at)))
        assert not barriers(page)
        page.get_by_role("button", name="Sign in as Jana Nováková").click()
        page.wait_for_url(away.staff_url("/"))
        for name in ("board", "reports", "report"):
            if name == "reports":
                page.get_by_role("link", name="Reports").click()
            if name == "report":
                page.get_by_role("button", name="Show").click()
                page.wait_for_url("**/reports/firma/*")
            assert not barriers(page), name
            assert not too_wide(page), name
            looked_at(page, f"{name}-{scheme}-{width}")


def test_a_script_in_what_people_wrote_never_runs(away: Away, browser: Browser) -> None:
    attack = "<script>document.title = 'stolen'</script><img src=x onerror=\"document.title='stolen'\">"
    number = away.do(away.at.asked(attack, subject=attack, requester=attack[:120]))
    away.do(away.at.happens(number, events.MessageAdded(attack), events.NextStepSet(attack), by=JANA))
    with page_in(browser, scripts=True) as page:
        page.goto(away.url(away.at.link(number)))
        assert page.title().startswith("Received")
        assert page.locator("script, img").count() == 0
        assert page.get_by_role("heading", level=1).inner_text() == attack


def test_a_page_of_somebody_else_cannot_answer_for_the_requester(away: Away, browser: Browser, tmp_path: Path) -> None:
    number = solved(away)
    link = away.url(away.at.link(number))
    evil = tmp_path / "evil.html"
    evil.write_text(
        f'<form method="post" action="{link}/verdict"><button name="solved" value="yes">Win</button></form>'
    )
    with page_in(browser) as page:
        page.goto(link)  # has the cookie now
        page.goto(evil.as_uri())
        page.get_by_role("button").click()
        page.wait_for_url(f"{link}/verdict")
        assert "Nothing was sent yet" in page.inner_text("body")
    assert away.do(away.at.state(number)) == "resolved"


def test_holidays_stand_there(away: Away, browser: Browser) -> None:
    with page_in(browser) as page:
        page.goto(away.url("/"))
        assert "St. Nobody's Day: closed" in page.inner_text("main")
