"""A WebSocket with the manners of the stream protocol: bounded, patient for so long, polite."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping, Sequence

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from genmusic.config import Settings
from genmusic.encoding.parcel import Body
from genmusic.errors import CLOSE_CODES, GenmusicError, ProtocolError
from genmusic.server.chunks import Chunk
from genmusic.server.messages import Drain, ServerMessage, fault, to_text
from genmusic.server.shortcut import Shortcut

SUBPROTOCOL = "genmusic.v1"
SEND_BUFFER_BYTES = 131_072  # in the kernel; left alone, it takes 174 s of Opus before a send waits
WRITER_LIMIT_BYTES = 65_536  # in Python, above which a send waits
PUSHED_BYTES = 1_048_576  # … above which one who is sent what many are is cut off: 5 s of PCM

# Of RFC 6455, section 5.2: the first byte of the only frame of a message; the longest short
# length, and what says that two or eight bytes of length follow.
_TEXT, _BINARY = 0x80 | WSMsgType.TEXT, 0x80 | WSMsgType.BINARY
_SHORT, _MEDIUM, _LONG = 125, 126, 127
_MOST_MEDIUM = 0xFFFF
_MEDIUM_HEAD, _LONG_HEAD = struct.Struct(">BBH"), struct.Struct(">BBQ")

FRAME_FAULTS: Mapping[int, str] = {
    WSCloseCode.PROTOCOL_ERROR: "a WebSocket frame is broken",
    WSCloseCode.INVALID_TEXT: "text must be UTF-8",
    WSCloseCode.MESSAGE_TOO_BIG: "a message may have at most {} bytes",
}
"""What aiohttp would close with, before anybody can answer; and the answer."""


class StreamSocket(web.WebSocketResponse):
    """One listener's WebSocket."""

    def __init__(
        self,
        settings: Settings,
        count_bytes: Callable[[int], None],
        protocol: str = SUBPROTOCOL,
        most_bytes: int = 0,
    ) -> None:
        self._most_bytes = most_bytes or settings.message_bytes
        super().__init__(
            timeout=settings.close_seconds,
            heartbeat=settings.heartbeat_seconds,
            protocols=(protocol,),
            compress=False,  # the browser would agree, at 240 kB for each connection
            max_msg_size=self._most_bytes + 1,  # the size that is refused
            writer_limit=WRITER_LIMIT_BYTES,
        )
        self._settings = settings
        self._count_bytes = count_bytes
        self._transport: asyncio.Transport | None = None

    async def open(self, request: web.Request) -> None:
        """Complete the handshake."""
        await self.prepare(request)
        self._transport = request.transport
        raw = self.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def take_at_once(self, take: Callable[[bytes], bool]) -> None:
        """From now on offer short texts to ``take`` as they come; what it refuses is received."""
        transport = self._transport
        protocol = None if transport is None else transport.get_protocol()
        if transport is not None and isinstance(protocol, asyncio.Protocol):
            transport.set_protocol(Shortcut(protocol, take))

    async def send(self, message: ServerMessage | Chunk) -> None:
        """Send, or cut off a client that does not read (`ProtocolError`)."""
        if isinstance(message, Chunk):
            data, kind = b"".join(message), WSMsgType.BINARY
        else:
            data, kind = to_text(message).encode(), WSMsgType.TEXT
        if self._all_has_left:
            await self.send_frame(data, kind)  # it does not wait, so no timer is needed
        else:
            await self._send_patiently(data, kind)
        self._count_bytes(len(data))

    @property
    def _all_has_left(self) -> bool:
        """Whether the system has taken all that was sent before."""
        return self._transport is not None and not self._transport.get_write_buffer_size()

    async def _send_patiently(self, data: bytes, kind: WSMsgType) -> None:
        try:
            async with asyncio.timeout(self._settings.send_seconds):
                await self.send_frame(data, kind)
        except TimeoutError:
            self.abort()
            raise ProtocolError("the client does not read", "stalled") from None

    def send_now(self, messages: Sequence[ServerMessage | Chunk]) -> bool:
        """Send all of it in one go if nothing waits to leave; False if nothing was sent."""
        transport = self._transport
        if transport is None or self.closed or transport.is_closing() or not self._all_has_left:
            return False
        parts: list[Body] = []
        for message in messages:
            parts += _frame(message)
        transport.writelines(parts)
        self._count_bytes(sum(map(len, parts)))
        return True

    def push(self, frame: bytes) -> bool:
        """Send what `framed` made, at once; False when the client has long not read."""
        if self._transport is None or self.closed or self._transport.is_closing():
            return True
        if self._transport.get_write_buffer_size() > PUSHED_BYTES:
            return False
        self._transport.write(frame)
        self._count_bytes(len(frame))
        return True

    async def close(
        self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True
    ) -> bool:
        """Close; a broken frame is a broken message, so the client is told before."""
        if code in FRAME_FAULTS and not self.closed:
            error = ProtocolError(FRAME_FAULTS[code].format(self._most_bytes))
            await self.send(fault(error))
            code, message = error.close_code, error.code.encode()
        return await super().close(code=code, message=message, drain=drain)

    async def say_farewell(self, reason: GenmusicError | None) -> None:
        """Tell why, close, and leave nothing behind."""
        try:
            async with asyncio.timeout(2 * self._settings.close_seconds):
                if reason is not None and not self.closed:
                    await self.send(_last_word(reason))
                await self.close(
                    code=CLOSE_CODES.get(reason.code, 4400) if reason else WSCloseCode.OK,
                    message=reason.code.encode() if reason else b"",
                )
        except (ConnectionError, TimeoutError, ProtocolError):
            self.abort()
        if self._transport is not None and self._transport.get_write_buffer_size():
            self.abort()

    def abort(self) -> None:
        """Cut the connection and forget what was not sent."""
        if self._transport is not None:
            self._transport.abort()


def framed(message: Struct | Chunk) -> bytes:
    """A message as it goes over the wire, made once for all who are sent it."""
    return b"".join(_frame(message))


def _frame(message: Struct | Chunk) -> tuple[bytes, Body]:
    """What stands before the last piece of a message in its frame, and that piece."""
    if isinstance(message, Chunk):
        head, body = message
        return _frame_head(_BINARY, len(head) + len(body)) + head, body
    text = msgspec.json.encode(message)
    return _frame_head(_TEXT, len(text)), text


def _frame_head(kind: int, size: int) -> bytes:
    if size <= _SHORT:
        return bytes((kind, size))
    if size <= _MOST_MEDIUM:
        return _MEDIUM_HEAD.pack(kind, _MEDIUM, size)
    return _LONG_HEAD.pack(kind, _LONG, size)


def _last_word(reason: GenmusicError) -> ServerMessage:
    return Drain(after_ms=0) if reason.code == "restart" else fault(reason)
