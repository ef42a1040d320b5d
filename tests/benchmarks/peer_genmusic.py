"""The benchmark voice and the reverb in our own kernels, through the product's own voice pools."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from measuring import SHORT_SECONDS, Peer, Sound
from numba import float32 as f32
from patch import GATE_SECONDS, PANS, PITCHES, VOICES

from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, turns
from genmusic.synthesis.orchestra import IN_FRAMES
from genmusic.synthesis.pools import KINDS, MAX_BLOCK_QUANTA, Pool
from genmusic.synthesis.recipes import COOKBOOK, Cook
from genmusic.synthesis.saws import SawPatch
from genmusic.synthesis.voicing import LOUD_VELOCITY
from genmusic.units import QUANTUM, SAMPLE_RATE, hz_to_increment, log2
from kernels import mixing, reverbs
from kernels._jit import kernel
from kernels._types import Book, Floats, Ints, Longs
from kernels.buses import STRIDE, drain_buses
from kernels.lanes import LANES
from kernels.memory import aligned
from kernels.oscillators import FULL_SCALE, saw, saw_width
from kernels.pools import render_pools
from kernels.readings import VELOCITIES
from kernels.simd import load, splat, splat_int, store, to_float
from kernels.voices import START_TICK

SAWS = SawPatch(
    level_db=0.0,
    attack_seconds=0.01,
    decay_seconds=0.2,
    sustain=0.6,
    release_seconds=0.34,  # heard until the next note: all 64 voices sound all the time
    cutoff_hz=300.0,
    cutoff_follows=0.0,
    envelope_octaves=log2(5300.0 / 300.0),
    resonance=2.0,
    detune_cents=1200.0 * log2(1.003),
)
REVERB_SECONDS = 2.8  # as Freeverb's room .8
TWO_SIDES = 2
BUSES = VOICES // 16  # a bus takes no more than 24 voices


def open_peer(_folder: Path) -> Peer:
    """Our kernels in this process; starting and compiling are done before time is taken."""
    _repeated(SHORT_SECONDS)
    _reverb(1)
    return Peer(
        "genmusic",
        {"held notes": _held, "notes started every second": _repeated},
        _reverb,
        _saw,
        _response,
    )


def _repeated(seconds: int) -> float:
    """64 notes each second, as in Csound; starting them in Python counts."""
    return _play(seconds, GATE_SECONDS, range(seconds))


def _held(seconds: int) -> float:
    """64 long notes: what rendering costs, as in engines whose envelopes repeat by themselves."""
    return _play(seconds, float(seconds), range(1))


def _play(seconds: int, gate_seconds: float, rounds: range) -> float:
    pool = Pool(KINDS["saws"])
    cook = Cook(SAWS if len(rounds) > 1 else replace(SAWS, release_seconds=1.0), "saws")
    notes, sides, book = _score(cook, round(gate_seconds * SAMPLE_RATE), rounds)
    started = 0
    bright = np.full((1, MAX_BLOCK_QUANTA + 1), 0.5, np.float32)
    straight = np.zeros((BUSES, MAX_BLOCK_QUANTA + 1), np.float32)
    buses = aligned(BUSES * TWO_SIDES * STRIDE, np.int32)
    out = aligned(BUSES * TWO_SIDES * MAX_BLOCK_QUANTA * QUANTUM, np.float32)
    mix = aligned(TWO_SIDES * MAX_BLOCK_QUANTA * QUANTUM, np.float32)
    starts = notes[:, START_TICK].tolist()
    begin = time.process_time()
    for first in range(0, seconds * SAMPLE_RATE // QUANTUM, MAX_BLOCK_QUANTA):
        end = (first + MAX_BLOCK_QUANTA) * QUANTUM
        due = bisect_left(starts, end, started)
        if due > started:
            given, where = (notes[started:due], sides[started:due]), (0, 0, 0, started)
            pool.start(given, IN_FRAMES, where, book)
            started = due
        ramps, berths = (bright, straight), pool.berths
        render_pools(first, MAX_BLOCK_QUANTA, berths.sounds, berths.taken, ramps, buses)
        _mix_down(MAX_BLOCK_QUANTA, buses, out, mix)
    return time.process_time() - begin


@kernel
def _mix_down(quanta: int, buses: Ints, out: Floats, mix: Floats) -> None:
    """Take a block from the buses, and add them up."""
    drain_buses(quanta, buses, out)
    for t in range(0, mix.shape[0], LANES):
        total = load(out, t)
        for bus in range(mix.shape[0], out.shape[0], mix.shape[0]):
            total = total + load(out, bus + t)
        store(mix, t, total)


def _score(cook: Cook, gate: int, rounds: range) -> tuple[Longs, Floats, Book]:
    """The notes of all rounds, as the kernel takes them."""
    rows, books = COOKBOOK.look_up([(cook, pitch) for pitch in PITCHES])
    recipes = [row * VELOCITIES + LOUD_VELOCITY for row in rows]
    starts = [(second + n / VOICES, n) for second in rounds for n in range(VOICES)]
    frames = [(round(at * SAMPLE_RATE), n) for at, n in starts]
    notes = [(recipes[n], frame, frame + gate, n % BUSES, n) for frame, n in frames]
    sides = np.array([(PANS[n], 0.0) for _, n in starts], np.float32)
    return np.array(notes, np.int64), sides, books["saws"]


@kernel
def _saw_frames(increment: int, out: Floats) -> None:
    """A saw in all lanes, a frame after the other."""
    step, phase = splat_int(increment), splat_int(0)
    width = saw_width(to_float(step))
    for t in range(out.shape[0] // LANES):
        phase = phase + step
        store(out, t * LANES, saw(phase, width))


def _saw(hz: float) -> Sound:
    out = np.empty(round(1.5 * SAMPLE_RATE) * LANES, np.float32)
    _saw_frames(np.int32(hz_to_increment(hz)), out)
    return out[::LANES] / FULL_SCALE


def _reverb(seconds: int) -> float:
    """CPU seconds of one listener, of sixteen in turn."""
    frames = 2 * 1024
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, TWO_SIDES * frames).astype(np.float32)
    render = _hall(LANES, frames)
    begin = time.process_time()
    for _ in range(seconds * SAMPLE_RATE // frames):
        render(noise)
    return (time.process_time() - begin) / LANES


def _response() -> Sound:
    frames = 4 * SAMPLE_RATE
    impulse = np.zeros((TWO_SIDES, frames), np.float32)
    impulse[:, 0] = 1.0
    return _hall(1, frames)(impulse.reshape(-1))[:frames]


@kernel
def _reverberate(
    quanta: int,
    clocks: Longs,
    space: Ints,
    rooms: Floats,
    wet: Floats,
    bank: tuple[Ints, Floats],
    desk: tuple[Ints, Floats],
    fed: Ints,
    sound: Floats,
    sends: Floats,
    dry: Floats,
) -> None:
    """The same sound in everybody's hall."""
    begin, half = (mixing.HALL - 1) * sound.shape[0], sound.shape[0] // TWO_SIDES
    for listener in range(clocks.shape[0]):
        for t in range(0, half, LANES):
            store(sends, begin + t, load(sound, t) + load(sound, half + t))
        for t in range(0, sound.shape[0], LANES):
            store(dry, listener * sound.shape[0] + t, splat(f32(0.0)))
        reverbs.reverb(
            quanta, listener, 1, mixing.HALL, clocks, space, rooms, wet, bank[0], bank[1],
            desk, False, fed, sends, dry,
        )  # fmt: skip


def _hall(listeners: int, frames: int) -> Callable[[Sound], Sound]:
    """The product's hall, all wet, for what everybody sends; gives their sound."""
    quanta = frames // QUANTUM
    wet = np.ones((listeners, quanta + 1), np.float32)
    rooms = np.tile(turns(HALL, REVERB_SECONDS), (listeners, quanta, 1))
    held, clocks = RingBank(listeners, HALL.rings, HALL.held), np.zeros(listeners, np.int64)
    space = HALL.table  # worked out once, as the mixer does
    desk = aligned(reverbs.HEADS, np.int32), aligned(reverbs.MOVES, np.float32)
    fed = np.ones((mixing.SENDS, quanta), np.int32)
    sends = np.zeros(mixing.SENDS * TWO_SIDES * frames, np.float32)
    dry = np.zeros(listeners * TWO_SIDES * frames, np.float32)

    def render(sound: Sound) -> Sound:
        _reverberate(quanta, clocks, space, rooms, wet, held.memory, desk, fed, sound, sends, dry)
        clocks[:] += quanta
        return dry

    return render
