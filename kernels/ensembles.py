"""The ensemble voice: a group of players, read from a recording in layers, and an envelope.

What a group sounds like is worked out once for each key, as filters of three cut-offs hear it
(`kernels.recordings`). A voice enters its loop at a place of its own, and mixes the layers: how
loud each is follows from how long ago the note was started and let go, and from how bright its
listener wants it. That is planned for fifteen quanta at once, with their borders in the lanes;
nothing is filtered, and nothing remembered but how far a bend has brought it.

The voices of a bus are read together, quantum by quantum, and added up in registers as floats, in
the order of their notes: a sum is rounded to the steps of its bus once. A note that starts inside a
quantum reads its loop so many frames later.
"""

from __future__ import annotations

from numba import float32 as f32
from numba import int32 as i32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, Ramps, Roll, Vector
from kernels.buses import SOUNDING, STEPS, STRIDE
from kernels.envelopes import RELEASE_TARGET
from kernels.lanes import LANES, QUANTUM, begin_voices, plain, sizes_of
from kernels.layers import (
    LINE,
    PLANNED,
    STRETCH,
    Sound,
    hear,
    hear_bent,
    plan_layers,
)
from kernels.memory import prefetch
from kernels.polynomials import exp2
from kernels.recordings import HEAD, LAYERS_APART, ROW_WORDS, SHARES
from kernels.rows import Sums, add_sums
from kernels.simd import (
    fma,
    greater_of,
    lane_numbers,
    lesser_of,
    load,
    load_one,
    load_splat,
    splat,
    to_int,
    where_less,
)
from kernels.turns import list_by_bus, sort_by_note
from kernels.voices import BUS, DELAY, END, FADE_QUANTA, LISTENER, RELEASE, START, retire

SETTINGS = (
    # The state at the start of a note.
    "ahead",  # frames behind the beginning of the quantum where it reads, 0 unless it was bent
    # What stays.
    "level",  # gain at the peak
    "peak_frames",  # from the start to the peak
    "decay_octaves",  # by which what is above sustain changes in a frame
    "sustain",  # 0..1
    "release_octaves",  # by which it changes in a frame
    "cutoff_octaves",  # above the darkest layer with the envelope at zero
    "envelope_octaves",  # added at the envelope's peak
    "brightness_octaves",  # added or taken at brightness 1 or 0
    "pace",  # frames of the recording to one that is heard: 1 on a key
)
WHOLE_SETTINGS = (
    "quantum",  # of the loop where the note begins, or would have begun
    "row",  # of the recordings
    "quanta",  # of the loop
)
VARIED = (("quantum",),)
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (1, 1), VARIED)
(AHEAD, LEVEL, PEAK_FRAMES, DECAY, SUSTAIN, FALL, CUTOFF, ENVELOPE_OCTAVES, BRIGHTNESS,
 PACE) = range(len(SETTINGS))  # fmt: skip
ROW, LOOP_QUANTA = 1, 2  # of the whole settings

SPANS = (
    "first",  # quantum of the block in which a voice sounds
    "last",  # that follows those in which it sounds
    "waits",  # frames of the first before it does
    "words",  # the first of its recording
    "frame",  # of the loop that it reads next
    "frames",  # of the loop
    "strays",  # 1 if it reads between the frames even where it is not bent
)
MOST = 2 * LANES  # voices that are added up at once: a bus has 24, and those that fade
FIRST, LAST, WAITS, WORDS, FRAME, FRAMES, STRAYS = range(0, MOST * len(SPANS), MOST)
LEFTS, RIGHTS = 0, MOST  # places in the facts: gains
BRIGHTS = 0  # in the sheet: brightness at the borders of a stretch, then the plans of all voices
PLANS = LANES
OTHER = PLANS + MOST * PLANNED  # and what one of them needs if it is bent
SCRATCH = OTHER + LINE

SOON_FRAMES = 3 * QUANTUM  # of a recording, which nobody else has fetched into the cache
PAGE_WORDS = 1024  # of memory: where the next one lies takes a while to be found out
DEEPEST_OCTAVES = -40.0
LONGEST_QUANTA = 1 << 17  # 3 minutes, after which an envelope rests


