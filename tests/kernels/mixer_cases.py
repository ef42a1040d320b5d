"""Cases of the kernels that mix: buses, strips, effects, the master."""

import effects
import numpy as np
from case_blocks import F32, QUANTA, blocks_of, noise

from genmusic.mixing.console import Console
from genmusic.mixing.faders import make_faders
from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, ROOM, turns
from genmusic.names import PARTS as NAMES
from kernels import (
    choruses,
    delays,
    ducks,
    dynamics,
    equalisers,
    loudness,
    mixing,
    reverbs,
    weighting,
)
from kernels.buses import (
    SOUNDING,
    STEPS,
    STRIDE,
    TAIL,
    WHOLE,
    drain_buses,
    hand_over,
    take_in,
)
from kernels.hops import Voices
from kernels.lanes import LANES, QUANTUM
from kernels.pools import POOL_WORDS

LISTENERS, PARTS = 2, 5
NO_POOLS = np.zeros((0, POOL_WORDS), np.int64), np.zeros(0, np.int64)
NO_KICKS = np.zeros((0, 3), np.int64)


def render_handing(lengths, loud=1.0):
    """Buses that are handed from one orchestra to another after each block."""
    sound, out = bus_noise(23, 8, loud), []
    shared, tails = np.zeros(4 * 2 * STRIDE, np.int32), np.zeros((2, 4 * TAIL), np.int32)
    for first, quanta in blocks_of(lengths):
        for orchestra in range(2):
            sides, late = shared.reshape(8, STRIDE), 8  # frames, as voices are
            sides[:, : (quanta + 1) * QUANTUM] = 0
            here = sound[:, first * QUANTUM : (first + quanta) * QUANTUM] * (orchestra + 1)
            sides[:, late : late + quanta * QUANTUM] = here
            sides[::2, SOUNDING : SOUNDING + quanta + 1] = WHOLE
            take_in(tails[orchestra], shared)
            block = np.full(8 * quanta * QUANTUM, 9.0, F32)
            drain_buses(quanta, shared, block)
            hand_over(shared, tails[orchestra])
            assert not sides[::2, SOUNDING:].any()
            out.append((orchestra, block.reshape(8, -1)))
    rows = [np.concatenate([b for k, b in out if k == orchestra], axis=1) for orchestra in range(2)]
    return np.concatenate(rows)


def effect_blocks(lengths, run, sends, fed=1):
    """Run an effect of two listeners block by block; what it leaves in sends and dry bus.

    ``sends`` are (listeners, 4, 2, all frames), ``run`` is told which listener's turn it is.
    """
    out = []
    for first, quanta in blocks_of(lengths):
        frames = slice(first * QUANTUM, (first + quanta) * QUANTUM)
        dry = np.zeros((LISTENERS, 2, quanta * QUANTUM), F32)
        for listener in range(LISTENERS):
            piece = np.ascontiguousarray(sends[listener, ..., frames])
            flags = np.full((mixing.SENDS, quanta), fed, np.int32)
            run(first, quanta, listener, (flags, piece.reshape(-1), dry.reshape(-1)))
            held = np.repeat(flags != 0, QUANTUM, axis=1)[:, None]
            out.append((first, listener, np.where(held, piece, 0.0)))
        out.append((first, LISTENERS, dry))
    rows = [
        np.concatenate([x.reshape(-1, x.shape[-1]) for _, kind, x in out if kind == k], axis=1)
        for k in range(LISTENERS + 1)
    ]
    return np.concatenate(rows)


def send_noise(seed, loud):
    return noise(seed, LISTENERS, mixing.SENDS, 2, QUANTA * QUANTUM) * F32(loud)


