"""What a voice hears of a recording: its layers, each as loud as a plan says.

A plan is of a stretch: at the borders of its quanta, which are in the lanes, how loud a voice reads
each layer, and how much louder in a frame from there on. A word is read three times, without the
layers above; each reading has a trace of the layers below, which the next one takes away. Where a
voice is bent, or between two keys, it reads between the frames.
"""

from __future__ import annotations

from typing import TypeAlias

from numba import float32 as f32

from kernels._jit import fragment
from kernels._types import Floats, IntVector, Vector
from kernels.lanes import CONTROL_FRAMES, LANES, QUANTUM
from kernels.polynomials import exp2
from kernels.recordings import HEAD, LAYER_BITS, LAYERS, PLACES
from kernels.shuffles import turned_back
from kernels.simd import (
    float_to_bits,
    fma,
    fnma,
    greater_of,
    lane_numbers,
    lesser_of,
    load,
    load_splat,
    shift_left,
    splat,
    store,
    to_float,
)

STRETCH = LANES - 1  # quanta whose borders are planned at once
PLANNED = 2 * LAYERS * LANES  # floats of a plan
RISES = LAYERS * LANES
DARKER_SHIFT, BRIGHTER_SHIFT = LAYER_BITS[0], LAYER_BITS[0] + LAYER_BITS[1]
LINE_VECTORS = 18
HEARD = LINE_VECTORS * LANES  # behind a line: what is read between its frames,
PACES = HEARD + QUANTUM  # and how fast
LINE = PACES + LANES  # floats: where a voice that is bent is read
AROUND = LANES  # frames of a line before the first
FASTEST, SLOWEST = 3.0, 0.25  # frames of the recording to one that is heard
PERIODS = QUANTUM // CONTROL_FRAMES
Sound: TypeAlias = tuple[Vector, Vector, Vector, Vector]
"""A quantum."""


@fragment
def _plan_layer(gain: Vector, sheet: Floats, place: int) -> None:
    """Write how loud a layer is at borders, and how much louder in a frame from there on."""
    store(sheet, place, gain)
    store(sheet, place + RISES, (turned_back(gain) - gain) * splat(f32(1.0 / QUANTUM)))


@fragment
def plan_layers(
    gains: tuple[Vector, Vector, Vector], recordings: Floats, words: int, sheet: Floats, plan: int
) -> None:
    """Write the plan of a stretch for a recording, by how loud each layer of it is at borders."""
    middle = gains[0] * load_splat(recordings, words)
    darker = gains[1] * load_splat(recordings, words + 1)
    brighter = gains[2] * load_splat(recordings, words + 2)
    _plan_layer(middle * splat(f32(2.0 ** -PLACES[0])), sheet, plan)
    left = fnma(middle, splat(f32(2.0 ** -LAYER_BITS[1])), darker)
    _plan_layer(left * splat(f32(2.0 ** -(DARKER_SHIFT + PLACES[1]))), sheet, plan + LANES)
    left = fnma(darker, splat(f32(2.0 ** -LAYER_BITS[2])), brighter)
    _plan_layer(left * splat(f32(2.0**-BRIGHTER_SHIFT)), sheet, plan + 2 * LANES)


@fragment
def _mixed(word: IntVector, middle: Vector, darker: Vector, brighter: Vector) -> Vector:
    """Sixteen frames, by how loud each reading of them is."""
    sound = to_float(word) * middle
    sound = fma(to_float(shift_left(word, DARKER_SHIFT)), darker, sound)
    return fma(to_float(shift_left(word, BRIGHTER_SHIFT)), brighter, sound)


@fragment
def _words(recordings: Floats, place: int) -> IntVector:
    return float_to_bits(load(recordings, place))


