"""Answering: what the melody makes of a phrase that a player called.

The answer takes the call's idea as motifs are taken: moved, turned over, in another rhythm, with
another end, or led on. Where it leaves the call, the player's own idiom goes on. Only then do its
notes bow to the chords that sound. It is the player's, so the limit against copies is not for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition.chance import choose, draw
from genmusic.composition.idiom import Phrase, go_on, interval_and_wait, remember, symbols_of
from genmusic.composition.metre import EIGHTH_TICKS
from genmusic.composition.motif import degree_at
from genmusic.composition.plan import Plan, Row
from genmusic.composition.state import Slot, State
from genmusic.composition.theory import OCTAVE, chord_tones, pitch_step, scale_chord, step_pitch
from genmusic.controls.calls import CallNote, read_call
from genmusic.names import PARTS
from genmusic.units import TICKS_PER_BEAT
from kernels.trails import OF_PITCH

OPERATIONS: Mapping[str, float] = {
    "sequence": 0.3, "tail": 0.15, "invert": 0.25, "rhythm": 0.2, "extend": 0.1,
}  # fmt: skip
"""What may be done to a call, and how often."""
DRAWS = 64
MOVES = (2, -2, 1, -1, 3, -3, 4, 0)  # steps; the last one leaves all where it is
HEAD = 0.7  # of a call, that an answer with another end begins with
MOST_BARS_MORE = 2  # of an answer than of its call
FIRM_WEAKNESS = 1  # how weak a beat may be that calls for a tone of the chord
LONG_TICKS = TICKS_PER_BEAT
SWUNG = 640  # ticks: where swung eighths are played, and written at half the beat
STRAY_COST, STILL_COST = 2.0, 2.5  # semitones that it is worth to go the way that is meant, and
# not to stand still instead
DRIFT_COST = 0.3  # of a semitone away from the pitch that is meant, beside one of the move
SHORTEST_LAST_TICKS = 240


@dataclass(frozen=True, slots=True)
class _Idea:
    """A call in steps of the scale, and the means to change it."""

    notes: Sequence[CallNote]  # their pitches are steps above the tonic
    plan: Plan
    taught: Sequence[Phrase]
    chords: Sequence[Slot]  # of the phrase of the bar
    draws: Sequence[float]

    @property
    def ticks(self) -> int:
        return self.notes[-1].start_tick + self.notes[-1].ticks

    def moved(self) -> list[CallNote]:
        """The idea, steps away."""
        return self.placed(self.notes, MOVES[:-1])

    def placed(self, notes: Sequence[CallNote], moves: Sequence[int] = MOVES) -> list[CallNote]:
        """Notes moved so that as few as can be have to leave their shape for the chords."""
        misfits = [self._misfits(notes, by) for by in moves]
        fitting = [by for by, count in zip(moves, misfits, strict=True) if count == min(misfits)]
        by = fitting[int(self.draws[1] * len(fitting))]
        return [note._replace(pitch=note.pitch + by) for note in notes]

    def _misfits(self, notes: Sequence[CallNote], by: int) -> int:
        """How many firm notes are foreign to their chord, so many steps away."""
        mode = self.plan.key.mode
        return sum(
            step_pitch(mode, note.pitch + by) % OCTAVE not in self._tones_at(note.start_tick)
            for note in notes
            if _is_firm(self.plan, note, is_last=note is notes[-1])
        )

    def _tones_at(self, tick: int) -> tuple[int, ...]:
        """Tones of the chord that sounds at a tick, or is planned for a bar to come."""
        plan = self.plan
        if tick < plan.bar_ticks:
            return plan.span_at(tick).tones
        eighth = plan.phrase_bar * plan.metre.eighths + tick // EIGHTH_TICKS
        degree = degree_at(self.chords, eighth)
        return chord_tones(*scale_chord(plan.key.mode, degree, False))


def hear(state: State, call: str | None) -> None:
    """Answer a call from the next bar on; None breaks off what is being answered."""
    state.answer, state.answer_bars = (), 0
    if call is not None:
        state.answer = read_call(call)


def play(state: State, plan: Plan) -> tuple[Row, ...]:
    """The next bar of the answer, which there must be."""
    answer = [CallNote(*note) for note in state.answer]
    if not state.answer_bars:
        call = list(_written(plan, answer))
        state.taught = remember(state.taught, symbols_of(call))
        answer = list(make_answer(plan, call, state.taught, state.chords))
    rows = answer_bar(plan, answer, state.answer_bars, _last_pitch(state))
    state.answer, state.answer_bars = tuple(answer), state.answer_bars + 1
    if answer[-1].start_tick < state.answer_bars * plan.bar_ticks:
        state.answer, state.answer_bars = (), 0
    return rows


def make_answer(
    plan: Plan, call: Sequence[CallNote], taught: Sequence[Phrase], chords: Sequence[Slot]
) -> tuple[CallNote, ...]:
    """The answer to a call, as it is written, from a bar line on; it has not met the chords.

    It lies where it fits those of the phrase best, which are ``chords``.
    """
    draws = draw(DRAWS, plan.seed, "answer", plan.piece, plan.piece_bar).tolist()
    heard = _in_range(plan, _soon(plan, call))
    idea = _Idea(tuple(_in_steps(plan, heard)), plan, taught, chords, draws)
    name = tuple(OPERATIONS)[choose(OPERATIONS.values(), draws[0])]
    answer = _OPERATIONS[name](idea)
    if [n[:2] for n in answer] == [n[:2] for n in idea.notes]:
        answer = idea.moved()
    tonic, mode = plan.key.tonic, plan.key.mode
    return tuple(
        _in_range(plan, [n._replace(pitch=step_pitch(mode, n.pitch) + tonic) for n in answer])
    )


def answer_bar(
    plan: Plan, answer: Sequence[CallNote], bars_before: int, last_pitch: int = 0
) -> tuple[Row, ...]:
    """The notes of an answer that fall into a bar, on the tones that the chords allow.

    ``last_pitch`` is where the bars before have led it, if there are any.
    """
    begin = bars_before * plan.bar_ticks
    rows: list[Row] = []
    previous: tuple[int, int] | None = None  # as meant, and as it is
    for note in answer:
        tick = note.start_tick - begin
        if tick < 0:
            previous = (note.pitch, last_pitch) if last_pitch else None
        elif tick < plan.bar_ticks:
            pitch = _fitted(plan, note, tick, previous, is_last=note is answer[-1])
            rows.append((tick, note.ticks, pitch, int(tick == 0)))
            previous = (note.pitch, pitch)
    return tuple(rows)


def _fitted(
    plan: Plan, note: CallNote, tick: int, previous: tuple[int, int] | None, *, is_last: bool
) -> int:
    """The nearest pitch that may sound, and that goes the way the melody means to go."""
    span, part = plan.span_at(tick), plan.style.parts["melody"]
    firm = _is_firm(plan, note, is_last=is_last)
    allowed = set(span.tones) if firm else plan.scale_over(span)
    room = [p for p in range(part.low, part.high + 1) if (p - plan.key.tonic) % OCTAVE in allowed]

    def price(pitch: int) -> tuple[float, int]:
        if previous is None:
            return abs(pitch - note.pitch), pitch
        meant, way = _way(note.pitch, previous[0]), _way(pitch, previous[1])
        strays = STRAY_COST * (way != meant) + STILL_COST * (way == 0 != meant)
        bent = abs(pitch - previous[1] - (note.pitch - previous[0]))
        return bent + DRIFT_COST * abs(pitch - note.pitch) + strays, pitch

    return min(room, key=price)


def _is_firm(plan: Plan, note: CallNote, *, is_last: bool) -> bool:
    """Whether a note stands out so that it must be of the chord."""
    tick = note.start_tick % plan.bar_ticks
    return is_last or note.ticks >= LONG_TICKS or plan.metre.weakness(tick) <= FIRM_WEAKNESS


def _last_pitch(state: State) -> int:
    """The last note that the melody has played, 0 for none."""
    trail = state.trails.of(PARTS.index("melody"))
    return int(trail[-1, OF_PITCH]) if len(trail) else 0


def _way(pitch: int, before: int) -> int:
    return (pitch > before) - (pitch < before)


def _written(plan: Plan, call: Sequence[CallNote]) -> Iterator[CallNote]:
    """The call as a score has it, without the swing that the performance will add."""
    swings = plan.style.performance.swing and not plan.metre.is_compound
    starts = {note.start_tick for note in call}
    for note in call:
        beat, tick = divmod(note.start_tick, TICKS_PER_BEAT)
        middle = beat * TICKS_PER_BEAT + TICKS_PER_BEAT // 2
        is_swung = swings and tick == SWUNG and middle - SWUNG // 4 not in starts
        yield note._replace(start_tick=middle) if is_swung else note


def _soon(plan: Plan, notes: Sequence[CallNote]) -> list[CallNote]:
    """The call with its first note in the first half of the bar: nobody waits for an answer."""
    early = notes[0].start_tick // plan.metre.half_ticks * plan.metre.half_ticks
    return [note._replace(start_tick=note.start_tick - early) for note in notes]


def _in_range(plan: Plan, notes: Sequence[CallNote]) -> list[CallNote]:
    """The notes in the octave that lies best in the range of the melody."""
    part = plan.style.parts["melody"]
    low, high = min(n.pitch for n in notes), max(n.pitch for n in notes)
    shifts = range(-5 * OCTAVE, 6 * OCTAVE, OCTAVE)
    best = min(
        shifts,
        key=lambda s: (max(0, part.low - low - s) + max(0, high + s - part.high), abs(s)),
    )
    return [note._replace(pitch=note.pitch + best) for note in notes]


def _in_steps(plan: Plan, notes: Sequence[CallNote]) -> Iterator[CallNote]:
    """The notes as steps of the scale; what moved by a foreign semitone still moves."""
    before: tuple[int, int] | None = None
    for note in notes:
        step = pitch_step(plan.key.mode, note.pitch - plan.key.tonic)
        if before and step == before[1]:
            step += _way(note.pitch, before[0])
        before = (note.pitch, step)
        yield note._replace(pitch=step)


def _sequence(idea: _Idea) -> list[CallNote]:
    return idea.moved()


def _invert(idea: _Idea) -> list[CallNote]:
    """Upside down around its first note."""
    axis = idea.notes[0].pitch
    return idea.placed([note._replace(pitch=2 * axis - note.pitch) for note in idea.notes])


def _rhythm(idea: _Idea) -> list[CallNote]:
    """Its tones in the lengths of the way back."""
    starts = [note.start_tick for note in idea.notes]
    mirrored = [starts[0] + idea.ticks - n.start_tick - n.ticks for n in reversed(idea.notes)]
    lengths = [note.ticks for note in reversed(idea.notes)]
    if mirrored == starts:
        return idea.moved()
    return idea.placed(
        [
            note._replace(start_tick=start, ticks=ticks)
            for note, start, ticks in zip(idea.notes, mirrored, lengths, strict=True)
        ]
    )


def _tail(idea: _Idea) -> list[CallNote]:
    """The head of it, and then on as the player might have gone on."""
    kept = max(1, math.ceil(len(idea.notes) * HEAD))
    return _led_on(idea, idea.moved()[:kept], idea.ticks)


def _extend(idea: _Idea) -> list[CallNote]:
    """All of it, and then on for a third as long again."""
    whole = idea.moved()
    return _led_on(idea, whole, _longer(idea))


def _longer(idea: _Idea) -> int:
    more = min(idea.ticks // 3, MOST_BARS_MORE * idea.plan.bar_ticks)
    return idea.ticks + more


def _led_on(idea: _Idea, head: list[CallNote], until_tick: int) -> list[CallNote]:
    """Notes as the player's idiom has them, up to a tick; the last one rests there."""
    notes = list(head)
    mode = idea.plan.key.mode
    called = [n._replace(pitch=step_pitch(mode, n.pitch)) for n in idea.notes[: len(head)]]
    before = list(symbols_of(called))
    for uniform in idea.draws[2:]:
        symbol = go_on(idea.taught, before, uniform)
        interval, wait = interval_and_wait(symbol)
        last = notes[-1]
        start = last.start_tick + wait
        if start >= until_tick:
            break
        notes[-1] = last._replace(ticks=min(wait, last.ticks))
        step = pitch_step(mode, step_pitch(mode, last.pitch) + interval)
        notes.append(CallNote(step, start, wait))
        before.append(symbol)
    notes[-1] = notes[-1]._replace(
        ticks=max(SHORTEST_LAST_TICKS, until_tick - notes[-1].start_tick)
    )
    return notes


_OPERATIONS: Mapping[str, Callable[[_Idea], list[CallNote]]] = {
    "sequence": _sequence,
    "tail": _tail,
    "invert": _invert,
    "rhythm": _rhythm,
    "extend": _extend,
}
