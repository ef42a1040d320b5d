"""Composers on a small model, for the tests of this folder."""

from dataclasses import replace
from functools import cache

from genmusic.composition.composer import Composer
from genmusic.composition.model import Model, load_model, shipped_models
from genmusic.composition.training.learning import Line, Piece, Progression, Pulse, learn_model
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import MusicalParameters, musical_parameters
from genmusic.names import PARTS
from genmusic.rules import Style, load_style, shipped_styles

TUNE = (0, 2, 4, 5, 7, 9, 7, 5, 4, 2, 4, 0, -1, 2, 7, 11, 12, 9, 5, 4, 7, 2, 0)
MAJOR = ((0, ""), (9, "m"), (5, ""), (7, "7"), (0, ""), (2, "m"), (7, ""), (4, "m"), (5, ""))
MINOR = ((0, "m"), (8, ""), (5, "m"), (7, "7"), (0, "m"), (10, ""), (3, ""), (8, ""), (7, ""))
CELLS = ((0,), (0, 480), (), (0, 240, 480, 720), (480,), (0,), (0, 480), (0, 720), (0, 320, 640))


@cache
def toy_model() -> Model:
    metrics = tuple((0, 2, 1, 2)[i % 4] for i in range(len(TUNE)))
    places = (0, *(1,) * (len(TUNE) - 2), 2)
    lines = tuple(
        Line(mode, tuple(pitch - lower for pitch in TUNE), metrics, places)
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
def shipped_model() -> Model:
    return load_model(shipped_models()["openscore"])


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
