"""The console: what happens to the part buses of a rack of listeners, from first to last.

One call for a block. Each listener's sends stay in the cache from the strips to the last effect.
"""

from __future__ import annotations

from typing import TypeAlias

from kernels._jit import kernel
from kernels._types import Floats, Ints, Longs
from kernels.buses import hand_over_bus, take_in_bus
from kernels.choruses import chorus
from kernels.delays import echo
from kernels.ducks import duck
from kernels.dynamics import limit
from kernels.equalisers import equalise
from kernels.loudness import level
from kernels.mixing import ROOM, asks_for_dips, mix_strips
from kernels.mixing import Desk as StripDesk
from kernels.reverbs import Desk as SpaceDesk
from kernels.reverbs import reverb

Strips: TypeAlias = tuple[Ints, Floats, Floats, Ints, Floats]
"""Whether any fader moves; strips, bands, kicks, and releases of ducks."""
Space: TypeAlias = tuple[Floats, Floats]
"""Turns and level of a space."""
Sends: TypeAlias = tuple[Ints, Floats, tuple[Space, Space]]
"""Delays and levels of echoes; of room and hall."""
Bank: TypeAlias = tuple[Ints, Floats]
"""Places and lines of the rings of an effect."""
Banks: TypeAlias = tuple[Bank, Bank, Bank, Bank]
"""Of chorus, echo, room and hall."""
Scratch: TypeAlias = tuple[Floats, StripDesk, Floats, SpaceDesk, Floats, Floats]
"""Of the equaliser, of strips, of the chorus and of reverbs; dips and sends of one listener."""


@kernel
def mix_parts(
    quanta: int,
    rows: Ints,
    clocks: Longs,
    strips: Strips,
    levels: Sends,
    spaces: tuple[Ints, Ints],
    memory: tuple[Floats, Floats],
    banks: Banks,
    scratch: Scratch,
    tails: Ints,
    buses: Ints,
    fed: Ints,
    dry: Floats,
    stems: Floats,
) -> None:
    """Mix the part buses of each listener, with all effects, into the dry bus.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    rows : (listeners,) int32
        A place with -1 is nobody's, and is passed over.
    clocks : (listeners,) int64, quanta
        Since each session began.
    strips, levels : tuples of float32 and int32
        What moves, as `mixing.mix_strips`, `equalisers.equalise`, `ducks.duck`, `delays.echo` and
        `reverbs.reverb` take it.
    spaces : two of (16,) int32
        Lengths in room and hall.
    memory : (strips, 8) and (listeners, 2) float32, in/out
        Of the equaliser and of the ducks.
    banks : four of int32 and float32, in/out
    scratch : as the kernels of each take it
    tails : (listeners * parts * `TAIL`,) int32, in/out
        What the buses give beyond a block, as `buses.hand_over` leaves it.
    buses : (listeners * parts * 2 * `STRIDE`,) int32, in/out
        Silent then, and free for others.
    fed : (4, quanta) int32, written in full
        Which sends of the last listener hold anything.
    dry : (at least listeners * 2 * frames,) float32, written in full for those who have a row
        Left and right of each listener.
    stems : (parts * 2 * frames,) float32, or (0,)
        What each strip of the last listener gives to the mix, written where it sounds; then
        ``scratch`` keeps what the effects return. With none, nothing of this is kept.
    """
    moving, faders, bands, kicks, releases = strips
    delays, echoes, of_spaces = levels
    widener, echoer, _, _ = banks
    for_bands, for_strips, for_chorus, for_reverbs, dips, sends = scratch
    parts, keeps = faders.shape[0] // rows.shape[0], stems.shape[0] > 0
    for listener in range(rows.shape[0]):
        if rows[listener] < 0:
            continue
        strip, step = listener * parts, int(moving[listener])
        for bus in range(strip, strip + parts):
            take_in_bus(bus, tails, buses)
        equalise(quanta, step, strip, strip + parts, bands, for_bands, memory[0], buses)
        asked = asks_for_dips(listener, parts, step, faders)
        duck(quanta, listener, step, asked, kicks, releases, memory[1], dips)
        mix_strips(
            quanta, listener, parts, step, faders, for_strips, dips, buses, fed, sends, dry, stems
        )  # fmt: skip
        for bus in range(strip, strip + parts):
            hand_over_bus(bus, buses, tails)
        chorus(
            quanta, listener, clocks, widener[0], widener[1], for_chorus, keeps, fed, sends, dry
        )  # fmt: skip
        echo(
            quanta, listener, step, delays, echoes, echoer[0], echoer[1], keeps, fed, sends, dry
        )  # fmt: skip
        for number in range(len(spaces)):
            send, (places, lines) = ROOM + number, banks[2 + number]
            turns, wet = of_spaces[number]
            reverb(quanta, listener, step, send, clocks, spaces[number], turns, wet, places, lines,
                   for_reverbs, keeps, fed, sends, dry)  # fmt: skip


@kernel
def finish(
    quanta: int,
    rows: Ints,
    faders: tuple[Floats, Floats],
    memory: tuple[Floats, Floats, Floats, Floats],
    ceiling: float,
    scratch: tuple[Floats, Floats, Floats],
    dry: Floats,
    first: int,
    out: Floats,
) -> None:
    """Bring each listener's mix to its loudness, and keep its peaks below a ceiling.

    Parameters
    ----------
    quanta : int
        Quanta in the block.
    rows : (listeners,) int32
        Which row of ``out`` is each listener's; a place with -1 is nobody's.
    faders : two of (quanta + 1, 16) float32, linear gain
    memory : four of float32, in/out
        Filters and state of `loudness.level`, states and delays of `dynamics.limit`.
    ceiling : float, 0..1
    scratch : (`weighting.TILES`,), (quanta + 1, 16) and (`dynamics.LINE`,) float32
        Of the leveller, the gains, and of the limiter.
    dry : (at least listeners * 2 * frames,) float32
    first : int, frames
        Where the block begins in ``out``.
    out : (rows, 2, at least first + frames) float32, written for those who have a row
    """
    filters, state, states, delays = memory
    tile, gains, line = scratch
    level(quanta, rows.shape[0], dry, faders, filters, state, tile, gains)
    limit(quanta, gains, ceiling, states, delays, line, rows, dry, first, out)
