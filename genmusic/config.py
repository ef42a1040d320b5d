"""Settings of the server: every limit and time in one place, in the unit of its name."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from genmusic.errors import ServerError
from genmusic.units import SAMPLE_RATE

STYLE_FOLDER_VARIABLE = "GENMUSIC_STYLES"


def style_folder() -> Path:
    """Where a user keeps styles: ``$GENMUSIC_STYLES``, or ``~/.config/genmusic/styles``."""
    if STYLE_FOLDER_VARIABLE in os.environ:
        return Path(os.environ[STYLE_FOLDER_VARIABLE])
    return _configuration() / "styles"


def midi_folder() -> Path:
    """Where learned maps of MIDI controllers are kept: ``~/.config/genmusic/midi``."""
    return _configuration() / "midi"


def cache_folder() -> Path:
    """Where what can be made again is kept: ``~/.cache/genmusic``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genmusic"


def _configuration() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "genmusic"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server allows and how long it waits; tests shorten the times, operators the limits.

    Chunk sizes are whole Opus packets (960 frames) and whole quanta.
    """

    # pacing
    lookahead_seconds: float = 1.5  # twice the worst stall seen on loopback and LAN (700 ms)
    least_lookahead_seconds: float = 1.2  # for a listener whose line and machine are steady
    most_lookahead_seconds: float = 3.0  # for one whose acks come and go
    reserve_seconds: float = 2.8  # rendered for who changes nothing, in time that is left
    guard_seconds: float = 0.12  # from the ear to the nearest frame that can still be changed
    splice_seconds: float = 0.08  # between two changes of what was sent: a dragged control
    first_chunk_frames: int = 4_800  # 100 ms: a quick first sound
    chunk_frames: int = 9_600  # 200 ms: one hop to a thread, one message
    shared_chunk_frames: int = 19_200  # the same of a row of listeners, if nobody is in a hurry
    play_speed_limit: float = 1.5  # nobody's audio clock runs faster; bounds a greedy client

    # patience
    hello_seconds: float = 5.0
    heartbeat_seconds: float = 15.0
    rest_seconds: float = 10.0  # without an ack: stop rendering
    stalled_seconds: float = 30.0  # without an ack: close
    pause_seconds: float = 3_600.0  # paused for longer: close
    send_seconds: float = 5.0  # a message that does not leave: cut off
    request_seconds: float = 10.0  # for the body of a request
    close_seconds: float = 0.5  # for the other side to answer a close

    # stopping
    drain_lookahead_seconds: float = 8.0  # to play on while the server is started again
    drain_seconds: float = 2.0  # for rendering that

    # resume
    history_seconds: float = 0.5  # of what was heard, to be sent again; of what was not, all is
    keep_seconds: float = 60.0  # a session without a connection
    archive_seconds: float = 3_600.0  # a session on the disk that nobody came back to

    # players that read a file over HTTP
    http_lead_seconds: float = 2.5  # ahead of the wall clock: they have no other to tell us
    http_stall_seconds: float = 60.0  # a paused player reads nothing: cut off

    # rooms
    max_rooms: int = 16
    room_history_seconds: float = 4.0  # of its sound, kept for who comes or comes back
    room_listeners: int = 1_000  # of each room; they cost a send, not a rendering
    room_patience_seconds: float = 1.0  # without a word of the performer: the music goes on alone
    room_alone_seconds: float = 600.0  # … and ends

    # limits
    load_limit: float = 0.8  # of the rendering threads, above which nobody new is let in
    max_sessions: int = 256
    max_connections: int = 4_096  # or as many as the system lets the process have files
    connections_per_second: float = 100.0  # new ones, of all addresses; a page takes six
    connections_per_address: int = 128  # a school or an office may share one
    sessions_per_address: int = 64
    joins_per_second: float = 2.0  # new sessions of an address; ten seconds' worth at once
    all_joins_per_second: float = 20.0  # of all addresses together
    requests_per_second: float = 100.0  # of an address; the page needs some fifty to load
    offences_per_second: float = 0.1  # of an address, a hundred seconds' worth at once
    ban_seconds: float = 60.0  # for an address with more
    idle_seconds: float = 30.0  # a connection that asks nothing, or does not finish asking
    ticket_seconds: float = 6 * 3_600.0  # to open the stream in a player; once open it goes on
    token_seconds: float = 7 * 86_400.0  # from the last `ready` on; ends with its session anyway
    message_bytes: int = 4_096
    body_bytes: int = 16_384  # of a request
    messages_per_second: float = 200.0
    midi_per_second: float = 200.0  # messages of keyboards, of which one may bring 32
    sets_per_second: float = 100.0  # a dragged point at 60 frames a second stays below

    # encoding
    opus_bitrate: int = 128_000
    opus_complexity: int = 5
    least_opus_complexity: int = 0  # for newcomers, the busier the server

    # trust
    allowed_hosts: tuple[str, ...] = ()  # names beside IP addresses and this machine's own
    allowed_origins: tuple[str, ...] = ()  # sites beside the server's own
    metrics_networks: tuple[str, ...] = ()  # may read /metrics, beside this machine
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # may say who asks through them

    threads: int = 0  # that render; 0: one for each core

    @property
    def lookahead_frames(self) -> int:
        """How far the engine may be ahead of the listener's ear."""
        return round(self.lookahead_seconds * SAMPLE_RATE)

    @property
    def most_lookahead_frames(self) -> int:
        """How far it may be ahead of anybody's ear."""
        return round(self.most_lookahead_seconds * SAMPLE_RATE)

    @property
    def guard_frames(self) -> int:
        """How far ahead of the ear a change takes effect."""
        return round(self.guard_seconds * SAMPLE_RATE)

    @property
    def history_frames(self) -> int:
        """How much sound that was heard is kept for a resume."""
        return round(self.history_seconds * SAMPLE_RATE)

    @property
    def room_history_frames(self) -> int:
        """How much sound of a room is kept."""
        return round(self.room_history_seconds * SAMPLE_RATE)


LIMITS = {
    row.name: type(row.default)
    for row in fields(Settings)
    if isinstance(row.default, int | float) and not row.name.endswith("_frames")
}
"""Every setting that an operator may choose, with its type; chunks follow from the codec."""


def with_limits(settings: Settings, wishes: Iterable[str]) -> Settings:
    """The settings with other numbers, each given as ``NAME=VALUE``.

    Raises
    ------
    ServerError
        There is no such setting, or the value is no number that it could have.
    """
    wished: dict[str, Any] = {}
    for wish in wishes:
        name, _, text = wish.partition("=")
        wished[name] = _number(name, text)
    return replace(settings, **wished)


def _number(name: str, text: str) -> float:
    kind = LIMITS.get(name)
    if kind is None:
        raise ServerError(f"there is no limit named {name!r:.40}; docs/limits.md lists them")
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if not (math.isfinite(value) and value >= 0):
        whole = "a whole number" if kind is int else "a number"
        raise ServerError(f"{name} must be {whole} of 0 or more, got {text!r:.40}")
    return value
