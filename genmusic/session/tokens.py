"""Tokens: what proves that a session is one's own, without the server keeping a list of secrets.

A token is a time of expiry and an HMAC of purpose, session and time. It can be checked after a
restart with nothing but the server's key, and a copy of the database gives none away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from enum import Enum
from pathlib import Path

from genmusic.errors import ProtocolError, ServerError
from genmusic.session.clock import Clock, wall_seconds

KEY_BYTES = 32
KEY_FILE = "tokens.key"
_MAC_BYTES = 16  # 128 bits cannot be guessed
_TIME_BYTES = 5  # seconds since 1970, until the year 36812
_OWNER_ONLY = 0o600


class Purpose(Enum):
    """What a token opens. The prefix makes it easy to find, and to blot out, in a log."""

    SESSION = "gms_"  # everything: steer, resume, end
    LEAD = "gmr_"  # lead the room of that name: conduct what its audience hears
    LISTEN = "gml_"  # hear the stream, nothing else: for players that only take an address


class TokenMint:
    """Issues and checks tokens under one key."""

    def __init__(self, key: bytes | None = None, clock: Clock = wall_seconds) -> None:
        self._key = key or secrets.token_bytes(KEY_BYTES)
        self._clock = clock

    def issue(self, purpose: Purpose, session_id: str, seconds: float) -> str:
        """A token for one session that expires after ``seconds``."""
        time = int(self._clock() + seconds).to_bytes(_TIME_BYTES, "big")
        mac = self._sign(purpose, session_id, time)
        return purpose.value + base64.urlsafe_b64encode(time + mac).rstrip(b"=").decode()

    def check(self, purpose: Purpose, session_id: str, token: str) -> None:
        """Accept the token, or raise `ProtocolError` saying what is wrong with it."""
        time, mac = _parse(purpose, token)
        if not hmac.compare_digest(mac, self._sign(purpose, session_id, time)):
            raise ProtocolError("the token does not belong to the session", "token")
        if int.from_bytes(time, "big") <= self._clock():
            raise ProtocolError("the token has expired; begin a new session", "token")

    def _sign(self, purpose: Purpose, session_id: str, time: bytes) -> bytes:
        text = f"{purpose.value}{session_id}\0".encode() + time
        return hmac.digest(self._key, text, hashlib.sha256)[:_MAC_BYTES]


def _parse(purpose: Purpose, token: str) -> tuple[bytes, bytes]:
    """Time and HMAC of a token; nonsense gives what no signature equals."""
    try:
        text = token.partition(purpose.value)[2].encode()
        content = base64.b64decode(text + b"=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        return b"\0" * _TIME_BYTES, b""
    return content[:_TIME_BYTES], content[_TIME_BYTES:]


def load_key(folder: Path) -> bytes:
    """The key kept in the data folder, made there at the first start; only its owner may read it.

    Raises
    ------
    ServerError
        The file cannot be read or written, is not a key, or others may read it.
    """
    path = folder / KEY_FILE
    try:
        _write_once(path)
        if path.stat().st_mode & 0o077:
            raise ServerError(f"others may read the key {path}; run: chmod 600 {path}")
        key = path.read_bytes()
    except OSError as error:
        raise ServerError(f"cannot use the key {path} ({error.strerror})") from error
    if len(key) != KEY_BYTES:
        raise ServerError(f"{path} is not a key; remove it, and sessions of before are forgotten")
    return key


def _write_once(path: Path) -> None:
    """A new key, whole or not at all, unless there is one."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(part)
    except FileExistsError:
        return  # another process was first; its key counts
    finally:
        part.unlink()