@fragment
def _fallen(frames: Vector, octaves: Vector) -> Vector:
    """What is left after some frames, at so many octaves a frame; all of it before the first."""
    lost = greater_of(frames * octaves, splat(f32(DEEPEST_OCTAVES)))
    return exp2(lesser_of(lost, splat(f32(0.0))))


@fragment
def _held(frames: Vector, settings: Floats, at: int) -> Vector:
    """The envelope so many frames after the start, unless the note was let go."""
    peak, sustain = load_splat(settings, at + PEAK_FRAMES), load_splat(settings, at + SUSTAIN)
    rise = splat(f32(f32(1.0) / settings[at + PEAK_FRAMES]))
    left = _fallen(frames - peak, load_splat(settings, at + DECAY))
    return where_less(frames, peak, frames * rise, fma(splat(f32(1.0)) - sustain, left, sustain))


@fragment
def _frames_since(quantum: int, border: int, delay: int) -> Vector:
    """Frames that a voice has had since a quantum, at the borders of a stretch."""
    quanta = min(max(border - quantum, -LONGEST_QUANTA), LONGEST_QUANTA)
    return fma(lane_numbers(), splat(f32(QUANTUM)), splat(f32(quanta * QUANTUM - delay)))


@fragment
def _envelope(slot: int, quantum: int, roll: Roll, settings: Floats, at: int) -> Vector:
    """The envelope at the borders of a stretch; before a note it lies below zero."""
    timing, delay = roll[0], int(roll[1][slot, DELAY])
    start, release = timing[slot, START], timing[slot, RELEASE]
    e = splat(f32(0.0))
    if release >= quantum:
        e = _held(_frames_since(start, quantum, delay), settings, at)
    if release < quantum + LANES:
        gate = splat(f32(min(release - start, LONGEST_QUANTA) * QUANTUM))
        since = _frames_since(release, quantum, delay)
        target = splat(f32(RELEASE_TARGET))
        left = _fallen(since, load_splat(settings, at + FALL))
        falls = greater_of(fma(_held(gate, settings, at) - target, left, target), splat(f32(0.0)))
        e = where_less(since, splat(f32(0.0)), e, falls)
    return e


@fragment
def _faded(quanta_left: int) -> Vector:
    """How loud a voice still is at the borders of a stretch, so many quanta before its end."""
    left = splat(f32(min(quanta_left, LONGEST_QUANTA))) - lane_numbers()
    share = greater_of(left * splat(f32(1.0 / FADE_QUANTA)), splat(f32(0.0)))
    return lesser_of(share, splat(f32(1.0)))


@fragment
def _share(layer: int, place: Vector) -> Vector:
    """How much of a layer is heard by a filter at a place."""
    factors = SHARES[layer - 1]
    p = fma(splat(f32(factors[3])), place, splat(f32(factors[2])))
    return fma(fma(p, place, splat(f32(factors[1]))), place, splat(f32(factors[0])))


@fragment
def _plan(lane: int, slot: int, quantum: int, roll: Roll, settings: Floats, desk: Desk) -> None:
    """Plan a stretch of a voice."""
    sheet, at = desk[3][5], slot * SIZES[5]
    e = _envelope(slot, quantum, roll, settings, at)
    gain = e * _faded(roll[0][slot, END] - quantum) * load_splat(settings, at + LEVEL)
    swing = (load(sheet, BRIGHTS) - splat(f32(0.5))) * splat(f32(2.0))
    octaves = fma(load_splat(settings, at + BRIGHTNESS), swing, load_splat(settings, at + CUTOFF))
    octaves = fma(load_splat(settings, at + ENVELOPE_OCTAVES), e, octaves)
    place = fma(octaves, splat(f32(1.0 / LAYERS_APART)), splat(f32(-1.0)))
    place = lesser_of(greater_of(place, splat(f32(-1.0))), splat(f32(1.0)))
    gains = gain, gain * _share(1, place), gain * _share(2, place)
    plan_layers(gains, desk[3][6], int(desk[1][WORDS + lane]), sheet, PLANS + lane * PLANNED)


