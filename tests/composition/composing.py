"""Composers on a small model, for the tests of this folder."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.composition.model import Model, shipped_models
from genmusic.composition.repertoire import Repertoire
from genmusic.composition.trained import load_trained
from genmusic.composition.training.learning import (
    Line,
    Piece,
    Progression,
    Pulse,
    SungNote,
    learn_model,
)
from genmusic.composition.viewpoints import MODES, Tune
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import MusicalParameters, musical_parameters
from genmusic.names import PARTS
from genmusic.rules import Style, load_style, shipped_styles

TUNE = (0, 2, 4, 5, 7, 9, 7, 5, 4, 2, 4, 0, -1, 2, 7, 11, 12, 9, 5, 4, 7, 2, 0)
MAJOR = ((0, ""), (9, "m"), (5, ""), (7, "7"), (0, ""), (2, "m"), (7, ""), (4, "m"), (5, ""))
MINOR = ((0, "m"), (8, ""), (5, "m"), (7, "7"), (0, "m"), (10, ""), (3, ""), (8, ""), (7, ""))
CELLS = ((0,), (0, 480), (), (0, 240, 480, 720), (480,), (0,), (0, 480), (0, 720), (0, 320, 640))


def tune_line(mode: str, pitches: Sequence[int]) -> Line:
    """Even eighths in 4/4, one phrase."""
    last = len(pitches) - 1
    return Line(
        mode,
        tuple(
            SungNote(pitch, 480 * i, 480, 480 * i % 3840, 960, i == 0, i == last)
            for i, pitch in enumerate(pitches)
        ),
    )


def tune_of(mode: str, pitches: Sequence[int], position: int = 0, *, ends: bool = False) -> Tune:
    """Even eighths in 4/4, one phrase, the last one ``position`` ticks into its bar."""
    notes = len(pitches)
    numbers = np.arange(notes)
    starts = 480 * (numbers - notes + 1) + position
    return Tune(
        modes=np.full(notes, MODES.index(mode)),
        pitches=np.array(pitches, np.int64),
        starts=starts,
        durations=np.full(notes, 480),
        positions=starts % 3840,
        beats=np.full(notes, 960),
        begins=numbers == 0,
        ends=(numbers == notes - 1) & ends,
    )


@cache
def toy_model() -> Model:
    lines = tuple(
        tune_line(mode, [pitch - lower for pitch in TUNE])
        for mode, lower in (("major", 0), ("minor", 0), ("major", 5), ("minor", 3))
    )
    progressions = (Progression("major", MAJOR * 3), Progression("minor", MINOR * 3))
    return learn_model(
        [
            Piece(
                lines,
                progressions,
                (Pulse(beats=4, is_compound=False, first_beat=0, cells=CELLS * 4),),
            )
        ]
    )


@cache
def shipped_model() -> Repertoire:
    return Repertoire({name: load_trained(path) for name, path in shipped_models().items()})


@cache
def style(name: str = "evening") -> Style:
    return load_style(shipped_styles()[name])


def parameters(name: str = "evening", **controls: object) -> MusicalParameters:
    return musical_parameters(defaults() | controls, style(name))


def composer(seed: int = 1, name: str = "evening") -> Composer:
    return Composer(seed, style(name), toy_model())


def compose(bars: int, seed: int = 1, name: str = "evening", **controls: object) -> list:
    writer, asked = composer(seed, name), parameters(name, **controls)
    return [writer.compose_bar(asked, style(name)) for _ in range(bars)]


def compose_shipped(bars: int, seed: int, name: str = "evening", **controls: object) -> list:
    """With the model that is shipped, for what depends on how well it was trained."""
    writer, asked = Composer(seed, style(name), shipped_model()), parameters(name, **controls)
    return [writer.compose_bar(asked, style(name)) for _ in range(bars)]


def piece_end(bars: list) -> int:
    """The number of bars in the first piece."""
    intro = [
        n for n, bar in enumerate(bars) if bar.section == bars[0].section and not bar.phrase_bar
    ]
    return intro[1]


def notes_of(bar, part: str):
    return bar.notes[bar.notes["part"] == PARTS.index(part)]


def same(one, other) -> bool:
    """Whether two bars are alike to the last note."""
    blank = one.notes[:0]
    heads = replace(one, notes=blank), replace(other, notes=blank)
    return repr(heads[0]) == repr(heads[1]) and one.notes.tobytes() == other.notes.tobytes()