def bus_block(rows, first, quanta):
    """Part buses, (buses * 2, all frames) of steps, as the kernels hold a block of them."""
    buses = np.zeros((len(rows) // 2, 2, STRIDE), np.int32)
    frames = slice(first * QUANTUM, (first + quanta) * QUANTUM)
    buses[:, :, : quanta * QUANTUM] = rows.reshape(-1, 2, rows.shape[1])[:, :, frames]
    loud = buses[:, :, : quanta * QUANTUM].reshape(len(buses), 2, quanta, QUANTUM)
    buses[:, 0, SOUNDING : SOUNDING + quanta] = loud.any(axis=(1, 3))
    return buses.reshape(-1)


def bus_noise(seed, rows, loud):
    """Whole numbers, with a rest of three quanta in every bus."""
    sound = np.round(noise(seed, rows, QUANTA * QUANTUM) * F32(loud * STEPS)).astype(np.int32)
    sound[:, 9 * QUANTUM : 12 * QUANTUM] = 0
    return sound


def render_strips(lengths, loud=1.0):
    sound = bus_noise(3, LISTENERS * PARTS * 2, loud)
    strips = noise(4, LISTENERS * PARTS, mixing.STRIP_ROWS, QUANTA + 1)
    strips[3:6, mixing.ECHO] = 0.0
    dips = np.abs(noise(14, LISTENERS, QUANTA * QUANTUM))

    def run(first, quanta, listener, buffers):
        buses = bus_block(sound, first, quanta)
        frames = slice(first * QUANTUM, (first + quanta) * QUANTUM)
        faders = np.ascontiguousarray(strips[:, :, first : first + quanta + 1])
        ducked, stems = dips[listener, frames].copy(), np.zeros(0, F32)
        desk = np.zeros(PARTS, np.int32), np.zeros(PARTS * mixing.LEVELS, F32)
        effects.mix_strips(
            quanta, listener, PARTS, 1, faders, desk, ducked, buses, *buffers, stems
        )  # fmt: skip
        mine = buses.reshape(LISTENERS, -1)[listener]
        assert not mine.reshape(-1, 2, STRIDE)[:, 0, SOUNDING:].any()  # what was mixed is gone

    return effect_blocks(lengths, run, np.full_like(send_noise(3, loud), 9.0))


def render_equaliser(lengths, loud=1.0):
    strips = 11
    sound = bus_noise(15, strips * 2, loud)
    bands = np.abs(noise(16, strips, equalisers.BANDS, QUANTA + 1))
    rises = [equalisers.LOW_RISE, equalisers.MID_RISE, equalisers.HIGH_RISE]
    bands[:3, rises, :8] = 0.0
    bands[:3, equalisers.LOW_RISE, :20] = 0.0
    bands[9, rises] = 0.0
    desk = np.full(strips * equalisers.DESK, equalisers.UNKNOWN, F32)
    memories = np.zeros((strips, 2 * equalisers.MEMORIES), F32)
    out = []
    for first, quanta in blocks_of(lengths):
        buses = bus_block(sound, first, quanta)
        moving = np.ascontiguousarray(bands[:, :, first : first + quanta + 1])
        block = np.full(strips * 2 * quanta * QUANTUM, 9.0, F32)
        effects.equalise(quanta, 1, 0, strips, moving, desk, memories, buses, block)
        out.append(block.reshape(strips * 2, -1))
    return np.concatenate(out, axis=1)


def render_duck(lengths, loud=1.0):
    kicks = np.full((LISTENERS, QUANTA), ducks.NO_KICK, np.int32)
    if loud:
        kicks[0, [2, 9]], kicks[1, [0, 3, 4]] = (17, 0), (63, 5, 40)
    releases = np.linspace(300, 900, LISTENERS * (QUANTA + 1), dtype=F32).reshape(LISTENERS, -1)
    memory = np.tile(np.array([ducks.LONGEST_FRAMES, 0.0], F32), (LISTENERS, 1))
    out = []
    for first, quanta in blocks_of(lengths):
        dips = np.full((LISTENERS, quanta * QUANTUM), 9.0, F32)
        borders = np.ascontiguousarray(releases[:, first : first + quanta + 1])
        here = np.ascontiguousarray(kicks[:, first : first + quanta])
        for listener in range(LISTENERS):
            effects.duck(quanta, listener, 1, True, here, borders, memory, dips[listener])
        out.append(dips)
    return np.concatenate(out, axis=1)


def render_echo(lengths, loud=1.0):
    levels = np.abs(noise(13, LISTENERS, delays.ECHO_ROWS, QUANTA + 1))
    levels[0, delays.SHARE] = 1.0
    delay = np.array([(700, 300), (164, 999)], np.int32)
    bank = RingBank(LISTENERS, (delays.RING,), (delays.RING,))

    def run(first, quanta, listener, buffers):
        moving = np.ascontiguousarray(levels[:, :, first : first + quanta + 1])
        effects.echo(quanta, listener, 1, delay, moving, *bank.memory, True, *buffers)

    return effect_blocks(lengths, run, send_noise(5, loud))


def render_chorus(lengths, loud=1.0):
    bank = RingBank(LISTENERS, (choruses.RING,) * 2, (choruses.HELD,) * 2)
    moves = np.zeros(choruses.MOVES, F32)

    def run(first, quanta, listener, buffers):
        clocks = np.array([first, first + 50_000], np.int64)
        effects.chorus(quanta, listener, clocks, *bank.memory, moves, True, *buffers)

    return effect_blocks(lengths, run, send_noise(17, loud))


def render_reverb(lengths, loud=1.0):
    wet = np.abs(noise(7, LISTENERS, QUANTA + 1))
    rooms = np.tile(turns(ROOM, 0.5), (LISTENERS, QUANTA, 1))
    rooms[:, QUANTA // 2 :] = turns(ROOM, 0.3)
    bank = RingBank(LISTENERS, ROOM.rings, ROOM.held)
    desk = np.zeros(reverbs.HEADS, np.int32), np.zeros(reverbs.MOVES, F32)

    def run(first, quanta, listener, buffers):
        level = np.ascontiguousarray(wet[:, first : first + quanta + 1])
        turn = np.ascontiguousarray(rooms[:, first : first + quanta])
        clocks = np.array([first, first + 50_000], np.int64)
        effects.reverb(
            quanta, listener, 1, mixing.ROOM, clocks, ROOM.table, turn, level,
            *bank.memory, desk, True, *buffers,
        )  # fmt: skip

    return effect_blocks(lengths, run, send_noise(6, loud))


def limiter_memory(listeners):
    """State, delay and scratch of a limiter that has heard nothing."""
    state = np.ones((listeners, dynamics.STATE), F32)
    delays = np.zeros((listeners, 2 * dynamics.LOOKAHEAD_FRAMES), F32)
    return state, delays, np.zeros(dynamics.LINE, F32)


def render_limit(lengths, loud=1.0):
    sound = noise(8, LISTENERS * 2, QUANTA * QUANTUM) * F32(4.0 * loud)
    sound[:, 6 * QUANTUM : 14 * QUANTUM] *= F32(0.05)
    gains = np.abs(noise(9, QUANTA + 1, LANES)) + F32(0.5)
    memory = limiter_memory(LISTENERS)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = np.ascontiguousarray(sound[:, first * QUANTUM : (first + quanta) * QUANTUM])
        block = np.full(piece.size, 9.0, F32)
        moving, rows = gains[first : first + quanta + 1].copy(), np.arange(LISTENERS, dtype="i4")
        heard = block.reshape(LISTENERS, 2, -1)
        dynamics.limit(quanta, moving, 0.8, *memory, rows, piece.reshape(-1), 0, heard)
        out.append(block.reshape(LISTENERS * 2, -1))
    return np.concatenate(out, axis=1)


def level_memory():
    """Filters and state of a leveller that has heard nothing."""
    state = np.zeros((loudness.STATE_ROWS, LANES), F32)
    state[list(loudness.ONES_AT_START)] = 1.0
    filters = np.zeros(2 * weighting.MEMORIES * LANES, F32)
    return filters, state.reshape(-1)


def render_level(lengths, loud=1.0):
    sound = noise(13, LANES * 2, QUANTA * QUANTUM) * F32(loud)
    faders = np.abs(noise(9, 2, QUANTA + 1, LANES)) + F32(0.5)
    memory, tile = level_memory(), np.zeros(weighting.TILES, F32)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = np.ascontiguousarray(sound[:, first * QUANTUM : (first + quanta) * QUANTUM])
        borders = tuple(f[first : first + quanta + 1].copy() for f in faders)
        gains = np.full((quanta + 1, LANES), 9.0, F32)
        loudness.level(quanta, LANES, piece.reshape(-1), borders, *memory, tile, gains)
        levelled = piece.reshape(LANES, 2, quanta, QUANTUM) * gains[:-1].T[:, None, :, None]
        out.append(levelled.reshape(LANES * 2, -1))
    return np.concatenate(out, axis=1)


def render_console(lengths, loud=1.0):
    """Three places, one of which is nobody's, with all that a strip can have."""
    listeners, strips = 3, 3 * len(NAMES)
    sound = bus_noise(21, strips * 2, loud)
    console, out = Console(listeners), []
    tails = np.zeros(strips * TAIL, np.int32)
    rows, moving = np.array([1, -1, 0], np.int32), np.abs(noise(22, strips, 7, QUANTA + 1))
    for first, quanta in blocks_of(lengths):
        faders = make_faders(listeners, quanta)
        faders.strips[:] = 0.3 * moving[:, : mixing.STRIP_ROWS, first : first + quanta + 1]
        faders.bands[::2] = moving[::2, :, first : first + quanta + 1]
        faders.echoes[:], faders.room_wet[:], faders.hall_wet[:] = 0.3, 0.2, 0.1
        faders.rooms[:], faders.halls[:] = turns(ROOM, 0.5), turns(HALL, 2.0)
        faders.gain[:] = 1.0
        block, clocks = np.full((2, 2, quanta * QUANTUM + 64), 9.0, F32), np.arange(3) + first
        buses = bus_block(sound, first, quanta)
        voices = Voices(*NO_POOLS, (faders.brightness, faders.bends), tails, buses)
        blocks, desk = (1, quanta, first), console.desk(faders, voices)
        console.mix(desk, blocks, NO_KICKS, clocks, rows, QUANTUM, block)
        out.append(block[:, :, QUANTUM:].reshape(4, -1))
    return np.concatenate(out, axis=1)
