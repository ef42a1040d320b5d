"""Titles between the bytes of a stream, as SHOUTcast invented them and players still read them.

After every ``METADATA_INTERVAL`` bytes of sound comes one byte, a sixteenth of the length of the
text that follows. Whoever sends ``Icy-MetaData: 1`` wants it.
"""

from __future__ import annotations

METADATA_INTERVAL = 8_192  # bytes of sound: a title within half a second of Opus
_UNIT = 16
_LONGEST = 255 * _UNIT
_FORBIDDEN = str.maketrans({"'": "’", "\0": " ", "\r": " ", "\n": " "})
"""An apostrophe would end the title; the format has no escape."""


class Interleaver:
    """Puts the title between the bytes, when it has changed, and an empty text otherwise."""

    def __init__(self, interval: int = METADATA_INTERVAL) -> None:
        self._interval = interval
        self._left = interval
        self._told = ""

    def weave(self, sound: bytes, title: str) -> bytes:
        """The bytes with metadata wherever it is due."""
        parts = []
        while len(sound) >= self._left:
            parts += [sound[: self._left], self._metadata(title)]
            sound = sound[self._left :]
            self._left = self._interval
        self._left -= len(sound)
        return b"".join([*parts, sound])

    def _metadata(self, title: str) -> bytes:
        if title == self._told:
            return b"\0"
        self._told = title
        return metadata(title)


def metadata(title: str) -> bytes:
    """The length and the text that set the title."""
    text = f"StreamTitle='{title.translate(_FORBIDDEN)}';".encode()[:_LONGEST]
    units = -(-len(text) // _UNIT)
    return bytes([units]) + text.ljust(units * _UNIT, b"\0")
