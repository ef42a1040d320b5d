"""The life of voices, whatever they sound like: they start, are let go, are cut, and end.

A pool keeps one row for each of its N slots, in flat or two-dimensional arrays:

- ``timing`` (N, 4) int64, quanta since the session began: start, release, end, and where the voice
  begins to fade, before its end; an end of 0 is a free slot;
- ``places`` (N, 5) int32: frames (0..63) by which the voice sounds later than its quantum, bus,
  listener, group of voices that silence each other (0: none), quanta from release to silence;
- ``seeds`` and ``numbers`` (N,) int64: what makes the note differ from others, and which it is;
- ``pans`` (N, 2) float32, linear gain left and right.

Every step depends on the voices of one bus alone, so company never changes a note.
"""

from __future__ import annotations

import numpy as np
from numba import float32 as f32
from numba import int32 as i32
from numba import int64 as i64
from numba import uint64 as u64

from kernels._jit import fragment, kernel
from kernels._types import Book, Floats, Held, Ints, Longs, Roll
from kernels.handles import Handle, reader

QUANTUM = 64
START, RELEASE, END, FADE = 0, 1, 2, 3
DELAY, BUS, LISTENER, CHOKE, TAIL = 0, 1, 2, 3, 4
FADE_QUANTA = 4  # before every end: 5 ms, too slow to click and too fast to be heard
NOTE = (
    "recipe",  # row of the book's touches
    "start_tick",
    "end_tick",
    "part",  # of its listener
    "twist",  # what makes it differ from others that start with it
)
RECIPE, START_TICK, END_TICK, PART, TWIST = range(len(NOTE))
CLOCK = (
    "tick",  # that falls on
    "frame",  # of the listener
    "frames",  # that take
    "ticks",
    "from_frame",  # notes that start earlier are passed over
)
TICK, FRAME, FRAMES, TICKS, FROM_FRAME = range(len(CLOCK))
PLACE = (
    "listener",
    "bus",  # of the listener's first part
    "origin_frame",  # of the pool, at which frame 0 of the listener lies; a whole quantum
    "number",  # of the first note
)
HERE, FIRST_BUS, ORIGIN_FRAME, FIRST_NUMBER = range(len(PLACE))
LIFE = (
    "longest_quanta",  # from start to silence, however long it is held
    "choke",
    "peak_quanta",  # from start to the peak of what it is held at
    "fall_quanta",  # in each of `FALLS` steps, in which it falls from there
    "release_quanta",  # from release to silence, when it is let go at the peak,
    "release_quanta_1",  # and after each of the steps
    "release_quanta_2",
    "release_quanta_3",
)
LONGEST_QUANTA, LIFE_CHOKE, PEAK_QUANTA, FALL_QUANTA, RELEASE_QUANTA = range(5)
FALLS = len(LIFE) - 1 - RELEASE_QUANTA
PAN_SOURCE = 255  # of the random numbers of a note, the one that spreads it

_LONGS, _INTS, _FLOATS = (np.zeros((1, 1), kind) for kind in (np.int64, np.int32, np.float32))
_BOOK = _FLOATS, _INTS, _INTS[0], _FLOATS, _INTS
_SEATS = (_LONGS, _INTS, _LONGS[0], _LONGS[0], _FLOATS), _FLOATS, _INTS
_read_book, read_seats = reader(_BOOK), reader(_SEATS)
BOOK_WORDS, SEATS_WORDS = len(Handle(_BOOK).words), len(Handle(_SEATS).words)


@fragment
def signed(seed: int, source: int) -> float:
    """A number in -1..1 for a note and one of its features.

    A splitmix64 sequence (Steele, Lea, Flood 2014), entered at any place.
    """
    z = u64(seed) + u64(source + 1) * u64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> u64(30))) * u64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> u64(27))) * u64(0x94D049BB133111EB)
    z = z ^ (z >> u64(31))
    return float(f32(i64(z >> u64(40)) - i64(1 << 23)) * f32(2.0**-23))


@fragment
def _cut(slot: int, quantum: int, timing: Longs) -> None:
    """Let a voice fade out from a quantum on that is not rendered yet."""
    if quantum + FADE_QUANTA < timing[slot, END]:
        timing[slot, FADE] = quantum
        timing[slot, END] = quantum + FADE_QUANTA


@fragment
def _staler(slot: int, other: int, now: int, roll: Roll) -> bool:
    """Whether a voice was let go before another, or neither was and it is the older."""
    timing, numbers = roll[0], roll[3]
    let_go, other_let_go = min(timing[slot, RELEASE], now), min(timing[other, RELEASE], now)
    if let_go != other_let_go:
        return bool(let_go < other_let_go)
    if timing[slot, START] != timing[other, START]:
        return bool(timing[slot, START] < timing[other, START])
    return bool(numbers[slot] < numbers[other])