@fragment
def _strays(slot: int, held: Held) -> bool:
    """Whether a voice lies between two keys, or was bent."""
    return bool(held[0][slot * SIZES[5] + PACE] != f32(1.0) or held[2][slot] != f32(0.0))


@fragment
def _enter(
    lane: int, slot: int, block: tuple[int, int], roll: Roll, held: Held, desk: Desk
) -> None:
    """Write where in a block a voice sounds, and where in its loop it reads."""
    timing, spans, facts = roll[0], desk[1], desk[3][4]
    start, delay = timing[slot, START], int(roll[1][slot, DELAY])
    first = int(max(start - block[0], 0))
    frames = int(held[1][slot * SIZES[1] + LOOP_QUANTA]) * QUANTUM
    age = int(block[0] + first - start)
    spans[FIRST + lane] = i32(first)
    spans[LAST + lane] = i32(min(timing[slot, END] - block[0], block[1]))
    spans[WAITS + lane] = i32(delay if age == 0 else 0)
    spans[WORDS + lane] = i32(int(held[1][slot * SIZES[1] + ROW]) * ROW_WORDS)
    frame = (int(held[3][slot]) + age) * QUANTUM + frames - delay
    spans[FRAME + lane] = i32(frame % frames)
    spans[FRAMES + lane] = i32(frames)
    spans[STRAYS + lane] = i32(_strays(slot, held))
    begin = int(spans[WORDS + lane]) + HEAD + frame % frames
    prefetch(desk[3][6], int(spans[WORDS + lane]))
    for line in range(begin, begin + SOON_FRAMES, LANES):
        prefetch(desk[3][6], line)
    for page in range(begin + PAGE_WORDS, begin + PAGE_WORDS + block[1] * QUANTUM, PAGE_WORDS):
        prefetch(desk[3][6], page)
    facts[LEFTS + lane] = f32(roll[4][slot, 0] * f32(STEPS))
    facts[RIGHTS + lane] = f32(roll[4][slot, 1] * f32(STEPS))


@fragment
def _follow(listener: int, step: int, quanta: int, brightness: Floats, sheet: Floats) -> None:
    """Write how bright a listener wants it at the borders of a stretch."""
    for border in range(LANES):
        sheet[BRIGHTS + border] = brightness[listener, min(step + border, quanta)]


@fragment
def _read(lane: int, border: int, spans: Ints, sheet: Floats, recordings: Floats) -> Sound:
    """A quantum of a voice that is not bent."""
    frame, frames = load_one(spans, FRAME + lane), load_one(spans, FRAMES + lane)
    place = load_one(spans, WORDS + lane) + HEAD + frame
    for line in range(place + SOON_FRAMES, place + SOON_FRAMES + QUANTUM, LANES):
        prefetch(recordings, line)
    frame += QUANTUM
    spans[FRAME + lane] = i32(frame - frames if frame >= frames else frame)
    return hear(recordings, place, sheet, PLANS + lane * PLANNED + border)


@fragment
def _read_bent(
    lane: int, slot: int, step: int, border: int, roll: Roll, held: Held, bends: Floats, desk: Desk
) -> Sound:
    """A quantum of a voice that is bent, or strays."""
    spans, state, counters = desk[1], held[2], held[3]
    frames, bus = int(spans[FRAMES + lane]), roll[1][slot, BUS]
    loop = int(spans[WORDS + lane]), int(spans[FRAME + lane]), frames
    pace, plan = held[0][slot * SIZES[5] + PACE], PLANS + lane * PLANNED + border
    bend = bends[bus, step], bends[bus, step + 1]
    sound, ahead = hear_bent(desk[3][6], loop, state[slot], pace, bend, desk[3][5], plan, OTHER)
    over, quanta = int(ahead * f32(1.0 / QUANTUM)), frames // QUANTUM
    state[slot] = f32(ahead - f32(over * QUANTUM))
    counters[slot] = i32((int(counters[slot]) + over - 1 + quanta) % quanta)
    spans[FRAME + lane] = i32((loop[1] + over * QUANTUM) % frames)
    spans[STRAYS + lane] = i32(_strays(slot, held))
    return sound


