"""The model that composes: trained models mixed in the shares that a style asks for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule, nothing_to_copy
from genmusic.composition.forest import Forest, plant
from genmusic.composition.lessons import MOST_PITCH
from genmusic.composition.liveliness import QUANTILES, SPREAD
from genmusic.composition.markov import Integers
from genmusic.composition.operations import OPERATIONS, context_of
from genmusic.composition.trained import CHORD_ORDER, COMPOUND, Trained, load_trained
from genmusic.composition.viewpoints import (
    FEATURE_SIZES,
    MODES,
    Tune,
    Weights,
    look,
    named_features,
    scratch,
    view_table,
)
from genmusic.errors import ModelError
from genmusic.units import exp2, log2
from kernels import melodies, rhythms, sampling, viewpoints
from kernels.copying import Trail
from kernels.looking import MODE
from kernels.words import Words

__all__ = ["CHORD_ORDER", "COMPOUND", "MODES", "Model", "Request", "load_model"]

Doubles = NDArray[np.float64]
Word = TypeVar("Word", bound=tuple[Any, ...])

PITCHES = range(-MOST_PITCH, MOST_PITCH + 1)  # semitones from the tonic
METRICS = 3  # downbeat, other beat, off the beat

# A note below this share of the likeliest one, before any temperature, sounds like a slip. With it,
# phrases with goals leap as often as those of the corpora, and half as often beyond the octave.
SLIP_SHARE = 0.01

_PLACES: list[float] = QUANTILES.tolist()
TEMPERATURE_STEPS = 16  # to an octave


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Notes of a melody, and what they were drawn from."""

    model: Model
    room: melodies.Room  # where they were drawn
    pitches: Integers  # (notes drawn,) semitones from the tonic
    choices: Integers  # (notes drawn,) how many pitches were welcome

    @property
    def line(self) -> viewpoints.Line:
        """All that was known; the drawn notes come last."""
        return viewpoints.Line(*self.room.line, *self.room.codes[:2])


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """Notes of a melody to be drawn.

    The tune, in the columns of `kernels.looking`, holds what the piece has sung, what came last,
    and the notes to come, whose pitches do not count yet.
    """

    tune: Integers  # (notes, COLUMNS)
    weights: Doubles  # (notes to come, 49) >= 0: how welcome each pitch is; 0 forbids
    widest: Integers  # (notes to come,) semitones that each may leap
    moves: NDArray[np.bool_]  # (notes to come,) whether it must not repeat the note before
    trail: Trail  # what the part has played last, and the notes to come
    uniforms: Doubles  # draws: one for each note to come, the rest for second thoughts
    temperature: float = 1.0  # above 1, what is unlikely is drawn more often

    def check(self) -> None:
        """Refuse what kernels could not bear."""
        notes = len(self.weights)
        if not notes:
            raise ModelError("there are no notes to draw")
        if self.weights.shape != (notes, len(PITCHES)):
            raise ModelError(f"weights must give each of {notes} notes {len(PITCHES)} pitches")
        lengths = {len(self.widest), len(self.moves), notes}
        shortest = min(len(self.tune), len(self.trail.pitches), len(self.uniforms))
        if len(lengths) > 1 or shortest < notes:
            raise ModelError(
                f"{notes} notes need a place in the tune and the trail, and a draw each"
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Dictionary:
    """The words of a trained model among those of a mix, what it knows of them, and its share."""

    words: Sequence[int]  # for each word of the mix the model's own number, -1 for none
    numbers: Integers  # for each word of its own the number in the mix
    tree: sampling.Tree
    share: float


def _dictionary(
    own: Sequence[Word], mixed: Sequence[Word], tree: sampling.Tree, share: float
) -> _Dictionary:
    known = {word: number for number, word in enumerate(own)}
    among = {word: number for number, word in enumerate(mixed)}
    return _Dictionary(
        [known.get(word, -1) for word in mixed], np.array([among[w] for w in own]), tree, share
    )


class Model:
    """Distributions of what comes next; shared, read-only.

    ``chords`` lists (root in semitones above the tonic, quality), ``cells`` the onset ticks inside
    one beat; histories are indices into them, oldest first. Melody pitches are semitones from a
    tonic near the middle of the melody.
    """

    pitches: ClassVar = PITCHES

    def __init__(
        self,
        parts: Sequence[tuple[Trained, float]],
        copy_rule: CopyRule | None = None,
        forest: Forest | None = None,
    ) -> None:
        whole = sum(share for _, share in parts)
        self.parts = tuple((trained, share / whole) for trained, share in parts)
        self.copy_rule = copy_rule or nothing_to_copy()
        self._forest = forest
        self.name = "+".join(trained.outline.name for trained, _ in parts)
        self.chords = _union(trained.outline.chords for trained, _ in parts)
        self.cells = _union(trained.outline.cells for trained, _ in parts)
        self.views = parts[0][0].outline.views
        self._names = named_features(self.views)
        self._cooled: dict[int, viewpoints.Views] = {}
        self._motif_after = lru_cache(maxsize=1024)(self._mixed_motif)
        if any(trained.outline.views != self.views for trained, _ in parts):
            raise ModelError(f"the models {self.name} look at melodies in different ways")

    def mixed(self, mix: Mapping[str, float], copying: str) -> Model:
        """Itself: one model alone serves every style."""
        return self

    def chord_distribution(self, mode: str, history: Sequence[int], out: Doubles) -> None:
        """Probability of each chord after ``history``: the mean of what the models say.

        Each knows words of its own, and looks no further back than it knows them.
        """
        out[:] = 0.0
        for own in self._dictionaries:
            context = [MODES.index(mode)]
            for word in reversed(history[-CHORD_ORDER:]):
                if own.words[word] < 0:
                    break
                context.append(own.words[word])
            said = np.empty(len(own.numbers))
            sampling.distribution(own.tree, np.array(context, np.int64), len(context), said)
            out[own.numbers] += own.share * said

    def motif_distribution(self, mode: str, heard: Sequence[int]) -> Doubles:
        """Probability of each of `OPERATIONS` after those that were heard; not to be changed."""
        return self._motif_after(context_of(MODES.index(mode), heard))

    def _mixed_motif(self, steps: tuple[int, ...]) -> Doubles:
        mixed, said = np.zeros(len(OPERATIONS)), np.empty(len(OPERATIONS))
        context = np.array([step for step in steps if step >= 0], np.int64)
        for trained, share in self.parts:
            sampling.distribution(trained.trees.motif.tree, context, len(context), said)
            mixed += share * said
        return mixed

    def liveliness(self, place: float) -> float:
        """How many notes music at a place among all works has where the usual one has one."""
        places, quantiles = _PLACES, self._liveliness
        place = min(max(place, places[0]), places[-1])
        above = min(bisect_right(places, place), len(places) - 1)
        share = (place - places[above - 1]) / (places[above] - places[above - 1])
        return float(quantiles[above - 1] + share * (quantiles[above] - quantiles[above - 1]))

    @cached_property
    def _liveliness(self) -> Doubles:
        shares = [share * trained.trees.liveliness for trained, share in self.parts]
        return np.array([exp2(SPREAD * log2(share)) for share in np.add.reduce(shares)])

    @cached_property
    def _dictionaries(self) -> Sequence[_Dictionary]:
        return [
            _dictionary(trained.outline.chords, self.chords, trained.trees.chord.tree, share)
            for trained, share in self.parts
        ]

    @cached_property
    def rhythms(self) -> rhythms.Cells:
        """What falls into a beat, as all trained models know it."""
        onsets = np.full((len(self.cells), max(1, *map(len, self.cells))), -1)
        for row, cell in zip(onsets, self.cells, strict=True):
            row[: len(cell)] = cell
        return rhythms.Cells(self._words("rhythm", self.cells), onsets)

    @cached_property
    def progressions(self) -> Words:
        """Which chords follow others, as all trained models know it."""
        return self._words("chord", self.chords)

    def _words(self, kind: str, mixed: Sequence[Word]) -> Words:
        tree, roots, shares = self._joined(kind)
        own: list[Sequence[Word]] = [
            getattr(trained.outline, WORDS[kind]) for trained, _ in self.parts
        ]
        numbers = [[o.index(word) if word in o else -1 for word in mixed] for o in own]
        return Words(tree, roots, shares, np.array(list(map(len, own))), np.array(numbers))

    def _joined(self, kind: str) -> tuple[sampling.Tree, Integers, Doubles]:
        """The trees of all models, where each of ours begins in them, and its share."""
        if self._forest is None:
            self._forest = plant([trained for trained, _ in self.parts])
        joined = self._forest[kind]
        roots = np.array([joined.roots[trained] for trained, _ in self.parts])
        return joined.tree, roots, np.array([share for _, share in self.parts])

    def make_ready(self) -> None:
        """Work out all that a bar would have to wait for."""
        _ = self._transitions, self.rhythms, self.progressions, self._liveliness

    def sample_melody(self, request: Request) -> Drawn:
        """Draw a melody: what is likely, times the weights, with later goals in view."""
        request.check()
        notes, known = len(request.weights), len(request.tune)
        room = _room(len(self.views), known, notes)
        pitches, choices = np.empty((2, notes), np.int64)
        tree, sources, _ = self.tables
        melodies.sample_melody(
            tree, sources, self._views_at(request.temperature), self._names, FEATURE_SIZES,
            request.tune, PITCHES[0], self._transitions[int(request.tune[-1, MODE])],
            melodies.Goals(request.weights, request.widest, request.moves),
            self.copy_rule.tune, self.copy_rule.rhythm, request.trail,
            exp2(log2(SLIP_SHARE) / request.temperature),
            request.uniforms, room, pitches, choices,
        )  # fmt: skip
        if not choices.all():
            raise ModelError(f"weights must give each of {notes} notes a pitch above 0")
        return Drawn(self, room, pitches, choices)

    @cached_property
    def tables(self) -> tuple[sampling.Tree, viewpoints.Sources, viewpoints.Views]:
        """What melodies are drawn from: the trees, the mix, and the views."""
        tree, roots, shares = self._joined("melody")
        weights = Weights(
            *(
                np.add.reduce(
                    [share * getattr(part.outline.weights, name) for part, share in self.parts]
                )
                for name in ("alone", "corpus", "line")
            )
        )
        return tree, viewpoints.Sources(roots, shares), view_table(self.views, weights)

    def _views_at(self, temperature: float) -> viewpoints.Views:
        """The views at a temperature: their weights are exponents of what they say."""
        step = round(TEMPERATURE_STEPS * log2(temperature))
        if step not in self._cooled:
            self._cooled[step] = _scaled(self.tables[2], exp2(-step / TEMPERATURE_STEPS))
        return self._cooled[step]

    @cached_property
    def _transitions(self) -> tuple[Doubles, ...]:
        """For each mode the order-1 chain that looks ahead, inside a phrase, metre aside."""
        return tuple(self._chain(mode) for mode in range(len(MODES)))

    def _chain(self, mode: int) -> Doubles:
        size = len(PITCHES)
        chain = np.zeros((size, size))
        for metric in range(METRICS):
            chain += self.next_pitches(_step_tune(mode, metric)) / METRICS
        return chain

    def next_pitches(self, tune: Tune) -> Doubles:
        """Probability of the last pitch of a tune after each that the one before may be.

        Parameters
        ----------
        tune : Tune
            Two notes, or more to lead up to them.

        Returns
        -------
        (49, 49) float64: rows by the last but one, columns by the last; rows sum to 1.
        """
        size, notes = len(PITCHES), len(tune)
        tree, sources, views = self.tables
        line = look(tune, self.views, PITCHES[0], np.arange(notes))
        rows = np.empty((size, size))
        viewpoints.step_chain(
            tree, sources, views, line, scratch(len(self.views), notes, size), rows
        )
        return rows


def _scaled(views: viewpoints.Views, factor: float) -> viewpoints.Views:
    return views._replace(
        alone=views.alone * factor, corpus=views.corpus * factor, line=views.line * factor
    )


def _room(views: int, known: int, coming: int) -> melodies.Room:
    size = len(PITCHES)
    return melodies.Room(
        np.empty((3, known), np.int64),
        np.empty((3, views, known), np.int64),
        np.empty(len(FEATURE_SIZES), np.int64),
        np.empty(viewpoints.DEPTHS, np.int64),
        np.empty((2 + viewpoints.SHORT_DEPTH, size)),
        np.empty((coming, size)),
        np.empty((coming, size), np.bool_),
    )


WORDS = {"chord": "chords", "rhythm": "cells"}


def _union(vocabularies: Iterable[tuple[Word, ...]]) -> tuple[Word, ...]:
    """All words, in the order in which they are met."""
    return tuple(dict.fromkeys(word for words in vocabularies for word in words))


def _step_tune(mode: int, metric: int) -> Tune:
    """Two even notes inside a phrase, the second on a downbeat, a beat, or off the beat."""
    beat, position = 960, (0, 960, 480)[metric]
    inside = np.zeros(2, bool)
    return Tune(
        modes=np.full(2, mode),
        pitches=np.zeros(2, np.int64),
        starts=np.array([4 * beat + position - beat // 2, 4 * beat + position]),
        durations=np.full(2, beat // 2),
        positions=np.array([(position - beat // 2) % (4 * beat), position]),
        beats=np.full(2, beat),
        begins=np.array([True, False]),
        ends=inside,
    )


MODELS_FOLDER = Path(__file__).parent.parent / "models"


def shipped_models() -> dict[str, Path]:
    """The models that come with the product, by name."""
    return {path.stem: path for path in sorted(MODELS_FOLDER.glob("*.npz"))}


def load_model(path: Path) -> Model:
    """Read a trained model, to compose with it alone."""
    return Model([(load_trained(path), 1.0)])
