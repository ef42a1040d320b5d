"""Accompaniment: the bar around its melody, written, guarded and played in kernels."""

from __future__ import annotations

from functools import lru_cache
from threading import local
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.bass import bass_steps, bass_task
from genmusic.composition.chance import TOUCH, WALK
from genmusic.composition.comp import comp_strokes
from genmusic.composition.copying import CopyRule
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.performance import habits
from genmusic.composition.place import Place
from genmusic.composition.plan import Plan, row_table
from genmusic.composition.state import State
from genmusic.composition.style_tables import of_style
from genmusic.composition.voicing import shapes_of
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.score.events import NOTE_DTYPE, Notes
from genmusic.values import made
from kernels import accompaniment as kernel
from kernels import playing
from kernels.accompaniment import MOST_CHORDS, MOST_ROWS, Desk, Ways
from kernels.handles import Handle, Layout
from kernels.trails import HEIGHT, LENGTH, LONGEST, TRAIL_COLUMNS
from kernels.voicings import MOST_VOICES

Integers = NDArray[np.int64]

BASS_RANGE = (28, 48)  # of the roots under the chords where a style has no bass
NUMBER = {part: number for number, part in enumerate(PARTS)}
# Stages of a bar, and the parts that a hook may change behind each.
STAGES = (
    (kernel.WRITE_BASS, ("bass",)),
    (kernel.SETTLE_BASS | kernel.WRITE_CHORDS, ("comp", "pad")),
    (kernel.SETTLE | kernel.PLAY, ()),
)
EVERY_STAGE = sum([stages for stages, _ in STAGES])
HOOKED = frozenset([part for _, parts in STAGES for part in parts])
_STAGES_WORD = kernel.Task._fields.index("stages")
_TASK = Layout(kernel.SOME_TASK)


def new_desk() -> Desk:
    """Room for the notes of a bar."""
    parts, notes = len(PARTS), len(PARTS) * MOST_ROWS
    return Desk(
        rows=np.zeros((parts, MOST_ROWS, kernel.ROW_COLUMNS), np.int64),
        counts=np.zeros(parts, np.int64),
        basses=np.zeros((MOST_CHORDS, 2), np.int64),
        pitches=np.zeros((2, MOST_CHORDS, MOST_VOICES), np.int64),
        lines=np.zeros((7, MOST_ROWS + LONGEST), np.int64),
        trail=np.zeros((MOST_ROWS + LONGEST, TRAIL_COLUMNS), np.int64),
        order=np.zeros(notes, np.int64),
        played=np.zeros((notes, playing.PLAYED_COLUMNS), np.int64),
    )


class _Desks(local):
    """A desk and room for played notes for each thread."""

    def __init__(self) -> None:
        self.desk = Handle(new_desk())
        self.out = np.zeros(len(self.desk.values.order), NOTE_DTYPE)
        self.bytes = self.out.view(np.uint8).data  # copied three times as fast


_desks = _Desks()


class Melody(NamedTuple):
    """What the others must know of the melody of a bar, beside its notes."""

    begins: tuple[int, int] = (-1, -1)  # ticks at which its phrases begin, -1 for none
    answers: bool = False  # a player, who may call what a work has


class Written(NamedTuple):
    """The bar as it is played."""

    notes: Notes
    basses: tuple[int, ...]  # pitch under each chord
    counter: int  # the last pitch of the second voice, 0 for none


class Figures(NamedTuple):
    """What bass and comp play: the same in all bars of a section that are as dense."""

    place: Place  # what they depend on,
    density: float
    ends: tuple[bool, bool]  # the section, and the piece
    bass: Integers  # (steps, 2) for `kernels.accompaniment.accompany`,
    comp: Integers  # and strokes
    task: tuple[float, ...]  # their part of its `Task`

    def hold(self, plan: Plan, place: Place) -> bool:
        """Whether a bar has them, too."""
        return (
            self.density == plan.density
            and self.ends == (plan.ends_section, plan.ends_piece)
            and (self.place is place or _plays_alike(self.place, place))
        )


def _plays_alike(one: Place, other: Place) -> bool:
    """Whether phrases have the same figures, as those of a section mostly have."""
    return (
        one.groove is other.groove
        and one.texture is other.texture
        and one.section_rules is other.section_rules
        and one.parameters is other.parameters
        and one.style is other.style
        and one.metre is other.metre
        and one.key.tonic == other.key.tonic
    )