@fragment
def hear(recordings: Floats, place: int, sheet: Floats, border: int) -> Sound:
    """A quantum as it was recorded, from a word on; ``border`` is its first one's in the plan."""
    frames, sixteen = lane_numbers(), splat(f32(LANES))
    rise_1 = load_splat(sheet, border + RISES)
    rise_2 = load_splat(sheet, border + RISES + LANES)
    rise_3 = load_splat(sheet, border + RISES + 2 * LANES)
    middle = fma(frames, rise_1, load_splat(sheet, border))
    darker = fma(frames, rise_2, load_splat(sheet, border + LANES))
    brighter = fma(frames, rise_3, load_splat(sheet, border + 2 * LANES))
    rise_1, rise_2, rise_3 = rise_1 * sixteen, rise_2 * sixteen, rise_3 * sixteen
    a = _mixed(_words(recordings, place), middle, darker, brighter)
    middle, darker, brighter = middle + rise_1, darker + rise_2, brighter + rise_3
    b = _mixed(_words(recordings, place + LANES), middle, darker, brighter)
    middle, darker, brighter = middle + rise_1, darker + rise_2, brighter + rise_3
    c = _mixed(_words(recordings, place + 2 * LANES), middle, darker, brighter)
    middle, darker, brighter = middle + rise_1, darker + rise_2, brighter + rise_3
    return a, b, c, _mixed(_words(recordings, place + 3 * LANES), middle, darker, brighter)


@fragment
def _read_line(
    recordings: Floats,
    loop: tuple[int, int, int],
    ahead: float,
    pace: float,
    sheet: Floats,
    border: int,
    line: int,
) -> None:
    """Write the frames around a quantum, each as loud as when it will be heard."""
    words, frame, frames = loop
    for vector in range(LINE_VECTORS):
        away = f32(LANES * vector - AROUND) - ahead
        heard = (lane_numbers() + splat(f32(away))) * splat(f32(f32(1.0) / pace))
        place = words + HEAD + (frame + frames + LANES * vector - AROUND) % frames
        middle = fma(heard, load_splat(sheet, border + RISES), load_splat(sheet, border))
        darker = fma(
            heard, load_splat(sheet, border + RISES + LANES), load_splat(sheet, border + LANES)
        )
        brighter = fma(
            heard,
            load_splat(sheet, border + RISES + 2 * LANES),
            load_splat(sheet, border + 2 * LANES),
        )
        sound = _mixed(_words(recordings, place), middle, darker, brighter)
        store(sheet, line + LANES * vector, sound)


@fragment
def _between(sheet: Floats, line: int, place: float) -> float:
    """What lies between the frames of a line: E. Catmull, R. Rom, 1974."""
    frame = int(place)
    share, here = f32(place - f32(frame)), line + AROUND + frame
    a, b, c, d = sheet[here - 1], sheet[here], sheet[here + 1], sheet[here + 2]
    bow = f32(2.0) * a - f32(5.0) * b + f32(4.0) * c - d
    bow = bow + share * (f32(3.0) * (b - c) + d - a)
    return float(b + f32(0.5) * share * (c - a + share * bow))


@fragment
def _paces(pace: float, bend: tuple[float, float], sheet: Floats, place: int) -> float:
    """Write how fast a voice reads in each control period; the mean."""
    share = lane_numbers() * splat(f32(1.0 / PERIODS))
    octaves = fma(splat(f32(bend[1] - bend[0])), share, splat(f32(bend[0])))
    factor = exp2(octaves) * splat(f32(pace))
    store(sheet, place, lesser_of(greater_of(factor, splat(f32(SLOWEST))), splat(f32(FASTEST))))
    sums = sheet[place] + sheet[place + 1] + sheet[place + 2] + sheet[place + 3]
    return float(sums * f32(1.0 / PERIODS))


@fragment
def hear_bent(
    recordings: Floats,
    loop: tuple[int, int, int],
    ahead: float,
    pace: float,
    bend: tuple[float, float],
    sheet: Floats,
    border: int,
    line: int,
) -> tuple[Sound, float]:
    """A quantum read between the frames, and how far ahead of its beginning it ends.

    ``loop`` is the first word of a recording, the frame where the quantum would begin if nothing
    had been bent, and the frames of the loop; ``ahead`` how much later it does begin; ``pace`` the
    frames to one that is heard, and ``bend`` by how many octaves more, at both borders.
    """
    mean = _paces(pace, bend, sheet, line + PACES)
    _read_line(recordings, loop, ahead, mean, sheet, border, line)
    for period in range(PERIODS):
        step, begin = sheet[line + PACES + period], line + HEARD + period * CONTROL_FRAMES
        for frame in range(begin, begin + CONTROL_FRAMES):
            sheet[frame] = _between(sheet, line, ahead)
            ahead = f32(ahead + step)
    begin = line + HEARD
    sound = (
        load(sheet, begin),
        load(sheet, begin + LANES),
        load(sheet, begin + 2 * LANES),
        load(sheet, begin + 3 * LANES),
    )
    return sound, ahead
