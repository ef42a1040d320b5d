"""An instrument that is played live: MIDI messages in, sound out, within one period of the device.

All that it needs lies in one block of memory, seen as int64, int32 and float32: a table of regions
(offset and length of each, in elements), then the regions. There are two pools of voices, so that
a new sound can be laid out while the old one rings on.

A message sounds exactly one period after it came, whenever in the period that was: a constant
delay can be played with, a varying one cannot (Jack et al. 2018: 10 ms was not rated worse than
none, 10 ± 3 ms was).
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32
from numba import int64 as i64

from kernels._jit import kernel, viewer
from kernels._types import Book, Floats, Ints, LiveBlock, Longs, Roll
from kernels.buses import drain_buses
from kernels.ensembles import render_ensembles
from kernels.fm import render_fm
from kernels.hits import render_hits
from kernels.modes import render_modes
from kernels.readings import VELOCITIES
from kernels.saws import render_saws
from kernels.strings import render_strings
from kernels.voices import (
    END_TICK,
    LIFE,
    PART,
    QUANTUM,
    RECIPE,
    START_TICK,
    TWIST,
    release_voice,
    start_voices,
)
from kernels.wavetables import render_wavetables

KINDS = ("saws", "fm", "drums", "ensembles", "wavetables", "strings", "modes", "pianos")
SAWS, FM, DRUMS, ENSEMBLES, WAVETABLES, STRINGS, MODES, PIANOS = range(8)

LONGS = ("words", "keys", "note", "muted")
INTS = ("marks", "buses")
FLOATS = ("brightness", "bends", "sides", "drained")
POOL_LONGS = ("timing", "seeds", "numbers")
POOL_INTS = (
    "places", "whole_settings", "counters", "varied", "order", "counts", "ended",
    "lane_whole_settings", "lane_counters", "recipe_whole_settings", "touched", "life",
)  # fmt: skip
POOL_FLOATS = (
    "pans", "settings", "state", "lane_settings", "lane_state", "facts", "tile", "rows", "tables",
    "recipe_settings", "touches",
)  # fmt: skip
COMMON = (*LONGS, *INTS, *FLOATS)
POOL = (*POOL_LONGS, *POOL_INTS, *POOL_FLOATS)
POOLS = 2
REGIONS = len(COMMON) + POOLS * len(POOL)
"""Regions: those of all, then those of each pool."""
(
    _WORDS, _KEYS, _NOTE, _MUTED, _MARKS, _BUSES, _BRIGHTNESS, _BENDS, _SIDES, _DRAINED,
) = range(len(COMMON))  # fmt: skip
(
    _TIMING, _SEEDS, _NUMBERS, _PLACES, _WHOLE, _COUNTERS, _VARIED, _ORDER, _COUNTS, _ENDED,
    _LANE_WHOLE, _LANE_COUNTERS, _RECIPE_WHOLE, _TOUCHED, _LIFE, _PANS, _SETTINGS, _STATE,
    _LANE_SETTINGS, _LANE_STATE, _FACTS, _TILE, _ROWS, _TABLES, _RECIPE_SETTINGS, _TOUCHES,
) = range(len(POOL))  # fmt: skip

WORDS = (
    "quantum",  # that is rendered next
    "heard",  # messages taken
    "start_ns",  # of this callback, smoothed
    "played",  # notes
    "pedal",  # 1 while it is down
    "bend",  # -8192..8191
    "pressure",  # 0..127
    "active",  # the pool of new notes; the writer's word, as are those below
    "kind_0",
    "kind_1",
    "low",  # keys that are played
    "high",
    "level",  # of the sound, in thousandths
    "silence",  # counts the calls for silence
    "silenced",  # those that were obeyed
)
(
    QUANTUM_WORD, HEARD, START_NS, PLAYED, PEDAL, BEND, PRESSURE, ACTIVE, KIND_0, KIND_1, LOW, HIGH,
    LEVEL, SILENCE, SILENCED,
) = range(len(WORDS))  # fmt: skip

KEYS = 128
MOST_VOICES = 24
UP, DOWN, SUSTAINED = 0, 1, 2
BEND_OCTAVES = 2.0 / 12.0  # at the end of the wheel
NS_PER_FRAME_TIMES_3 = 62_500  # a frame lasts 62 500 / 3 ns
MIDI_WORDS, MIDI_EVENTS = 8, 4096  # as `genmusic.midi.events` lays them out
FOREVER_FRAMES = 1 << 50
BLOCK_BYTES = 51 << 20  # the memory of a live instrument, with room for any kind


@viewer
def _longs(block: LiveBlock, region: int) -> Longs:
    start = block[0][2 * region]
    return block[0][start : start + block[0][2 * region + 1]]


@viewer
def _ints(block: LiveBlock, region: int) -> Ints:
    start = block[0][2 * region]
    return block[1][start : start + block[0][2 * region + 1]]


@viewer
def _floats(block: LiveBlock, region: int) -> Floats:
    start = block[0][2 * region]
    return block[2][start : start + block[0][2 * region + 1]]


@viewer
def _roll(block: LiveBlock, base: int) -> Roll:
    timing, places = _longs(block, base + _TIMING), _ints(block, base + _PLACES)
    slots = timing.shape[0] // 4
    return (
        timing.reshape((slots, 4)),
        places.reshape((slots, 5)),
        _longs(block, base + _SEEDS),
        _longs(block, base + _NUMBERS),
        _floats(block, base + _PANS).reshape((slots, 2)),
    )


@viewer
def _base(pool: int) -> int:
    return len(COMMON) + pool * len(POOL)


@viewer
def _tell_time(now_ns: int, frames: int, words: Longs) -> int:
    """When the last period began; the clock of callbacks is smoothed towards the earliest."""
    period_ns = frames * NS_PER_FRAME_TIMES_3 // 3
    expected = words[START_NS] + period_ns
    late = now_ns - expected
    if late > 2 * period_ns or late < -2 * period_ns:
        expected, late = now_ns, 0
    before = words[START_NS]
    words[START_NS] = expected + (late // 2 if late < 0 else late // 64)
    return int(max(before, words[START_NS] - 2 * period_ns))


@viewer
def _let_go(key: int, frame: int, block: LiveBlock) -> None:
    """Release the note of a key."""
    keys = _longs(block, _KEYS).reshape((KEYS, 2))
    if keys[key, 1] >= 0:
        roll = _roll(block, _base(int(keys[key, 0])))
        release_voice(keys[key, 1], frame // QUANTUM + 1, roll)
    keys[key, 1] = -1
    _ints(block, _MARKS)[key] = i32(UP)


@viewer
def _book(block: LiveBlock, base: int) -> Book:
    """What each key and touch sounds like."""
    settings, whole = (
        _floats(block, base + _RECIPE_SETTINGS),
        _ints(block, base + _RECIPE_WHOLE),
    )
    touched, rows = _ints(block, base + _TOUCHED), KEYS * VELOCITIES
    return (
        settings.reshape((KEYS, settings.shape[0] // KEYS)),
        whole.reshape((KEYS, whole.shape[0] // KEYS)),
        touched,
        _floats(block, base + _TOUCHES).reshape((rows, touched.shape[0])),
        _ints(block, base + _LIFE).reshape((rows, len(LIFE))),
    )


@viewer
def _strike(key: int, velocity: int, frame: int, block: LiveBlock) -> None:
    """Start a note; the one that the same key holds is let go."""
    words, keys = _longs(block, _WORDS), _longs(block, _KEYS).reshape((KEYS, 2))
    _let_go(key, frame, block)
    pool = int(words[ACTIVE])
    base = _base(pool)
    roll = _roll(block, base)
    slots = roll[0].shape[0]
    settings, whole = _floats(block, base + _SETTINGS), _ints(block, base + _WHOLE)
    note = _longs(block, _NOTE)
    words[PLAYED] += 1
    note[PART] = 0
    note[RECIPE] = key * VELOCITIES + velocity
    note[START_TICK], note[END_TICK] = frame, frame + FOREVER_FRAMES
    note[TWIST] = words[PLAYED] * 7919 + key
    start_voices(
        note.reshape((1, note.shape[0])),
        _floats(block, _SIDES).reshape((1, 2)),
        (i64(0), i64(0), i64(1), i64(1), i64(0)),
        (i64(0), i64(0), i64(0), words[PLAYED]),
        _book(block, base),
        i64(MOST_VOICES),
        roll,
        settings.reshape((slots, settings.shape[0] // slots)),
        whole.reshape((slots, whole.shape[0] // slots)),
    )
    keys[key, 0], keys[key, 1] = pool, words[PLAYED]
    _ints(block, _MARKS)[key] = i32(DOWN)


@viewer
def _lift(key: int, frame: int, block: LiveBlock) -> None:
    """A hand leaves a key; the pedal may hold it."""
    marks, words = _ints(block, _MARKS), _longs(block, _WORDS)
    if marks[key] == DOWN and words[PEDAL] == 1:
        marks[key] = i32(SUSTAINED)
    elif marks[key] == DOWN:
        _let_go(key, frame, block)


@viewer
def _let_all_go(mark: int, frame: int, block: LiveBlock) -> None:
    marks = _ints(block, _MARKS)
    for key in range(KEYS):
        if marks[key] != UP and (mark == UP or marks[key] == mark):
            _let_go(key, frame, block)


@viewer
def _turn(controller: int, value: int, frame: int, block: LiveBlock) -> None:
    """A pedal, or a word for the whole channel."""
    words = _longs(block, _WORDS)
    if controller == 64:
        words[PEDAL] = 1 if value >= 64 else 0
        if value < 64:
            _let_all_go(SUSTAINED, frame, block)
    elif controller in (120, 123):
        words[PEDAL] = 0
        _let_all_go(UP, frame, block)


@viewer
def _is_muted(channel: int, key: int, block: LiveBlock) -> bool:
    """Whether a note is a button of its controller: a bit for each key of each channel."""
    word = _longs(block, _MUTED)[2 * channel + key // 64]
    return bool((word >> (key % 64)) & 1)


@viewer
def _obey(status: int, first: int, second: int, frame: int, block: LiveBlock) -> None:
    """Do what one message says."""
    words = _longs(block, _WORDS)
    kind = status & 0xF0
    plays = words[LOW] <= first <= words[HIGH] and not _is_muted(status & 0x0F, first, block)
    if kind == 0x90 and second > 0:
        if plays:
            _strike(first, second, frame, block)
    elif kind in (0x80, 0x90):
        _lift(first, frame, block)
    elif kind == 0xB0:
        _turn(first, second, frame, block)
    elif kind == 0xD0:
        words[PRESSURE] = first
    elif kind == 0xE0:
        words[BEND] = (second << 7 | first) - 8192


@viewer
def _hear(midi: Longs, since_ns: int, frames: int, block: LiveBlock) -> None:
    """Take the messages that came before this period began, each at its frame."""
    words = _longs(block, _WORDS)
    end = midi[0]
    if end - words[HEARD] > MIDI_EVENTS // 2:  # too many to be trusted: begin anew, in silence
        words[HEARD] = end
        _let_all_go(UP, words[QUANTUM_WORD] * QUANTUM, block)
    while words[HEARD] < end:
        place = MIDI_WORDS + 2 * (words[HEARD] % MIDI_EVENTS)
        time_ns, packed = midi[place], midi[place + 1]
        if time_ns >= words[START_NS]:
            return
        offset = min(max((time_ns - since_ns) * 3 // NS_PER_FRAME_TIMES_3, 0), frames - 1)
        frame = words[QUANTUM_WORD] * QUANTUM + offset
        _obey((packed >> 16) & 0xFF, (packed >> 8) & 0x7F, packed & 0x7F, frame, block)
        words[HEARD] += 1


@viewer
def _render_pool(pool: int, kind: int, quanta: int, block: LiveBlock) -> None:
    base, first = _base(pool), int(_longs(block, _WORDS)[QUANTUM_WORD])
    roll = _roll(block, base)
    held = (
        _floats(block, base + _SETTINGS),
        _ints(block, base + _WHOLE),
        _floats(block, base + _STATE),
        _ints(block, base + _COUNTERS),
    )
    varied = _ints(block, base + _VARIED)
    varied = varied.reshape((varied.shape[0] // 2, 2))
    brightness, bends = _floats(block, _BRIGHTNESS), _floats(block, _BENDS)
    ramps = (
        brightness[: quanta + 1].reshape((1, quanta + 1)),
        bends[: quanta + 1].reshape((1, quanta + 1)),
    )
    lanes = (
        _floats(block, base + _LANE_SETTINGS),
        _ints(block, base + _LANE_WHOLE),
        _floats(block, base + _LANE_STATE),
        _ints(block, base + _LANE_COUNTERS),
        _floats(block, base + _FACTS),
        _floats(block, base + _TILE),
        _floats(block, base + _TABLES),
    )
    orders = (_ints(block, base + _ORDER), _ints(block, base + _COUNTS))
    desk = (orders[0], orders[1], _ints(block, base + _ENDED), lanes, _floats(block, base + _ROWS))
    buses = _ints(block, _BUSES)
    if kind == SAWS:
        render_saws(first, quanta, roll, held, varied, ramps, desk, buses)
    elif kind == FM:
        render_fm(first, quanta, roll, held, varied, ramps, desk, buses)
    elif kind == DRUMS:
        render_hits(first, quanta, roll, held, varied, ramps, desk, buses)
    elif kind == ENSEMBLES:
        render_ensembles(first, quanta, roll, held, varied, ramps, desk, buses)
    elif kind == WAVETABLES:
        render_wavetables(first, quanta, roll, held, varied, ramps, desk, buses)
    elif kind == STRINGS:
        render_strings(first, quanta, roll, held, varied, ramps, desk, buses)
    else:  # modes and pianos
        render_modes(first, quanta, roll, held, varied, ramps, desk, buses)


@viewer
def _move(quanta: int, block: LiveBlock) -> None:
    """Let brightness follow the pressure, and pitch the wheel, without a step."""
    words = _longs(block, _WORDS)
    brightness, bends = _floats(block, _BRIGHTNESS), _floats(block, _BENDS)
    bright = f32(0.5) + f32(0.5) * f32(words[PRESSURE]) / f32(127.0)
    bend = f32(words[BEND]) * f32(BEND_OCTAVES / 8192.0)
    from_bright, from_bend = brightness[brightness.shape[0] - 1], bends[bends.shape[0] - 1]
    for q in range(quanta + 1):
        share = f32(q) / f32(quanta)
        brightness[q] = from_bright + (bright - from_bright) * share
        bends[q] = from_bend + (bend - from_bend) * share
    brightness[brightness.shape[0] - 1], bends[bends.shape[0] - 1] = bright, bend


@kernel
def play_live(now_ns: int, midi: Longs, block: LiveBlock, out: Floats) -> None:
    """Render a period of the live instrument, and add it to what plays.

    Parameters
    ----------
    now_ns : int
        When the device called, on the clock of the messages.
    midi : (8 + 2 * 4096,) int64
        The ring of messages, as in `genmusic.midi.events`.
    block : tuple of (n,) int64, (2n,) int32 and (2n,) float32, in/out
        One block of memory, three times.
    out : (2 * frames,) float32, in/out
        Interleaved stereo; a whole number of quanta, at most 32.
    """
    frames = out.shape[0] // 2
    quanta, words = frames // QUANTUM, _longs(block, _WORDS)
    since_ns = _tell_time(now_ns, frames, words)
    if words[SILENCED] != words[SILENCE]:
        words[SILENCED], words[PEDAL] = words[SILENCE], 0
        _let_all_go(UP, words[QUANTUM_WORD] * QUANTUM, block)
    _hear(midi, since_ns, frames, block)
    _move(quanta, block)
    for pool in range(POOLS):
        _render_pool(pool, int(words[KIND_0 + pool]), quanta, block)
    words[QUANTUM_WORD] += quanta
    drained, level = _floats(block, _DRAINED), f32(words[LEVEL]) * f32(0.001)
    drain_buses(quanta, _ints(block, _BUSES), drained[: 2 * frames])
    for frame in range(frames):
        left = out[2 * frame] + drained[frame] * level
        right = out[2 * frame + 1] + drained[frames + frame] * level
        out[2 * frame] = min(f32(1.0), max(f32(-1.0), left))
        out[2 * frame + 1] = min(f32(1.0), max(f32(-1.0), right))
