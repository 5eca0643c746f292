from PySide6.QtNetwork import QNetworkInformation
from pytestqt.qtbot import QtBot

from agent.network import NetworkWatch

Reachability = QNetworkInformation.Reachability


def test_a_network_that_is_back_is_told_at_once_and_one_that_went_is_not(qtbot: QtBot) -> None:
    watch = NetworkWatch()
    for gone in (Reachability.Disconnected, Reachability.Unknown):
        with qtbot.assertNotEmitted(watch.came_back):
            watch._changed(gone)
    for back in (Reachability.Local, Reachability.Site, Reachability.Online):
        with qtbot.waitSignal(watch.came_back, timeout=1000):
            watch._changed(back)
