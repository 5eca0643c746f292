"""Tells the programs of a desk whether the person likes dark colours: the Settings part of the XDG desktop portal.

Runs by itself on Debian's Python (the one with `gi`), with "light" or "dark" as its argument; `ready` is printed once
the portal is on the bus.
"""

import importlib
import sys
from typing import Any

gi: Any = importlib.import_module("gi")
Gio: Any = importlib.import_module("gi.repository.Gio")
GLib: Any = importlib.import_module("gi.repository.GLib")

# https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
INTERFACE = "org.freedesktop.portal.Settings"
PATH = "/org/freedesktop/portal/desktop"
NAMESPACE, KEY = "org.freedesktop.appearance", "color-scheme"
SCHEMES = {"dark": 1, "light": 2}
DESCRIPTION = f"""
<node><interface name="{INTERFACE}">
  <method name="ReadAll">
    <arg type="as" direction="in"/><arg type="a{{sa{{sv}}}}" direction="out"/>
  </method>
  <method name="Read">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
  </method>
  <method name="ReadOne">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
  </method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
  <property name="version" type="u" access="read"/>
</interface></node>
"""


class Portal:
    """The portal's one setting."""

    def __init__(self, connection: Any, scheme: str) -> None:
        self._scheme = SCHEMES[scheme]
        interface = Gio.DBusNodeInfo.new_for_xml(DESCRIPTION).interfaces[0]
        connection.register_object(PATH, interface, self._called, lambda *_: GLib.Variant("u", 2), None)

    def _value(self) -> Any:
        return GLib.Variant("u", self._scheme)

    def _called(self, *call: Any) -> None:
        _, _, _, _, method, parameters, invocation = call
        if method == "ReadAll":
            invocation.return_value(GLib.Variant("(a{sa{sv}})", ({NAMESPACE: {KEY: self._value()}},)))
        elif parameters.unpack() != (NAMESPACE, KEY):
            invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "there is no such setting here")
        elif method == "Read":  # as it always was: a variant within a variant
            invocation.return_value(GLib.Variant("(v)", (GLib.Variant("v", self._value()),)))
        else:
            invocation.return_value(GLib.Variant("(v)", (self._value(),)))


def main() -> None:
    """Serve until killed."""
    connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    portal = Portal(connection, sys.argv[1])
    Gio.bus_own_name_on_connection(
        connection, "org.freedesktop.portal.Desktop", 0, lambda *_: print("ready", flush=True), None
    )
    GLib.MainLoop().run()
    del portal  # it had to live until here


if __name__ == "__main__":
    main()
