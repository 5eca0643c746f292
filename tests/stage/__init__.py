"""Virtual desks for tests, the demo and the bench: real X servers, trays, keyrings and the accessibility tree.

`Desk` brings up one person's desk; `desk.ui` works its windows the way a screen reader does; `World` puts an
organisation, a relay, a user and a technician together. Nothing that was started outlives its desk, even when the
tests themselves are killed.
"""

from tests.stage.desk import Desk
from tests.stage.process import Process, StageError
from tests.stage.ui import Control, Ui, Window

__all__ = ["Control", "Desk", "Process", "StageError", "Ui", "Window"]
