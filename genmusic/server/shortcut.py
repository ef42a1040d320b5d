"""A shorter way for acks, which are nearly all that listeners say.

Between a socket and aiohttp's WebSocket a queue, a timer and two tasks lie ahead of each message.
An ack changes two numbers: it is taken where it arrives, for two thirds of the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

FINAL_TEXT = 0x81  # first byte of the only frame of a text (RFC 6455, section 5.2)
FINAL, MASKED = 0x80, 0x80
SHORT = 125  # the longest payload whose length is one byte
MEDIUM = 126  # says that two bytes of length follow
HEAD_BYTES = 6  # of a short frame of a client, with its mask


class Shortcut(asyncio.Protocol):
    """What a transport talks to in place of the WebSocket's own protocol.

    A short text that comes by itself is offered to ``take``, in UTF-8; all that is not taken goes
    on to the WebSocket, which knows nothing of the rest. Where one frame ends in the midst of what
    was read, or begins a longer message, the shortcut is closed for good: what looks like a text
    then may be a part of something else.
    """

    def __init__(self, websocket: asyncio.Protocol, take: Callable[[bytes], bool]) -> None:
        self._websocket = websocket
        self._take = take
        self._open = True

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._open:
            text = short_text(data)
            if text is not None and self._take(text):
                return
            self._open = text is not None or are_whole(data)
        self._websocket.data_received(data)

    def eof_received(self) -> bool | None:
        """The client will say nothing more."""
        return self._websocket.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone."""
        self._websocket.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read."""
        self._websocket.pause_writing()

    def resume_writing(self) -> None:
        """It reads again."""
        self._websocket.resume_writing()


def short_text(data: bytes) -> bytes | None:
    """The text, if the bytes are one frame of a client with all of a short text."""
    size = len(data) - HEAD_BYTES
    if not 0 <= size <= SHORT or data[0] != FINAL_TEXT or data[1] != MASKED | size:
        return None
    mask = int.from_bytes((data[2:HEAD_BYTES] * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(data[HEAD_BYTES:], "little") ^ mask).to_bytes(size, "little")


def are_whole(data: bytes) -> bool:
    """Whether the bytes are frames of a client, each a message, up to the end of one."""
    at = 0
    while at + 1 < len(data) and data[at] & FINAL:
        size = data[at + 1] & ~MASKED
        if size > MEDIUM:
            return False  # longer than any message may be
        if size == MEDIUM:
            size = int.from_bytes(data[at + 2 : at + 4], "big") + 2
        at += HEAD_BYTES + size
    return at == len(data)