@fragment
def _make_room(bus: int, choke: int, now: int, most: int, roll: Roll) -> None:
    """Cut the voices that a new one chokes, and the stalest while too many last."""
    timing, places = roll[0], roll[1]
    lasting = most
    while lasting >= most:
        lasting, stalest = 0, -1
        for slot in range(timing.shape[0]):
            if places[slot, BUS] != bus or timing[slot, END] <= now:
                continue
            if choke > 0 and places[slot, CHOKE] == choke:
                _cut(slot, now, timing)
            if timing[slot, FADE] > now:
                lasting += 1
                if stalest < 0 or _staler(slot, stalest, now, roll):
                    stalest = slot
        if lasting >= most:
            _cut(stalest, now, timing)


@fragment
def free_slot(timing: Longs) -> int:
    """A slot that is free, or else that of the oldest note."""
    oldest = 0
    for slot in range(timing.shape[0]):
        if timing[slot, END] == 0:
            return slot
        if timing[slot, START] < timing[oldest, START]:
            oldest = slot
    return oldest


@fragment
def frame_of(tick: int, clock: tuple[int, ...]) -> int:
    """The frame of the listener on which a tick falls."""
    return clock[FRAME] + (tick - clock[TICK]) * clock[FRAMES] // clock[TICKS]


@fragment
def _place(slot: int, bus: int, start: int, place: tuple[int, ...], roll: Roll) -> None:
    """Say where a voice sounds."""
    places = roll[1]
    places[slot, DELAY] = i32(start % QUANTUM)
    places[slot, BUS] = i32(bus)
    places[slot, LISTENER] = i32(place[HERE])


@fragment
def _name(slot: int, seed: int, number: int, side: tuple[float, float], roll: Roll) -> None:
    """Say which note a voice is, and where it stands, which follows from that."""
    seeds, numbers, pans = roll[2], roll[3], roll[4]
    seeds[slot], numbers[slot] = seed, number
    stand = side[0] + side[1] * signed(seed, PAN_SOURCE)
    right = f32(0.5) + f32(0.5) * min(max(stand, f32(-1.0)), f32(1.0))
    pans[slot, 0], pans[slot, 1] = np.sqrt(f32(1.0) - right), np.sqrt(right)


