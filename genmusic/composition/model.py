"""The model that composes: trained models mixed in the shares that a style asks for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.copying import CopyRule, nothing_to_copy
from genmusic.composition.desks import PITCHES, desk_for
from genmusic.composition.forest import Forest, plant
from genmusic.composition.liveliness import QUANTILES, SPREAD
from genmusic.composition.markov import Integers
from genmusic.composition.operations import MOTIF_ORDER, OPERATIONS, context_of
from genmusic.composition.trained import CHORD_ORDER, COMPOUND, Trained, load_trained
from genmusic.composition.viewpoints import (
    FEATURE_SIZES,
    MODES,
    Tune,
    Weights,
    heeded,
    look,
    named_features,
    scratch,
    view_table,
)
from genmusic.errors import ModelError
from genmusic.units import exp2, log2
from kernels import melodies, outlooks, rhythms, sampling, viewpoints
from kernels.handles import Handle
from kernels.songs import Desk, Songs, Task
from kernels.words import Words

__all__ = ["CHORD_ORDER", "COMPOUND", "MODES", "Model", "load_model"]

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Word = TypeVar("Word", bound=tuple[Any, ...])

METRICS = 3  # downbeat, other beat, off the beat

# A note below this share of the likeliest one, before any temperature, sounds like a slip. With it,
# phrases with goals leap as often as those of the corpora, and half as often beyond the octave.
SLIP_SHARE = 0.01

_PLACES: list[float] = QUANTILES.tolist()
MOST_BOOKS = 2048  # of 1.5 KB; each listener's piece has a temperature, and sings in two modes
TEMPERATURE_STEPS = 16  # to an octave


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Notes of a melody, and what they were drawn from."""

    model: Model
    line: viewpoints.Line  # all that was known; the drawn notes come last
    choices: Integers  # (notes drawn,) how many pitches were welcome


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """What melodies are drawn from in a mode and at a temperature."""

    words: Integers  # of `kernels.songs.Songs`
    kept: tuple[object, ...]  # whose arrays they name


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
        self._cooled: dict[int, Handle[tuple[Doubles, ...]]] = {}
        self._songs_at = lru_cache(maxsize=MOST_BOOKS)(self._songs)
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
        row: Doubles = self._motifs[context_of(MODES.index(mode), heard)]
        return row

    @cached_property
    def _motifs(self) -> Doubles:
        """Probability of each operation after every context; a step of -1 is the last of its axis.

        There are few, and each is met when many others want to know theirs.
        """
        steps, known = range(-1, len(OPERATIONS)), len(OPERATIONS) + 1
        motifs = np.zeros((len(MODES), *[known] * MOTIF_ORDER, len(OPERATIONS)))
        for context in product(range(len(MODES)), *[steps] * MOTIF_ORDER):
            motifs[context] = self._mixed_motif([step for step in context if step >= 0])
        return motifs

    def _mixed_motif(self, steps: Sequence[int]) -> Doubles:
        mixed, said = np.zeros(len(OPERATIONS)), np.empty(len(OPERATIONS))
        context = np.array(steps, np.int64)
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
        return quantiles[above - 1] + share * (quantiles[above] - quantiles[above - 1])

    @cached_property
    def _liveliness(self) -> list[float]:
        shares = [share * trained.trees.liveliness for trained, share in self.parts]
        return [exp2(SPREAD * log2(share)) for share in np.add.reduce(shares).tolist()]

    @cached_property
    def _dictionaries(self) -> Sequence[_Dictionary]:
        return [
            _dictionary(trained.outline.chords, self.chords, trained.trees.chord.tree, share)
            for trained, share in self.parts
        ]

    @cached_property
    def rhythms(self) -> Handle[rhythms.Cells]:
        """What falls into a beat, as all trained models know it."""
        onsets = np.full((len(self.cells), max(1, *map(len, self.cells))), -1)
        for row, cell in zip(onsets, self.cells, strict=True):
            row[: len(cell)] = cell
        return Handle(rhythms.Cells(self._words("rhythm", self.cells), onsets))

    @cached_property
    def rhythm_sizes(self) -> tuple[int, int, int]:
        """How many models say so, of how many cells, and how many onsets the busiest has."""
        models, cells = self.rhythms.values.words.own.shape
        return models, cells, self.rhythms.values.onsets.shape[1]

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
        _ = (
            self.rhythm_sizes,
            self.progressions,
            self._liveliness,
            self._plain_songs,
            self._weight_words,
            self._motifs,
        )

    def melody_desk(self, notes: int) -> Handle[Desk]:
        """Room for a bar of melody that is sung after others, so many notes in all."""
        return desk_for(len(self.views), len(self.parts), notes)

    def sing(
        self,
        songs: Book,
        setting: Integers,
        task: Task,
        memory: Integers,
        trail: Integers,
        chords: Integers,
        scale: Integers,
        desk: Handle[Desk],
        out: Integers,
    ) -> None:
        """Draw a bar of melody: what is likely, times what is welcome, with later goals in view.

        The arguments are those of `kernels.melodies.sing`.
        """
        notes = task.coming
        if not notes:
            raise ModelError("there are no notes to draw")
        if task.draws < notes:
            raise ModelError(f"{notes} notes need a draw each, got {task.draws}")
        if not melodies.sing(
            songs.words, setting, *task, memory, trail, chords, scale, desk.words, out
        ):  # fmt: skip
            raise ModelError(f"weights must give each of {notes} notes a pitch above 0")

    def songs(self, mode: int, temperature: float) -> Book:
        """What melodies are drawn from: above a temperature of 1, the unlikely more often."""
        return self._songs_at(mode, temperature)

    def drawn(self, desk: Desk, task: Task) -> Drawn:
        """What the notes that were sung last on a desk were drawn from."""
        count = task.known + task.coming
        line = [row[..., :count].copy() for row in (*desk.line, *desk.codes[:2])]
        return Drawn(self, viewpoints.Line(*line), desk.drawn[1, : task.coming].copy())

    def _songs(self, mode: int, temperature: float) -> Book:
        """The words at a temperature: those of 1 with other weights, as all of them take long."""
        plain, weights = self._plain_songs[mode], self._weights_at(temperature)
        first, end = self._weight_words
        words = plain.words.copy()
        words[first:end] = weights.words
        words[-1:].view(np.float64)[0] = exp2(log2(SLIP_SHARE) / temperature)
        return Book(words, (plain, weights))

    @cached_property
    def _plain_songs(self) -> Sequence[Handle[Songs]]:
        """What melodies are drawn from in each mode, at a temperature of 1."""
        tree, sources, views = self.tables
        rule, lowest = self.copy_rule, PITCHES[0]
        known = (tree, sources, views, heeded(views), self._names, FEATURE_SIZES)
        return [
            Handle(Songs(*known, chain, rule.tune, rule.rhythm, lowest, SLIP_SHARE))
            for chain in self._transitions
        ]

    @cached_property
    def _weight_words(self) -> tuple[int, int]:
        """Where the weights lie among the words of the songs."""
        end = len(Handle(self.tables).words)
        return end - len(self._weights_at(1.0).words), end

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

    def _weights_at(self, temperature: float) -> Handle[tuple[Doubles, ...]]:
        """The weights of the views at a temperature: they are exponents of what views say."""
        step = round(TEMPERATURE_STEPS * log2(temperature))
        if step not in self._cooled:
            views, factor = self.tables[2], exp2(-step / TEMPERATURE_STEPS)
            weights = (views.alone, views.corpus, views.line)  # the last of the views
            self._cooled[step] = Handle(tuple([weight * factor for weight in weights]))
        return self._cooled[step]

    @cached_property
    def _transitions(self) -> tuple[Floats, ...]:
        """For each mode the order-1 chain that looks ahead, inside a phrase, metre aside.

        Rows by the pitch that follows, as `kernels.sampling.look_ahead` reads them.
        """
        return tuple(self._chain(mode) for mode in range(len(MODES)))

    def _chain(self, mode: int) -> Floats:
        size = len(PITCHES)
        chain = np.zeros((size, size))
        for metric in range(METRICS):
            chain += self.next_pitches(_step_tune(mode, metric)) / METRICS
        return np.ascontiguousarray(chain.T, np.float32)

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
        outlooks.step_chain(
            tree, sources, views, line, scratch(len(self.views), notes, size, len(self.parts)), rows
        )
        return rows


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