def figures_of(plan: Plan, place: Place) -> Figures:
    """What bass and comp play in a bar; nothing where the style has nothing."""
    comp = comp_strokes(plan, place.texture.pattern)
    return Figures(
        place,
        plan.density,
        (plan.ends_section, plan.ends_piece),
        bass_steps(plan, place.groove.pattern),
        comp.table,
        (*bass_task(plan), *comp.task),
    )


class Accompanist:
    """Writes one bar around what is sung in it."""

    def __init__(
        self, plan: Plan, playing: frozenset[str], figures: Figures, manner: Integers
    ) -> None:
        self._plan, self._playing, self._figures, self._manner = plan, playing, figures, manner
        self._desk = _desks.desk.values
        self._desk.counts[:] = 0

    def lay(self, part: str, rows: Integers) -> None:
        """Put the notes of a part, (notes, 4), on the desk."""
        number, count = NUMBER[part], len(rows)
        self._desk.rows[number, :count] = rows
        self._desk.counts[number] = count

    def write(self, state: State, rule: CopyRule, melody: Melody) -> Written:
        """Write the rest of the bar, and go on to the next bar line.

        What the parts have played last, as the state has it, becomes what they have at the end of
        the bar.
        """
        plan, desk, figures, room = self._plan, self._desk, self._figures, _desks
        (trails, lengths), memory = state_of = state.trails.copy(), state.backing.copy()
        task = self._task(melody)
        arguments = (
            rule.handle.words, ways_of(plan.style).words, task, plan.chords, figures.bass,
            figures.comp, self._manner, room.desk.words, trails, lengths,
            memory, room.out,
        )  # fmt: skip
        hooks = plan.style.hooks
        if not hooks or hooks.keys().isdisjoint(HOOKED):
            kept = kernel.accompany(*arguments)
        else:
            for task[_STAGES_WORD], hooked in STAGES:
                kept = kernel.accompany(*arguments)
                for part in hooked:
                    self._hook(part)
        state.trails, state.backing = state_of
        basses = tuple(desk.basses[: len(plan.spans), 1].tolist())
        last = self._last_of("counter") if "counter" in self._playing else 0
        played = bytearray(room.bytes[: kept * NOTE_DTYPE.itemsize])
        return made(Written, (np.ndarray(kept, NOTE_DTYPE, played), basses, last))

    def _task(self, melody: Melody) -> Integers:
        """The words of a `kernels.accompaniment.Task`, for all stages."""
        plan = self._plan
        leads_home = plan.phrase_bar == plan.phrase_bars - 2 and plan.cadence == "authentic"
        return _TASK.row(
            EVERY_STAGE, _bits(self._playing), plan.key.tonic, plan.bar_ticks, plan.phrase_bar,
            plan.ends_piece, leads_home, *melody.begins, melody.answers, plan.chance.key, WALK,
            *TOUCH, *self._figures.task,
        )  # fmt: skip

    def _hook(self, part: str) -> None:
        """Let the hook of a part change its notes."""
        if part in self._playing:
            number = NUMBER[part]
            rows = self._desk.rows[number, : self._desk.counts[number]]
            written = tuple(map(tuple, rows[rows[:, LENGTH] > 0].tolist()))
            self.lay(part, row_table(hooked_bar(self._plan, part, written)))

    def _last_of(self, part: str) -> int:
        """The last pitch of a part in the bar, 0 for none."""
        number = NUMBER[part]
        for n in range(int(self._desk.counts[number]) - 1, -1, -1):
            row = self._desk.rows[number, n]
            if row[LENGTH]:
                return int(row[HEIGHT])
        return 0


@lru_cache(maxsize=256)
def _bits(parts: frozenset[str]) -> int:
    """A bit for each of some parts."""
    return sum([1 << NUMBER[part] for part in parts])


@of_style
def ways_of(style: Style) -> Handle[Ways]:
    """How a style plays, whatever the bar."""
    ranges = np.zeros((len(PARTS), 2), np.int64)
    ranges[NUMBER["bass"]] = BASS_RANGE
    for part, rules in style.parts.items():
        ranges[NUMBER[part]] = rules.low, rules.high
    return Handle(
        Ways(
            ranges,
            style.comp.chord_low,
            shapes_of(style.comp.voices),
            shapes_of(style.pad.voices),
            habits(style),
            np.array(style.performance.groove, np.float64),
        )
    )