@fragment
def _tail(held: int, life: Ints, row: int) -> int:
    """Quanta from release to silence of what is held for so many: no fewer than there are.

    They curve upwards over what a step takes away, and so lie below the line between its ends.
    """
    each = life[row, FALL_QUANTA]
    fallen = min(max(held - life[row, PEAK_QUANTA], 0), FALLS * each)
    step = min(fallen // each, FALLS - 1)
    before = life[row, RELEASE_QUANTA + step]
    less = before - life[row, RELEASE_QUANTA + step + 1]
    return int(before - less * (fallen - step * each) // each)


@fragment
def _live(slot: int, start: int, gate_frames: int, life: Ints, row: int, roll: Roll) -> None:
    """Say when a voice is let go, and when it ends."""
    timing, places = roll[0], roll[1]
    longest = life[row, LONGEST_QUANTA]
    held = max((gate_frames + QUANTUM // 2) // QUANTUM, 1)
    release = start + min(held, longest)
    timing[slot, START], timing[slot, RELEASE] = start, release
    timing[slot, END] = min(release + _tail(held, life, row), start + longest)
    timing[slot, FADE] = timing[slot, END] - FADE_QUANTA
    places[slot, CHOKE], places[slot, TAIL] = life[row, LIFE_CHOKE], life[row, RELEASE_QUANTA]


@fragment
def start_voices(
    notes: Longs,
    sides: Floats,
    clock: tuple[int, ...],
    place: tuple[int, ...],
    book: Book,
    most: int,
    roll: Roll,
    settings: Floats,
    whole_settings: Ints,
) -> int:
    """Give a listener's notes their slots, in the order in which they come.

    Parameters
    ----------
    notes : (notes, 5) int64
        Columns as in `NOTE`; none may start before the block that is rendered next.
    sides : (notes, 2) float32
        Place from -1 (left) to 1 (right), and how far a note may lie from it.
    clock, place : five and four of int64
        As in `CLOCK` and `PLACE`.
    book : tuple
        Of each pitch (pitches, P + V) float32 settings and (pitches, I) int32 whole settings; which
        (T,) int32 of the settings are others for each touch; of each touch of each pitch those as
        (pitches * touches, T) float32, and (pitches * touches, 8) int32 columns as in `LIFE`.
    most : int
        Voices that may last on one bus.
    roll : tuple of (timing, places, seeds, numbers, pans), in/out
        As described in `kernels.voices`; where no slot is free, the oldest note loses its own.
    settings, whole_settings : (N, P + V) float32 and (N, I) int32, in/out
        As in `kernels.lanes`.

    Returns
    -------
    How many voices were started.
    """
    started = 0
    plain, whole, touched, touches, lives = book
    each = touches.shape[0] // plain.shape[0]
    for note in range(notes.shape[0]):
        start = frame_of(notes[note, START_TICK], clock)
        if start < clock[FROM_FRAME]:
            continue
        row, bus = notes[note, RECIPE], place[FIRST_BUS] + notes[note, PART]
        gate = max(frame_of(notes[note, END_TICK], clock) - start, 1)
        quantum = (start + place[ORIGIN_FRAME]) // QUANTUM
        _make_room(bus, lives[row, LIFE_CHOKE], quantum, most, roll)
        slot, pitch = free_slot(roll[0]), row // each
        for setting in range(settings.shape[1]):
            settings[slot, setting] = plain[pitch, setting]
        for setting in range(whole_settings.shape[1]):
            whole_settings[slot, setting] = whole[pitch, setting]
        for setting in range(touched.shape[0]):
            settings[slot, touched[setting]] = touches[row, setting]
        _live(slot, quantum, gate, lives, row, roll)
        _place(slot, bus, start, place, roll)
        seed, side = (start << 20) ^ notes[note, TWIST], (sides[note, 0], sides[note, 1])
        _name(slot, seed, place[FIRST_NUMBER] + note, side, roll)
        started += 1
    return started


@kernel
def start_beat(
    beat: int,
    notes: Longs,
    sides: Floats,
    begins: Longs,
    books: Longs,
    pools: Longs,
    clock: tuple[int, ...],
    place: tuple[int, ...],
    most: int,
    taken: Longs,
) -> None:
    """Give the notes of a beat their slots in the pools of their kinds, kind after kind.

    Parameters
    ----------
    beat : int
        Of the bar.
    notes : (notes, 5) int64
    sides : (notes, 2) float32
    begins : (beats, kinds + 1) int64
        As `kernels.readings.read_notes` writes them.
    books, pools : (kinds, words) int64
        Words (`kernels.handles`) of the book of each kind, and of its (roll, settings, whole
        settings), as `start_voices` takes them.
    clock, place, most
        As `start_voices` takes them; notes are numbered in the order in which they lie.
    taken : (kinds,) int64, in/out
        Voices that sound or are still to: those that are started are counted in.
    """
    first = begins[beat, 0]
    for kind in range(pools.shape[0]):
        begin, end = begins[beat, kind], begins[beat, kind + 1]
        if begin == end:
            continue
        roll, settings, whole_settings = read_seats(pools[kind])
        number = place[FIRST_NUMBER] + begin - first
        here = place[HERE], place[FIRST_BUS], place[ORIGIN_FRAME], number
        taken[kind] += start_voices(
            notes[begin:end], sides[begin:end], clock, here, _read_book(books[kind]), most,
            roll, settings, whole_settings,
        )  # fmt: skip


@kernel
def release_voice(number: int, quantum: int, roll: Roll) -> None:
    """Let a held note go, if it still sounds.

    Parameters
    ----------
    number : int
        Of the note.
    quantum : int
        Of its release, not rendered yet.
    roll : tuple of (timing, places, seeds, numbers, pans), in/out
        As described in `kernels.voices`.
    """
    timing, places, _, numbers, _ = roll
    for slot in range(timing.shape[0]):
        sounds = numbers[slot] == number and timing[slot, END] > quantum
        if sounds and quantum < timing[slot, RELEASE]:
            let_go = max(quantum, timing[slot, START] + 1)
            timing[slot, RELEASE] = let_go
            timing[slot, END] = min(timing[slot, END], let_go + places[slot, TAIL])
            timing[slot, FADE] = min(timing[slot, FADE], timing[slot, END] - FADE_QUANTA)


@fragment
def vary(slot: int, seed: int, varied: Ints, sizes: tuple[int, ...], held: Held) -> None:
    """Make a note differ from its patch: each varied setting by its amount times -1..1.

    Rows of ``varied`` are a setting (whole ones after the others) and its random number.
    """
    settings, whole_settings, _, _ = held
    for v in range(varied.shape[0]):
        amount = settings[slot * sizes[5] + sizes[0] + v]
        away = amount * signed(seed, varied[v, 1])
        row = varied[v, 0]
        if row < sizes[0]:
            place = slot * sizes[5] + row
            settings[place] = settings[place] + away
        else:
            whole = slot * sizes[1] + row - sizes[0]
            whole_settings[whole] = i32(i64(whole_settings[whole]) + i64(away))


@fragment
def retire(first_after: int, timing: Longs, ended: Ints) -> None:
    """Free the slots of voices that end before a quantum; their count, then they, are written."""
    count = 0
    for slot in range(timing.shape[0]):
        if 0 < timing[slot, END] <= first_after:
            timing[slot, END] = 0
            count += 1
            ended[count] = i32(slot)
    ended[0] = i32(count)
