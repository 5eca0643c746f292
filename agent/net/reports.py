"""What a ticket's history is told of its sessions: consents and ends. On the network thread.

Guarantees: said in their order, and again after each cut of the line until the relay has answered, so that neither is
lost; only of sessions that there were here, so a relay cannot make this grow.
"""

import msgspec

from agent.net.asked import About, Asked
from protocol import envelope

Report = envelope.ReportConsent | envelope.ReportEnd


class Reports:
    """Those without an answer yet, by session."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._unanswered: dict[str, list[Report]] = {}

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self._unanswered.values()))

    def consent(self, session: str, consent: bytes) -> None:
        """The user has allowed something."""
        self.tell(envelope.ReportConsent(0, session, consent))

    def tell(self, report: Report) -> None:
        """Kept until it is answered."""
        self._unanswered.setdefault(report.session, []).append(report)
        self._send(report)

    def signed_in(self) -> None:
        """There is a line again."""
        for reports in self._unanswered.values():
            for report in reports:
                self._send(report)

    def answered(self, about: About) -> None:
        """By the relay: the oldest of that session; whatever else it is about is nothing here."""
        if isinstance(about, str) and (reports := self._unanswered.get(about)):
            reports.pop(0)
            if not reports:
                del self._unanswered[about]

    def _send(self, report: Report) -> None:
        self._asked.ask(msgspec.structs.replace(report, ref=self._asked.next_ref()), report.session)
