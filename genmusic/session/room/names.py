"""Names of rooms."""

from __future__ import annotations

import re

from genmusic.errors import ProtocolError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a room."""
    if not NAME.fullmatch(name):
        raise ProtocolError(
            f"a room's name has 1 to 32 small letters, digits and hyphens, got {name!r:.60}"
        )
