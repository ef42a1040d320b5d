"""Cases of the kernels of voices and instruments."""

from dataclasses import replace

import numpy as np
from case_blocks import F32, QUANTA, Case, blocks_of
from recorded import layers_of

from genmusic.synthesis.drums import Hit
from genmusic.synthesis.live import LiveInstrument
from genmusic.synthesis.orchestra import IN_FRAMES
from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.pools import KINDS, Pool
from genmusic.synthesis.readings import find_cook
from genmusic.synthesis.recipes import COOKBOOK
from genmusic.synthesis.recordings import loop_of
from genmusic.synthesis.timbres import TABLES
from kernels import (
    drums,
    live,
    pairs,
    recordings,
)
from kernels.buses import (
    STRIDE,
    drain_buses,
)
from kernels.lanes import QUANTUM
from kernels.pools import render_pools
from kernels.readings import VELOCITIES
from kernels.takes import ROW_WORDS, rows_of_take

VOICES = 32


def voices(patch_name, pitches):
    """Render a pool of 32 voices that start, release and end at different quanta, each on a bus."""
    cook = find_cook(patch_name)

    def run(lengths, loud=1.0, only=None):
        pool, buses = Pool(KINDS[cook.kind]), np.zeros(VOICES * 2 * STRIDE, np.int32)
        sounding = range(VOICES if loud else 0) if only is None else only
        dishes = [(cook, pitches[voice % len(pitches)], 20 + 3 * voice) for voice in sounding]
        start(pool, dishes, [
            ((voice % 7) * QUANTUM + voice, (2 + voice % 9) * QUANTUM, voice, 77 * voice)
            for voice in sounding
        ], 0.5)  # fmt: skip
        bright = np.linspace(0.0, 1.0, QUANTA + 1, dtype=F32)[None]
        bends = bright / 12 * (np.arange(VOICES, dtype=F32)[:, None] % 2)  # every other is straight
        out = []
        for first, quanta in blocks_of(lengths):
            here = slice(first, first + quanta + 1)
            ramps = (bright[:, here].copy(), bends[:, here].copy())
            render(pool, first, quanta, ramps, buses)
            block = np.full(VOICES * 2 * quanta * QUANTUM, 9.0, F32)
            drain_buses(quanta, buses, block)
            out.append(block.reshape(VOICES, 2, -1))
        return np.concatenate(out, axis=2).reshape(VOICES, -1)

    return run


def render(pool, first, quanta, ramps, buses):
    """Add a block of a pool's voices to buses."""
    render_pools(first, quanta, pool.berths.sounds, pool.berths.taken, ramps, buses)


def start(pool, dishes, notes, pan=0.0):
    """Start notes, of a cook, a pitch and a velocity: start and gate in frames, bus and twist."""
    if dishes:
        rows, books = COOKBOOK.look_up([(cook, pitch) for cook, pitch, _ in dishes])
        given = np.array([
            (row * VELOCITIES + velocity, begin, begin + gate, bus, twist)
            for row, (*_, velocity), (begin, gate, bus, twist)
            in zip(rows, dishes, notes, strict=True)
        ], np.int64)  # fmt: skip
        sides = np.tile(np.array([pan, 0.0], F32), (len(notes), 1))
        book = books[dishes[0][0].kind]
        pool.start((given, sides), IN_FRAMES, (0, 0, 0, 0), book)


CALLED_INSIDE = {
    f"{kind.kernel.__module__.removeprefix('kernels.')}.{kind.kernel.__name__}"
    for kind in KINDS.values()
} | {"consoles.mix_parts", "consoles.finish"}
"""Kernels that another calls, by their addresses: Numba wraps nothing that they are given."""
VOICES_USE = ("voices.start_beat", "pools.render_pools", "buses.drain_buses")


def voice_case(patch_name, pitches):
    return Case(voices(patch_name, pitches), uses=VOICES_USE)


def render_recording(_lengths, loud=1.0):
    """The end of a loop of singers, whose breath wraps around it."""
    group = PATCHES["choir"][1].group
    whole, real = replace(group, hiss=loud * group.hiss).parts(60, 0)
    whole[recordings.WHOLE] *= int(loud)
    sheet, scratch = np.zeros(recordings.SHEET, np.int32), np.zeros(recordings.SCRATCH, F32)
    out = np.zeros(recordings.ROW_WORDS, F32)
    recordings.record_group(whole, real, TABLES, sheet, scratch, out)
    return layers_of(out, loop_of(60).frames)[:, -QUANTA * QUANTUM :]


def render_hit(_lengths, loud=1.0):
    """The first two takes of a snare, from its start."""
    kit = PATCHES["kit"][1]
    hit = Hit(kit.drums["38"], kit.brightness_octaves)
    drum = replace(hit.drum, level_db=hit.drum.level_db if loud else -500.0)
    out = np.zeros(2 * rows_of_take(QUANTA) * ROW_WORDS, F32)
    takes = replace(hit, drum=drum).takes(np.linspace(0.0, 1.0, 16))
    drums.record_drum(0, QUANTA, 2, takes, out)
    rows = out.reshape(2, -1, ROW_WORDS)
    gains = rows[:, QUANTA:].reshape(2, -1)[:, :QUANTA, None]
    frames = frames_of(rows[:, :QUANTA].reshape(-1)).reshape(2, QUANTA, QUANTUM)
    return (frames * gains * F32(pairs.TOP / pairs.UNIT)).reshape(2, -1)


def frames_of(words):
    """The frames that words of a recording hold."""
    words = words.view(np.int32).reshape(-1, 16).astype(np.int64)
    later = (words << 48) >> 48
    return np.stack(((words - later) >> 16, later), axis=1).reshape(-1) / F32(pairs.TOP)


def render_release(lengths, loud=1.0):
    """Notes that are let go long before their gate ends."""
    cook = find_cook("soft-lead")
    pool, buses = Pool(KINDS[cook.kind]), np.zeros(2 * STRIDE, np.int32)
    if loud:
        start(pool, [(cook, 60, 90)], [(0, 1 << 50, 0, 1)])
    still = np.zeros((1, QUANTA + 1), F32)
    out = []
    for first, quanta in blocks_of(lengths):
        if first == 0:
            pool.release(0, 9)
        ramps = (still[:, : quanta + 1].copy(), still[:, : quanta + 1].copy())
        render(pool, first, quanta, ramps, buses)
        block = np.zeros(2 * quanta * QUANTUM, F32)
        drain_buses(quanta, buses, block)
        out.append(block.reshape(2, -1))
    return np.concatenate(out, axis=1)


def render_live(lengths, loud=1.0):
    """A chord that was struck before the first block."""
    memory = bytearray(live.BLOCK_BYTES)
    instrument = LiveInstrument(memory)
    instrument.set_up("electric-piano")
    midi = np.zeros(live.MIDI_WORDS + 2 * live.MIDI_EVENTS, np.int64)
    for note in (60, 64, 67) if loud else ():
        place = live.MIDI_WORDS + 2 * midi[0]
        midi[place : place + 2] = (-1, 0x90 << 16 | note << 8 | 100)
        midi[0] += 1
    out = []
    for first, quanta in blocks_of(lengths):
        block = np.zeros(2 * quanta * QUANTUM, F32)
        now_ns = 10**9 + first * QUANTUM * 62_500 // 3
        live.play_live(now_ns, midi, instrument.views, block)
        out.append(block)
    return np.concatenate(out)
