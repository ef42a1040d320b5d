"""Assessing a style: its pieces beside the works of a kind, its moods, its power to surprise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.composition.quality.figures import NAMES, Figures, overlap, samples
from genmusic.composition.quality.measuring import measure
from genmusic.composition.quality.pieces import Phrase, as_score, compose_pieces, phrases
from genmusic.composition.quality.reference import Reference
from genmusic.composition.quality.surprise import Judge
from genmusic.composition.quality.sweep import Response, sweep
from genmusic.composition.repertoire import Repertoire
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.rules import Style
from genmusic.score.events import Bar

FIRST_SEED = 1_000  # styles are shaped by ear and eye on small seeds; these judge them
PIECES_OF_A_SEED = 2
HOUR_SECONDS = 3_600.0
FAULTS = ("parallels",)
OVERLAPPING = ("steps", "entropy_bits", "onset_beats", "density")
"""Figures whose distributions are laid over those of the reference."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of our pieces beside that of others' works."""

    name: str
    ours: float  # median over the pieces; of faults, which most pieces lack, the mean
    low: float  # 10th percentile of the reference
    high: float  # 90th
    overlap: float  # of the distributions, 0..1; nan where it is not asked for
    unlike: bool  # whether the style means to differ here

    @property
    def is_usual(self) -> bool:
        """Whether our median lies between the percentiles; of faults there may be fewer."""
        return self.ours <= self.high and (self.ours >= self.low or self.name in FAULTS)


@dataclass(frozen=True, slots=True)
class Hour:
    """What one listener hears in an hour."""

    bars: int
    pieces: int
    keys: int
    phrases: int
    returned: int  # phrases of one piece that come again in another


@dataclass(frozen=True, slots=True)
class Surprise:
    """Bits a note, for a model that has heard neither."""

    ours: float
    held_out: float  # of works that the model was kept from

    @property
    def difference(self) -> float:
        """How much more surprising ours are; negative for less."""
        return self.ours - self.held_out


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that is measured of one style."""

    style: str
    title: str
    beside: str  # the works
    pieces: int
    rows: tuple[Row, ...]
    surprise: Surprise
    responses: tuple[Response, ...]
    listeners: int
    shared: int  # phrases that two of the listeners both hear
    hour: Hour

    @property
    def weakest(self) -> Response:
        """The response that follows its control least."""
        return min(self.responses, key=lambda r: r.correlation if r.correlation > -1.0 else -2.0)


def assess(style: Style, models: Repertoire, reference: Reference, listeners: int) -> Assessment:
    """Compose and measure; everything depends on the arguments alone."""
    asked = musical_parameters(defaults(), style)
    music = [
        list(compose_pieces(FIRST_SEED + number, style, models, asked, PIECES_OF_A_SEED))
        for number in range(listeners)
    ]
    pieces = [bars for listener in music for bars in listener]
    scores = [as_score(bars) for bars in pieces]
    found = [figures for figures in map(measure, scores) if figures]
    judge = Judge(models, style.model.mix)
    return Assessment(
        style.name,
        style.title,
        style.model.beside,
        len(found),
        tuple(compare(found, reference, style.model.unlike)),
        Surprise(judge.bits(scores), judge.held_out_bits),
        tuple(sweep(style, models)),
        listeners,
        shared_phrases([[p for bars in listener for _, p in phrases(bars)] for listener in music]),
        _hour(style, models),
    )


def compare(
    pieces: Sequence[Figures], reference: Reference, unlike: Sequence[str] = ()
) -> Iterator[Row]:
    """Each figure of pieces beside that of works; ``unlike`` are those that mean to differ."""
    for name in NAMES:
        ours = samples(pieces, name)
        if len(ours) and name in reference.percentiles:
            laid = name in OVERLAPPING
            share = overlap(ours.tolist(), reference.percentiles[name]) if laid else math.nan
            middle = float(ours.mean() if name in FAULTS else np.median(ours))
            yield Row(name, middle, *reference.usual(name), share, name in unlike)


def shared_phrases(listeners: Sequence[Sequence[Phrase]]) -> int:
    """How many phrases more than one listener hears."""
    heard = [set(phrases) for phrases in listeners]
    return len(set().union(*heard)) and sum(map(len, heard)) - len(set().union(*heard))


def _hour(style: Style, models: Repertoire) -> Hour:
    """Compose an hour for one listener, at the default mood."""
    asked = musical_parameters(defaults(), style)
    composer = Composer(FIRST_SEED, style, models)
    pieces: list[list[Bar]] = []
    seconds = 0.0
    while seconds < HOUR_SECONDS:
        if composer.piece == len(pieces):
            pieces.append([])
        bar = composer.compose_bar(asked, style)
        pieces[-1].append(bar)
        seconds += bar.beats * 60.0 / bar.tempo_bpm
    sung = [[phrase for _, phrase in phrases(bars)] for bars in pieces]
    return Hour(
        sum(map(len, pieces)),
        len(pieces),
        len({bar.key for bars in pieces for bar in bars}),
        sum(map(len, sung)),
        shared_phrases(sung),
    )
