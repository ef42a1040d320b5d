"""Sessions that go on after the server was stopped, or died.

What a stopped server kept of the sound goes on to the bit. After a crash there are receipt, log
and a bar line some seconds back: the notes are the same, and so is the sound but for what began
before `PREROLL_SECONDS` and still rings. An encoder begins anew, with some packets nobody hears.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genmusic import __version__
from genmusic.config import Settings
from genmusic.encoding import StreamEncoder
from genmusic.errors import ProtocolError
from genmusic.session.codecs import open_encoder
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.log import Change
from genmusic.session.session import WARM_PACKETS, Session
from genmusic.session.stills import Frozen, Still
from genmusic.storage import LogRow, SessionRow
from genmusic.units import SAMPLE_RATE

PREROLL_SECONDS = 10  # echoes and reverberation have died away by 60 dB
REPLAY_SECONDS = 30  # a session this young is played from its beginning
REACH_SECONDS = 40  # beyond the newest that is known of a session: it is noted every 20 s
BLOCK_FRAMES = SAMPLE_RATE


def row_of(session: Session) -> SessionRow:
    """The session as it is kept from its beginning on."""
    return SessionRow(
        session.id,
        __version__,
        session.seed,
        dict(session.began_with),
        session.codec,
        log_rows(session.log),
    )


def log_rows(changes: Sequence[Change]) -> tuple[LogRow, ...]:
    """Lines of a log as they are kept."""
    return tuple(LogRow(change.frame, change.name, change.value) for change in changes)


def revive(
    library: Library,
    row: SessionRow,
    settings: Settings,
    now: float,
    next_pts: int | None,
    held_frames: int = 0,
) -> Session:
    """The session as it was, rendered up to the packet that the listener wants next.

    ``held_frames`` is how much of what came before is still to be heard.

    Raises
    ------
    ProtocolError
        It was another version's, or the listener wants what cannot have been.
    """
    if row.version != __version__:
        raise ProtocolError("the session belongs to another version; begin a new one", "no_session")
    encoder = open_encoder([row.codec], row.seed, settings)
    newest = _newest(row)
    wanted = newest if next_pts is None else next_pts
    if wanted > newest + REACH_SECONDS * SAMPLE_RATE:
        raise ProtocolError(f"next_pts must lie near {newest}, got {wanted}")
    stills = [Frozen(frame, data, library.styles) for frame, data in row.stills]
    still = stills[0].thawed() if stills else None
    if still is not None:
        engine = _gone_on(library, row, still)
        if still.tail.shape[1]:
            encoder.encode(still.tail, still.moment.frame - still.tail.shape[1])
    else:
        engine = _played_again(library, row, wanted)
    packet = encoder.packet_frames
    start = max(wanted, engine.rendered_end + packet - 1) // packet * packet
    if start > engine.rendered_end:
        _catch_up(engine, encoder, start)
    bars = [*(still.bars if still else ()), *engine.take_bars()]
    session = Session(engine, encoder, settings, now, row.controls)
    held_frames = min(held_frames, round(settings.drain_lookahead_seconds * SAMPLE_RATE))
    bars = [bar for bar in bars if bar.end_frame > start]
    session.go_on_as(row.id, bars, now, held_frames, stills[1] if len(stills) > 1 else None)
    return session


def _catch_up(engine: Engine, encoder: StreamEncoder, start: int) -> None:
    """Render up to a packet, and warm the encoder with the end of it."""
    packet = encoder.packet_frames
    with engine.at_work():
        warm = max(start - WARM_PACKETS * packet, engine.rendered_end)
        warm += (start - warm) % packet
        _play_silently(engine, warm)
        block = np.empty((2, start - warm), np.float32)
        engine.render(block)
        encoder.encode(block, warm)


def _newest(row: SessionRow) -> int:
    """The last frame that is known of a session."""
    frames = [line.frame for line in row.log] + [int(state["frame"]) for state in row.checkpoints]
    return max(frames, default=0)


def _changes(row: SessionRow) -> list[Change]:
    return [Change(line.frame, line.name, line.value) for line in row.log]


def _gone_on(library: Library, row: SessionRow, still: Still) -> Engine:
    """An engine that goes on from there."""
    engine = Engine(library, row.seed, row.controls, follows_edits=True, rests=True)
    engine.take_up(still.moment, _changes(row))
    return engine


def _played_again(library: Library, row: SessionRow, wanted: int) -> Engine:
    """An engine that was played from the beginning, or from a bar line some time before."""
    engine = Engine(library, row.seed, row.controls, _changes(row), follows_edits=True, rests=True)
    if wanted <= REPLAY_SECONDS * SAMPLE_RATE:
        return engine
    with engine.at_work():
        latest = wanted - PREROLL_SECONDS * SAMPLE_RATE
        usable = [state for state in row.checkpoints if int(state["frame"]) <= latest]
        if usable:
            engine.restore(usable[-1])
        else:
            engine.skip_to(latest)
    return engine


def _play_silently(engine: Engine, end: int) -> None:
    while (frames := min(end - engine.rendered_end, BLOCK_FRAMES)) > 0:
        engine.render(np.empty((2, frames), np.float32))
