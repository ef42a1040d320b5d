"""The names by which this server may be called, and the sites whose pages may call it.

A page of another site cannot read from a server at another name, unless its own name is made to
lead here after it was loaded (DNS rebinding). Then the name in the header gives it away. An
address in digits cannot be rebound, so it needs no permission.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

ANY = "*"
LOCAL = "localhost"


def name_of(host: str) -> str:
    """The host of a ``Host`` header or an address, without port, brackets and capitals."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return name.rstrip(".")


def is_address(name: str) -> bool:
    """Whether a name is an IP address in digits."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Names:
    """The names that lead to this server with the consent of who runs it."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._any = ANY in (allowed := tuple(allowed))
        machine = socket.gethostname().lower()
        self._names = {machine, f"{machine}.local", LOCAL, *map(name_of, allowed)}

    def welcome(self, host: str) -> bool:
        """Whether a request to this ``Host`` is meant for this server."""
        name = name_of(host)
        if self._any or name in self._names or is_address(name):
            return True
        return name.endswith(f".{LOCAL}")


class Origins:
    """The sites whose pages may use this server: its own, and those that were allowed."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}

    def foreign(self, origin: str) -> bool:
        """Whether the site was allowed by name; its pages need words of consent (CORS)."""
        return ANY in self._allowed or origin.lower() in self._allowed

    def welcome(self, origin: str | None, host: str) -> bool:
        """Whether a page of this origin may talk to the server at this host."""
        if origin is None or self.foreign(origin):
            return True
        try:
            return urlsplit(origin).netloc.lower() == host.lower()
        except ValueError:
            return False
