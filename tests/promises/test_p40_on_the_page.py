"""P40 on the page: who has no agent complains there, too, past whoever handled his request."""

from pathlib import Path

from protocol import envelope
from protocol.desk.terms import TicketKind
from tests.relay.rig import scene
from tests.relay.web.desk import desk


@scene
async def test_p40_a_complaint_from_the_page_goes_past_who_handled_it_and_has_a_page_of_its_own(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        jana, number, visitor = await at.staff(), await at.asked(), at.visitor()
        await jana.takes(number)
        page = await visitor.get(at.link(number))
        empty = await visitor.send(page, "/complain", text="  ")
        assert (empty.status, "Please write something first." in empty.text) == (422, True)
        shown = await visitor.send(page, "/complain", text="Nobody listened to me")
        assert "Your complaint goes to somebody who had nothing to do with your request." in shown.text
        assert "Nobody listened to me" in shown.text
        assert "Petr Malý , Support engineer" in shown.text, "not Jana's, though she leads"
        again = await visitor.send(page, "/complain", text="Nobody listened to me")
        assert again.text.count("Nobody listened to me") == shown.text.count("Nobody listened to me")
        (complaint,) = (await jana.ask(envelope.ListQueue, kind=TicketKind.COMPLAINT)).tickets
        refused = await jana.takes(complaint.number)
        assert "past the person concerned" in refused.sentence
        assert not shown.has_form("/complain")
        assert (await visitor.send(page, "/say", text="And it smokes")).status == 200, "the request itself goes on"


@scene
async def test_p40_complaints_fill_nobodys_mailbox(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor, link = at.visitor(), at.link(await at.asked())
        statuses = [(await visitor.send(await visitor.get(link), "/complain", text=f"No {n}")).status for n in range(5)]
        assert statuses == [200, 200, 200, 422, 422]
