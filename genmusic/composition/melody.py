"""Melody: one bar at a time, drawn from the trained model under the rules of the style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.chance import DRAWS_PER_NOTE, MOST_NOTES, NOTES
from genmusic.composition.character import character
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.model import Book, Model
from genmusic.composition.motif import DRAWS as MOTIF_DRAWS
from genmusic.composition.motif import Themes, sketch_bar
from genmusic.composition.phrasing import Line, wanted_onsets, with_onsets, write_line
from genmusic.composition.place import Place
from genmusic.composition.plan import NO_ROWS, Plan
from genmusic.composition.state import BarTheme
from genmusic.composition.theory import family, nearest_pitch
from genmusic.composition.trails import Trail
from genmusic.composition.viewpoints import MODES
from genmusic.composition.weighing import goal_tones, taste_of
from genmusic.names import MODES as SCALES
from genmusic.units import TICKS_PER_BEAT, exp2
from genmusic.values import made, value
from kernels.handles import Layout
from kernels.melodies import ASK, WRITE
from kernels.songs import SOME_SETTING, Task
from kernels.weighing import NO_TARGET

Integers = NDArray[np.int64]

NOVELTY_OCTAVES = 0.5  # of temperature, the knob from end to end
NONE = -1  # no onset
SPARE_DRAWS = DRAWS_PER_NOTE - 1

_SETTING = Layout(SOME_SETTING)
_put_tones: Callable[..., None] = Struct("=4d").pack_into
_BYTES_BEFORE_TONES = 8 * (len(_SETTING.words(SOME_SETTING)) - 2 - 4)  # and behind them two words
_put_notes: Sequence[Callable[..., None]] = [
    Struct(f"={notes}q").pack_into for notes in range(MOST_NOTES + 1)
]
_BYTES_OF_ONSETS = MOST_NOTES * np.dtype(np.int64).itemsize
SCALE_TABLES = {name: np.array(scale) for name, scale in SCALES.items()}
FAMILIES = {name: MODES.index(family(name)) for name in SCALES}
"""Of each mode the semitones of its steps, and the number of its family."""


class MelodyBar(NamedTuple):
    """A composed bar: its rows, what a later bar may take from it, and how it came about."""

    rows: Integers = NO_ROWS  # (notes, 4)
    theme: BarTheme = ()
    begins: tuple[int, int] = (NONE, NONE)  # ticks at which phrases begin
    steps: tuple[int, ...] = ()  # of the scale, for each note
    targets: tuple[int | None, ...] = ()  # where the motif wanted it
    task: Task | None = None

    @property
    def aimed(self) -> tuple[bool, ...]:
        """Whether each note is where its motif wanted it."""
        return tuple(a == b for a, b in zip(self.targets, self.steps, strict=True))


@value
class Singing:
    """What all bars of a phrase ask of their melody; only the end of a piece asks otherwise."""

    wanted: float  # notes in a bar
    scale: Integers
    setting: Integers  # the words of a `Setting`
    songs: Book


def singing_of(place: Place, model: Model, *, ends_piece: bool) -> Singing:
    """What a phrase asks of its melody, or of that in the last bar of a piece."""
    rules, home, mode = place.style.melody, home_of(place), place.key.mode
    arch, firmness, levels, tones, low, high = taste_of(place, home, ends_piece=ends_piece)
    setting = _SETTING.row(
        FAMILIES[mode], home, place.metre.pulse_ticks, place.metre.bar_ticks,
        int(rules.breath * TICKS_PER_BEAT), rules.max_leap, rules.repeats,
        *arch, firmness, *levels, *tones, low, high,
    )  # fmt: skip
    songs = model.songs(FAMILIES[mode], _temperature(place))
    return Singing(wanted_onsets(place, model), SCALE_TABLES[mode], setting, songs)


def closing(singing: Singing, place: Place, *, ends_piece: bool) -> Singing:
    """The same for a phrase that may close otherwise."""
    setting = singing.setting.copy()
    _put_tones(setting, _BYTES_BEFORE_TONES, *goal_tones(place, ends_piece=ends_piece))
    return Singing(singing.wanted, singing.scale, setting, singing.songs)


def compose_melody(
    plan: Plan, singing: Singing, model: Model, themes: Themes, memory: Integers, trail: Trail
) -> MelodyBar:
    """A bar of melody after the notes of the trail, in a piece that remembers what it has sung."""
    draws = plan.chance.melody
    sketch = sketch_bar(plan, model, themes, draws)
    line = write_line(plan, model, singing.wanted, sketch, draws[MOTIF_DRAWS:])
    if "rhythm" in plan.style.hooks:
        line = with_onsets(line, hooked_bar(plan, "rhythm", line.onsets))
    if not line.onsets:
        return MelodyBar()
    return _sung(plan, singing, model, line, memory, trail)


def _sung(
    plan: Plan, singing: Singing, model: Model, line: Line, memory: Integers, trail: Trail
) -> MelodyBar:
    notes, before = len(line.onsets), len(trail)
    task = made(Task, (
        ASK | WRITE, len(memory) + before, before, notes, plan.phrase_bar, line.goal_tick,
        line.pull, plan.ends_piece, notes * SPARE_DRAWS, plan.chance.key, *NOTES,
    ))  # fmt: skip
    handle = model.melody_desk(task.known + notes)
    desk = handle.values
    _put_notes[notes](desk.asked, 0, *line.onsets)
    if line.pull:
        targets = [NO_TARGET if step is None else step for step in line.targets]
        _put_notes[notes](desk.asked, _BYTES_OF_ONSETS, *targets)
    else:  # nothing is aimed at
        desk.asked[1, :notes] = NO_TARGET
    rows = np.empty((notes, 4), np.int64)
    model.sing(
        singing.songs, singing.setting, task, memory, trail, plan.chords, singing.scale, handle,
        rows,
    )  # fmt: skip
    steps = tuple(desk.drawn[2, :notes].tolist())
    theme = tuple(zip(line.onsets, steps, strict=True))
    if line.pickup_tick:
        theme = tuple([note for note in theme if note[0] < line.pickup_tick])
    begins = _phrase_starts(plan, line)
    return made(MelodyBar, (rows, theme, begins, steps, line.targets, task))


def home_of(place: Place) -> int:
    """The tonic nearest to the middle of the melody's range: where the model's pitch 0 lies."""
    part = place.style.parts["melody"]
    return nearest_pitch(place.key.tonic, (part.low + part.high) / 2.0, part.low, part.high)


def _temperature(place: Place) -> float:
    """That of the style, higher in a bold piece and where novelty is wanted."""
    rules = place.style.melody
    asked = _asked_temperature(place.parameters.novelty)
    return rules.temperature * asked * character(place.seed, place.piece, rules.variety).boldness


@lru_cache(maxsize=1024)
def _asked_temperature(novelty: float) -> float:
    return exp2(NOVELTY_OCTAVES * (novelty - 0.5))


def _phrase_starts(plan: Plan, line: Line) -> tuple[int, int]:
    """Onsets at which a phrase begins: the first of its first bar, and what leads to the next."""
    first = line.onsets[0] if plan.phrase_bar == 0 else NONE
    if line.goal_tick < 0:
        return first, NONE
    return first, next((tick for tick in line.onsets if tick > line.goal_tick), NONE)
