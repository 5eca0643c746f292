"""A customer with a contract, for tests: solved within 8 hours, answered within one, day and night."""

from datetime import UTC, datetime

from protocol.desk import events
from protocol.desk.contract import Contract, ContractVersion, LossLevels, Rate, ServiceLevel, Target

FROM = datetime(2026, 1, 1, tzinfo=UTC)
LEVEL = ServiceLevel(first_response=Target(60), next_update=Target(240), resolution=Target(480))
URGENT = ServiceLevel(first_response=Target(15), next_update=Target(60), resolution=Target(120))
CONTRACT = Contract(
    "gold",
    "firm",
    (
        ContractVersion(
            FROM,
            "jana",
            "petr",
            Rate(9000, "EUR"),
            levels=(URGENT, URGENT, LEVEL, LEVEL, LEVEL),
            losses=LossLevels(100, 1000),
        ),
    ),
)
BOOK: tuple[events.BookEvent, ...] = (
    events.DeskSet(events.DeskSettings("Help desk", contract="gold", language="en")),
    events.ContractSet(CONTRACT),
    events.CustomerSet(events.Customer("firm", "The Firm", "gold")),
    events.UserSet(events.User("eva", "Eva Malá", "firm", language="de")),
    events.MachineSet(events.Machine("laptop", "Laptop", "eva")),
    events.StaffSet(events.StaffProfile("petr", "Petr Dvořák", "Lead", "+420 1", lead=True)),
)
