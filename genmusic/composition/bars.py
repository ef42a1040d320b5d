"""Bars: what was planned and written, as all the rooms behind composition have it."""

from __future__ import annotations

from functools import lru_cache

from genmusic.composition.accompaniment import Written
from genmusic.composition.hooks import hooked_bar
from genmusic.composition.plan import Plan
from genmusic.composition.state import State
from genmusic.composition.theory import OCTAVE
from genmusic.score.events import Bar, ChordSpan, Notes, iter_notes, note_array
from genmusic.score.harmony import Chord


def bar_of(
    plan: Plan, written: Written, state: State, tempo_bpm: float, pace: tuple[float, ...]
) -> Bar:
    """The bar that comes next in a state; ``pace`` is that of its beats."""
    tonic = plan.key.tonic
    chords = tuple(
        [
            _sounding_chord(
                span.start_tick, (tonic + span.root) % OCTAVE, span.quality, bass % OCTAVE
            )
            for span, bass in zip(plan.spans, written.basses, strict=True)
        ]
    )
    return Bar(  # in their order: to name each takes twice as long
        state.bar,
        plan.metre.beats,
        tempo_bpm,
        plan.key,
        chords,
        plan.section,
        state.phrases_begun,
        plan.phrase_bar,
        plan.phrase_bars,
        _performed(plan, written.notes),
        plan.style.name,
        plan.metre.name,
        pace,
        plan.ends_piece,
        state.piece,
        state.cue,
    )


def _performed(plan: Plan, notes: Notes) -> Notes:
    """What the hook of the style makes of the notes."""
    if "performance" not in plan.style.hooks:
        return notes
    return note_array(hooked_bar(plan, "performance", tuple(iter_notes(notes))))


@lru_cache(maxsize=1024)
def _sounding_chord(start_tick: int, root: int, quality: str, bass: int) -> ChordSpan:
    return ChordSpan(start_tick, Chord(root, quality), None if bass == root else bass)
