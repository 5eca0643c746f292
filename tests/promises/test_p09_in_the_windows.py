"""P9: the ticket carries what the user saw and left ticked, read off both displays."""

from tests.stage.scene import Scene

UNTICKED = ("Disk", "Screens")


def test_p09_the_technician_reads_what_the_user_saw_and_left_ticked(at_the_desk: Scene) -> None:
    user, technician = at_the_desk.user, at_the_desk.technician
    form = user.open_form()
    facts = form.control("preview", ["panel"], "What will be sent")
    previewed = {
        facts.checkbox(index=index).name: facts.checkbox(index=index).description
        for index in range(facts.checkbox().count())
    }
    assert {"System", "Memory", "Disk", "Network", "Recent errors"} <= previewed.keys()
    form.field("What is wrong?").fill("It is slow")
    for label in UNTICKED:
        facts.checkbox(label).untick()
    form.button("Send").press()
    console = technician.open(user.number_given())
    console.wait_text(f"Memory: {previewed['Memory']}")
    said = console.control("diagnostics", ["filler", "panel"], "Diagnostics").texts()
    for label, value in previewed.items():
        assert (f"{label}: {value}" in said) == (label not in UNTICKED), label
