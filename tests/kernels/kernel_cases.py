"""For each kernel that makes sound: how to render some quanta with it, in blocks of any length.

A new kernel gets the whole contract by one entry in `CASES`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.timbres import TABLES
from genmusic.synthesis.voicing import Chance
from kernels import (
    delays,
    drums,
    dynamics,
    ensembles,
    fm,
    loudness,
    mastering,
    mixing,
    modes,
    pianos,
    playout,
    reverbs,
    saws,
    strings,
    wavetables,
)
from kernels.lanes import LANE_FACTS, LANES, QUANTUM

QUANTA = 24
SLOTS = 32
F32 = np.float32


@dataclass(frozen=True)
class Case:
    """Renders QUANTA quanta in blocks; ``loud`` 0 feeds silence (or no voice at all)."""

    render: Callable[[list[int], float], np.ndarray]
    floor: float = 0.0  # what silence may leave


def blocks_of(lengths):
    """(first, quanta) pairs that cover QUANTA quanta."""
    first, number = 0, 0
    while first < QUANTA:
        quanta = min(lengths[number % len(lengths)], QUANTA - first)
        yield first, quanta
        first += quanta
        number += 1


def noise(seed, *shape):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(F32)


def voices(module, patch_name, pitches, in_lanes=True, tables=()):
    """Render a pool of 32 voices that start, release and end at different quanta."""
    kernel = getattr(module, f"render_{module.__name__.split('.')[-1]}")

    def render(lengths, loud=1.0, only=None):
        rows_of = (len(module.SETTINGS), len(module.WHOLE_SETTINGS))
        states = (module.STATES, module.COUNTERS) if in_lanes else (module.LINE, 1)
        settings = np.zeros((SLOTS, rows_of[0]), F32)
        whole = np.ones((SLOTS, rows_of[1]), np.int32)
        timing = np.zeros((SLOTS, 3), np.int64)
        for slot in range(SLOTS if loud else 0) if only is None else only:
            pitch = pitches[slot % len(pitches)]
            voicing = PATCHES[patch_name][1].voicing(pitch, 20 + 3 * slot, Chance(slot))
            settings[slot] = [voicing.settings.get(name, 0.0) for name in module.SETTINGS]
            whole[slot] = [voicing.whole_settings[name] for name in module.WHOLE_SETTINGS]
            timing[slot] = (slot % 7, slot % 7 + 8, 20 + slot % 9)
        if loud and only is None:
            timing[5] = (3, 5, 6)  # a short one, cut while it sounds
        memory = [settings, whole]
        if in_lanes:
            memory = [m.reshape(2, LANES, -1).transpose(0, 2, 1) for m in memory]
        memory = [np.ascontiguousarray(m).reshape(-1) for m in memory]
        memory += [np.zeros(SLOTS * states[0], F32), np.zeros(SLOTS * states[1], np.int32)]
        scratch = (np.zeros(LANE_FACTS, F32), np.zeros(QUANTUM * LANES, F32), *tables)
        bright = np.linspace(0.0, 1.0, QUANTA + 1, dtype=F32)[None]
        out = []
        for first, quanta in blocks_of(lengths):
            stride = (quanta + 1) * QUANTUM
            rows = np.full(SLOTS * stride, 9.0, F32)
            column = np.ascontiguousarray(bright[:, first : first + quanta + 1])
            pool = (timing, np.zeros(SLOTS, np.int32), column, *memory)
            if in_lanes:
                kernel(first, quanta, pool, scratch, rows, stride)
            else:
                kernel(first, quanta, pool, rows, stride)
            out.append(rows.reshape(SLOTS, stride)[:, QUANTUM:])
        return np.concatenate(out, axis=1)

    return render


def render_sum(lengths, loud=1.0):
    rows = noise(1, SLOTS, (QUANTA + 1) * QUANTUM) * F32(loud)
    windows = np.array([(v % 5, 12 + v % 8, 8 + v) for v in range(SLOTS)], np.int64)
    places = np.array([(v, (v * 7) % QUANTUM, v % 3) for v in range(SLOTS)], np.int32)
    pans = noise(2, SLOTS, 2)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = rows[:, first * QUANTUM : (first + quanta + 1) * QUANTUM].reshape(-1).copy()
        buses = np.zeros(3 * 2 * quanta * QUANTUM, F32)
        stride = (quanta + 1) * QUANTUM
        mixing.sum_voices(first, quanta, windows, places, pans, piece, stride, buses)
        out.append(buses.reshape(6, -1))
    return np.concatenate(out, axis=1)


def render_strips(lengths, loud=1.0):
    buses = noise(3, 2 * 5 * 2, QUANTA * QUANTUM) * F32(loud)
    strips = noise(4, 10, 3, QUANTA + 1)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = buses[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(-1).copy()
        faders = strips[:, :, first : first + quanta + 1].copy()
        mix = np.full(2 * 6 * quanta * QUANTUM, 9.0, F32)
        mixing.mix_strips(quanta, 5, piece, faders, mix)
        out.append(mix.reshape(12, -1))
    return np.concatenate(out, axis=1)


def render_echo(lengths, loud=1.0):
    mix = noise(5, 12, QUANTA * QUANTUM) * F32(loud)
    fades = np.tile(np.linspace(0, 1, QUANTA + 1, dtype=F32), (2, 1))
    delay = np.array([(700, 300), (64, 999)], np.int32)
    places, line = np.zeros(2, np.int32), np.zeros(2 * 2 * delays.LINE, F32)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = mix[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(-1).copy()
        fade = fades[:, first : first + quanta + 1].copy()
        delays.echo(quanta, delay, fade, 0.5, places, line, piece)
        out.append(piece.reshape(12, -1))
    return np.concatenate(out, axis=1)


def render_reverb(lengths, loud=1.0):
    mix = noise(6, 4, QUANTA * QUANTUM, LANES) * F32(loud)
    wet = np.abs(noise(7, QUANTA + 1, LANES))
    gains = np.full((QUANTA, reverbs.ROWS, LANES), 0.8, F32)
    gains[QUANTA // 2 :] = 0.6
    lines = (
        np.zeros(reverbs.FRAMES * LANES, F32),
        np.zeros(reverbs.LINES * LANES, F32),
        np.zeros(reverbs.LINES, np.int32),
    )
    out = []
    for first, quanta in blocks_of(lengths):
        piece = mix[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(4, -1).copy()
        level = wet[first : first + quanta + 1].reshape(-1).copy()
        turn = gains[first : first + quanta].reshape(-1).copy()
        reverbs.reverb(quanta * QUANTUM, tuple(piece), level, (*lines, turn))
        out.append(piece.reshape(4, -1, LANES))
    return np.concatenate(out, axis=1)


def render_limit(lengths, loud=1.0):
    mix = noise(8, 2, QUANTA * QUANTUM, LANES) * F32(4.0 * loud)
    state = np.ones(dynamics.STATE_ROWS * LANES, F32)
    delay = np.zeros(2 * dynamics.DELAY_FRAMES * LANES, F32)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = mix[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(2, -1).copy()
        dynamics.limit(quanta, piece[0], piece[1], 0.8, state, delay)
        out.append(piece.reshape(2, -1, LANES))
    return np.concatenate(out, axis=1)


def level_state():
    state = np.zeros((loudness.STATE_ROWS, LANES), F32)
    state[list(loudness.ONES_AT_START)] = 1.0
    return state.reshape(-1)


def render_level(lengths, loud=1.0):
    mix = noise(13, 2, QUANTA * QUANTUM, LANES) * F32(loud)
    gain, wanted = np.abs(noise(9, 2, QUANTA + 1, LANES)) + F32(0.5)
    state = level_state()
    out = []
    for first, quanta in blocks_of(lengths):
        piece = mix[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(2, -1).copy()
        borders = [b[first : first + quanta + 1].reshape(-1).copy() for b in (gain, wanted)]
        loudness.level(quanta, piece[0], piece[1], *borders, state)
        out.append(piece.reshape(2, -1, LANES))
    return np.concatenate(out, axis=1)


def render_master(lengths, loud=1.0):
    mix = noise(11, LANES * 6, QUANTA * QUANTUM) * F32(loud)
    wet, gain, wanted = np.abs(noise(12, 3, QUANTA + 1, LANES))
    rooms = np.full((QUANTA, reverbs.ROWS, LANES), 0.7, F32)
    lines = (
        np.zeros(reverbs.FRAMES * LANES, F32),
        np.zeros(reverbs.LINES * LANES, F32),
        np.zeros(reverbs.LINES, np.int32),
    )
    state = np.ones(dynamics.STATE_ROWS * LANES, F32)
    states = (level_state(), state, np.zeros(2 * dynamics.DELAY_FRAMES * LANES, F32))
    scratch = np.zeros(mastering.SCRATCH_ROWS * LANES, F32)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = mix[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(-1).copy()
        moving = (
            wet[first : first + quanta + 1].reshape(-1).copy(),
            gain[first : first + quanta + 1].reshape(-1).copy(),
            wanted[first : first + quanta + 1].reshape(-1).copy(),
            rooms[first : first + quanta].reshape(-1).copy(),
        )
        block = np.full(LANES * 2 * quanta * QUANTUM, 9.0, F32)
        mastering.master(quanta, piece, moving, lines, 0.8, states, scratch, False, block)
        out.append(block.reshape(LANES * 2, -1))
    return np.concatenate(out, axis=1)


def render_turned(lengths, loud=1.0):
    """Sixteen listeners into lanes and back."""
    source = noise(10, LANES, QUANTA * QUANTUM) * F32(loud)
    out = []
    for first, quanta in blocks_of(lengths):
        frames = quanta * QUANTUM
        piece = source[:, first * QUANTUM : (first + quanta) * QUANTUM].reshape(-1).copy()
        lanes, back = np.zeros(frames * LANES, F32), np.zeros(frames * LANES, F32)
        mixing.to_lanes(frames, piece, 0, frames, lanes)
        mixing.from_lanes(frames, lanes, back, 0, frames)
        out.append(back.reshape(LANES, frames))
    return np.concatenate(out, axis=1)


def render_playout(lengths, loud=1.0):
    """A ring that starts in its middle, so that it wraps."""
    source = noise(14, QUANTA * QUANTUM, 2) * F32(loud)
    capacity = (QUANTA + 3) * QUANTUM
    memory = np.zeros(4 * (playout.HEAD_FLOATS + 2 * capacity), np.uint8)
    words, floats = memory.view(np.int64)[: playout.WORDS], memory.view(F32)
    words[playout.CAPACITY], words[playout.OPEN] = capacity, 1
    ring = floats[playout.HEAD_FLOATS :].reshape(capacity, 2)
    words[playout.PLAYED] = 20 * QUANTUM
    words[playout.WRITTEN] = (20 + QUANTA) * QUANTUM
    ring[np.arange(20 * QUANTUM, (20 + QUANTA) * QUANTUM) % capacity] = source
    out = []
    for _first, quanta in blocks_of(lengths):
        block = np.full(2 * quanta * QUANTUM, 9.0, F32)
        playout.play_out(words, floats, block)
        out.append(block)
    return np.concatenate(out)


SCALE = (36, 48, 60, 67, 72, 84)
CASES = {
    "saws.render_saws": Case(voices(saws, "soft-lead", SCALE)),
    "ensembles.render_ensembles": Case(voices(ensembles, "string-ensemble", SCALE)),
    "wavetables.render_wavetables": Case(voices(wavetables, "choir", SCALE, tables=(TABLES,))),
    "fm.render_fm": Case(voices(fm, "electric-piano", SCALE)),
    "drums.render_drums": Case(voices(drums, "kit", (36, 38, 42, 46, 51))),
    "strings.render_strings": Case(voices(strings, "nylon", SCALE, in_lanes=False)),
    "modes.render_modes": Case(voices(modes, "vibraphone", SCALE)),
    "pianos.render_pianos": Case(voices(pianos, "piano", SCALE)),
    "mixing.sum_voices": Case(render_sum),
    "mixing.mix_strips": Case(render_strips),
    "mixing.to_lanes": Case(render_turned),
    "mixing.from_lanes": Case(render_turned),
    "delays.echo": Case(render_echo),
    "reverbs.reverb": Case(render_reverb, floor=1e-15),  # the anti-denormal whisper
    "dynamics.limit": Case(render_limit),
    "loudness.level": Case(render_level),
    "mastering.master": Case(render_master, floor=1e-15),
    "playout.play_out": Case(render_playout),
}