@fragment
def _waiting(sound: Sound, frames: int) -> Sound:
    """Silence for some frames, then a quantum."""
    none, here, until = splat(f32(0.0)), lane_numbers(), splat(f32(frames))
    sixteen = splat(f32(LANES))
    later = here + sixteen
    return (
        where_less(here, until, none, sound[0]),
        where_less(later, until, none, sound[1]),
        where_less(later + sixteen, until, none, sound[2]),
        where_less(later + sixteen + sixteen, until, none, sound[3]),
    )


@fragment
def _added(sound: Sound, side: Vector, total: Sound) -> Sound:
    """A quantum more on one side."""
    return (
        fma(sound[0], side, total[0]), fma(sound[1], side, total[1]),
        fma(sound[2], side, total[2]), fma(sound[3], side, total[3]),
    )  # fmt: skip


@fragment
def _in_steps(total: Sound) -> Sums:
    """One side of a quantum in whole steps of a bus."""
    return to_int(total[0]), to_int(total[1]), to_int(total[2]), to_int(total[3])


@fragment
def _add_quantum(
    slots: Ints, step: int, border: int, roll: Roll, held: Held, bends: Floats, desk: Desk,
    buses: Ints,
) -> None:  # fmt: skip
    """Add a quantum of all voices of a bus, which lies so many borders after a stretch began."""
    spans, facts, none = desk[1], desk[3][4], splat(f32(0.0))
    lefts, rights, sounds = (none, none, none, none), (none, none, none, none), False
    bus = int(roll[1][slots[0], BUS])
    bent = i32(bends[bus, step] != f32(0.0) or bends[bus, step + 1] != f32(0.0))
    for lane in range(slots.shape[0]):
        if load_one(spans, FIRST + lane) <= step < load_one(spans, LAST + lane):
            if bent + load_one(spans, STRAYS + lane) == 0:
                sound = _read(lane, border, spans, desk[3][5], desk[3][6])
            else:
                slot = int(slots[lane])
                sound = _read_bent(lane, slot, step, border, roll, held, bends, desk)
            if step == load_one(spans, FIRST + lane) and load_one(spans, WAITS + lane) > 0:
                sound = _waiting(sound, load_one(spans, WAITS + lane))
            lefts = _added(sound, load_splat(facts, LEFTS + lane), lefts)
            rights, sounds = _added(sound, load_splat(facts, RIGHTS + lane), rights), True
    if sounds:
        place = bus * 2 * STRIDE + step * QUANTUM
        says = bus * 2 * STRIDE + SOUNDING + step
        add_sums((_in_steps(lefts), _in_steps(rights)), place, says, buses)


@fragment
def _play_bus(
    slots: Ints, block: tuple[int, int], roll: Roll, held: Held, ramps: Ramps, desk: Desk,
    buses: Ints,
) -> None:  # fmt: skip
    """Play up to `MOST` voices of a bus."""
    for lane in range(slots.shape[0]):
        _enter(lane, int(slots[lane]), block, roll, held, desk)
    for begin in range(0, block[1], STRETCH):
        _follow(int(roll[1][slots[0], LISTENER]), begin, block[1], ramps[0], desk[3][5])
        for lane in range(slots.shape[0]):
            _plan(lane, int(slots[lane]), block[0] + begin, roll, held[0], desk)
        for step in range(begin, min(begin + STRETCH, block[1])):
            _add_quantum(slots, step, step - begin, roll, held, ramps[1], desk, buses)


@kernel
def render_ensembles(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all ensemble voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; the desk's lanes hold the recordings.
    """
    block, places = (first, quanta), roll[1]
    begin_voices(block, roll, held, varied, plain(SIZES))
    slots = desk[0][: list_by_bus(block, roll, desk)]
    sort_by_note(slots, roll)
    begin = 0
    while begin < slots.shape[0]:
        end = begin + 1
        while end < min(slots.shape[0], begin + MOST) and (
            places[slots[end], BUS] == places[slots[begin], BUS]
        ):
            end += 1
        _play_bus(slots[begin:end], block, roll, held, ramps, desk, buses)
        begin = end
    retire(first + quanta, roll[0], desk[2])
