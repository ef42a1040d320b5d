"""Look for copies in a thousand pieces, by a suffix automaton that shares nothing with the engine.

    python tests/benchmarks/copies.py [--pieces 1000] [--bars 32] [--corpora DIR]

With ``--corpora`` the voices are extracted from the scores again; otherwise they are those of the
shipped models. Transposition and tempo do not hide a copy. Prints the longest runs found, for each
part, and how many pieces break the limit.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from genmusic import names
from genmusic.composition.composer import Composer
from genmusic.composition.copying import LIMITS
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import open_library

FIGURE = 4  # notes; what repeats a figure of so many belongs to nobody
PARTS = ("melody", "counter", "comp", "pad", "bass")
NUMBERS = {part: names.PARTS.index(part) for part in PARTS}


class Automaton:
    """Suffix automaton of many strings: the longest run of a text that one of them has."""

    def __init__(self):
        self.next, self.link, self.length = [{}], [-1], [0]

    def add(self, string):
        last = 0
        for letter in string:
            last = self._extend(last, letter)

    def _extend(self, last, letter):
        known = self.next[last].get(letter)
        if known is not None and self.length[known] == self.length[last] + 1:
            return known
        if known is not None:
            return self._clone(last, letter, known)
        new = self._state({}, self.length[last] + 1)
        while last >= 0 and letter not in self.next[last]:
            self.next[last][letter] = new
            last = self.link[last]
        if last < 0:
            self.link[new] = 0
            return new
        other = self.next[last][letter]
        same = self.length[other] == self.length[last] + 1
        self.link[new] = other if same else self._clone(last, letter, other)
        return new

    def _clone(self, last, letter, other):
        clone = self._state(dict(self.next[other]), self.length[last] + 1)
        self.link[clone], self.link[other] = self.link[other], clone
        while last >= 0 and self.next[last].get(letter) == other:
            self.next[last][letter] = clone
            last = self.link[last]
        return clone

    def _state(self, following, length):
        self.next.append(following)
        self.link.append(-1)
        self.length.append(length)
        return len(self.next) - 1

    def runs(self, text):
        """For each letter the length of the longest run that ends there and is known."""
        state = length = 0
        for letter in text:
            while state and letter not in self.next[state]:
                state = self.link[state]
                length = self.length[state]
            if letter in self.next[state]:
                state, length = self.next[state][letter], length + 1
            yield length


def tune_letters(notes):
    return [after[1] - before[1] for before, after in pairwise(notes)]


def rhythm_letters(notes):
    """Interval, and the wait as a share of the one before."""
    if len(notes) < 2:
        return []
    waits = [after[0] - before[0] for before, after in pairwise(notes)]
    ratios = [Fraction(0), *(Fraction(b, a) if a else Fraction(0) for a, b in pairwise(waits))]
    return list(zip(tune_letters(notes), ratios, strict=True))


def figures(letters):
    """For each letter the length of the run up to it that repeats a figure, at least twice."""
    reach = np.zeros((FIGURE + 1, len(letters)), int)
    for period in range(1, FIGURE + 1):
        for place in range(period, len(letters)):
            if letters[place] == letters[place - period]:
                reach[period, place] = max(reach[period, place - 1], period) + 1
    return reach.max(axis=0) if len(letters) else reach[0]


def steps(notes):
    """Interval and wait of each note after the first."""
    return [(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(notes)]


def longest(automaton, letters, figured, limit):
    """The longest copied run, in notes, that is no figure; only what exceeds matters exactly."""
    most, idle = 0, figures(figured)
    for place, length in enumerate(automaton.runs(letters)):
        if length >= limit and idle[place] >= limit:
            length = limit - 1
        most = max(most, length + 1)
    return most


def shipped_voices(library):
    for trained in library.models.trained.values():
        lines = trained.lessons.lines
        ends = np.cumsum(lines.lengths)
        for end, length in zip(ends, lines.lengths, strict=True):
            inside = slice(end - length, end)
            onsets = np.cumsum(lines.columns["wait"][inside])
            yield list(zip(onsets.tolist(), lines.columns["pitch"][inside].tolist(), strict=True))


def extracted_voices(corpora):
    from genmusic.cli.train import readers
    from genmusic.composition.training.corpora import list_corpus
    from genmusic.composition.training.hearing import hear_one

    for corpus in sorted(Path(corpora).glob("*.zip")):
        for entry in list_corpus(corpus, readers()).entries:
            heard = hear_one(readers(), "melody", entry)
            yield from getattr(getattr(heard, "piece", None), "voices", ())


def compose(library, seed, bars):
    """The top line of every part of a piece, as it was written."""
    styles = sorted(library.styles)
    style = library.style(styles[seed % len(styles)])
    mood = {"valence": (seed % 5 - 2) / 2, "arousal": (seed // 5 % 5 - 2) / 2}
    composer = Composer(seed, style, library.models)
    voices = {part: [] for part in PARTS}
    begin = 0
    parameters = musical_parameters(defaults() | mood, style)
    for _ in range(bars):
        piece = composer.piece
        bar = composer.compose_bar(parameters, style)
        if composer.piece != piece:
            break
        for part in PARTS:
            top = {}
            notes = bar.notes[bar.notes["part"] == NUMBERS[part]]
            for tick, pitch in notes[["written_tick", "pitch"]].tolist():
                top[tick] = max(pitch, top.get(tick, 0))
            voices[part] += [(begin + tick, top[tick]) for tick in sorted(top)]
        begin += bar.beats * 960
    return voices, LIMITS[style.model.copying]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pieces", type=int, default=1000)
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--corpora", default="")
    arguments = parser.parse_args()
    library = open_library()
    tunes, rhythms = Automaton(), Automaton()
    voices = extracted_voices(arguments.corpora) if arguments.corpora else shipped_voices(library)
    notes = 0
    for voice in voices:
        notes += len(voice)
        tunes.add(tune_letters(voice))
        rhythms.add(rhythm_letters(voice))
    print(f"{notes} notes of works, {len(tunes.next)} and {len(rhythms.next)} states")
    most = {part: [0, 0] for part in PARTS}
    broken = composed = 0
    for seed in range(arguments.pieces):
        lines, limit = compose(library, seed, arguments.bars)
        bad = False
        for part, line in lines.items():
            composed += len(line)
            tune = longest(tunes, tune_letters(line), tune_letters(line), limit.notes)
            rhythm = longest(rhythms, rhythm_letters(line), steps(line), limit.notes_in_rhythm)
            most[part] = [max(most[part][0], tune), max(most[part][1], rhythm)]
            bad |= tune > limit.notes or rhythm > limit.notes_in_rhythm
        broken += bad
    for part, (tune, rhythm) in most.items():
        print(f"{part:8} longest run {tune:2} notes by intervals, {rhythm:2} in rhythm")
    print(f"{broken} of {arguments.pieces} pieces ({composed} notes) break the limit")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
