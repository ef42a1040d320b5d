"""Answering: what the melody makes of a phrase that a player called.

The answer takes the call's idea as motifs are taken: moved, turned over, in another rhythm, with
another end, or led on. Where it leaves the call, the player's own idiom goes on. Only then do its
notes bow to the chords that sound. It is the player's, so the limit against copies is not for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition.chance import choose, draw
from genmusic.composition.idiom import Phrase, go_on, interval_and_wait, remember, symbols_of
from genmusic.composition.plan import Plan, Row
from genmusic.composition.state import State
from genmusic.composition.theory import OCTAVE, pitch_step, step_pitch
from genmusic.controls.calls import CallNote, read_call
from genmusic.units import TICKS_PER_BEAT

OPERATIONS: Mapping[str, float] = {
    "sequence": 0.25, "tail": 0.3, "invert": 0.15, "rhythm": 0.1, "extend": 0.2,
}  # fmt: skip
"""What may be done to a call, and how often."""
DRAWS = 64
MOVES = (2, -2, 1, -1, 3, -3, 4, 0)  # steps, the likeliest first
MOST_BARS_MORE = 2  # of an answer than of its call
FIRM_WEAKNESS = 1  # how weak a beat may be that calls for a tone of the chord
LONG_TICKS = TICKS_PER_BEAT
SWUNG = 640  # ticks: where swung eighths are played, and written at half the beat
STRAY_COST, STILL_COST = 2.0, 2.5  # semitones that it is worth to go the way that is meant, and
# not to stand still instead
SHORTEST_LAST_TICKS = 240


@dataclass(frozen=True, slots=True)
class _Idea:
    """A call in steps of the scale, and the means to change it."""

    notes: Sequence[CallNote]  # their pitches are steps above the tonic
    plan: Plan
    taught: Sequence[Phrase]
    draws: Sequence[float]

    @property
    def ticks(self) -> int:
        return self.notes[-1].start_tick + self.notes[-1].ticks

    def moved(self) -> list[CallNote]:
        """The idea so many steps away that it begins on the chord, if that can be."""
        first = self.notes[0].pitch
        tones = self.plan.spans[0].tones
        mode = self.plan.key.mode
        fitting = [s for s in MOVES if s and step_pitch(mode, first + s) % OCTAVE in tones]
        by = fitting[int(self.draws[1] * len(fitting))] if fitting else MOVES[0]
        return [note._replace(pitch=note.pitch + by) for note in self.notes]


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
        answer = list(make_answer(plan, call, state.taught))
    rows = answer_bar(plan, answer, state.answer_bars)
    state.answer, state.answer_bars = tuple(answer), state.answer_bars + 1
    if answer[-1].start_tick < state.answer_bars * plan.bar_ticks:
        state.answer, state.answer_bars = (), 0
    return rows


def make_answer(
    plan: Plan, call: Sequence[CallNote], taught: Sequence[Phrase]
) -> tuple[CallNote, ...]:
    """The answer to a call, as it is written, from a bar line on; it has not met the chords."""
    draws = draw(DRAWS, plan.seed, "answer", plan.piece, plan.piece_bar).tolist()
    heard = _in_range(plan, _soon(plan, call))
    idea = _Idea(tuple(_in_steps(plan, heard)), plan, taught, draws)
    name = tuple(OPERATIONS)[choose(OPERATIONS.values(), draws[0])]
    answer = _OPERATIONS[name](idea)
    if [n[:2] for n in answer] == [n[:2] for n in idea.notes]:
        answer = idea.moved()
    tonic, mode = plan.key.tonic, plan.key.mode
    return tuple(
        _in_range(plan, [n._replace(pitch=step_pitch(mode, n.pitch) + tonic) for n in answer])
    )


def answer_bar(plan: Plan, answer: Sequence[CallNote], bars_before: int) -> tuple[Row, ...]:
    """The notes of an answer that fall into a bar, on the tones that the chords allow."""
    begin = bars_before * plan.bar_ticks
    rows: list[Row] = []
    previous: tuple[int, int] | None = None  # as meant, and as it is
    for note in answer:
        tick = note.start_tick - begin
        if 0 <= tick < plan.bar_ticks:
            pitch = _fitted(plan, note, tick, previous, is_last=note is answer[-1])
            rows.append((tick, note.ticks, pitch, int(tick == 0)))
            previous = (note.pitch, pitch)
    return tuple(rows)


def _fitted(
    plan: Plan, note: CallNote, tick: int, previous: tuple[int, int] | None, *, is_last: bool
) -> int:
    """The nearest pitch that may sound, and that goes the way the melody means to go."""
    span, part = plan.span_at(tick), plan.style.parts["melody"]
    firm = is_last or note.ticks >= LONG_TICKS or plan.metre.weakness(tick) <= FIRM_WEAKNESS
    allowed = set(span.tones) if firm else plan.scale_over(span)
    room = [p for p in range(part.low, part.high + 1) if (p - plan.key.tonic) % OCTAVE in allowed]

    def price(pitch: int) -> tuple[float, int]:
        if previous is None:
            return abs(pitch - note.pitch), pitch
        meant, way = _way(note.pitch, previous[0]), _way(pitch, previous[1])
        strays = STRAY_COST * (way != meant) + STILL_COST * (way == 0 != meant)
        return abs(pitch - note.pitch) + strays, pitch

    return min(room, key=price)


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
    return [note._replace(pitch=2 * axis - note.pitch) for note in idea.notes]


def _rhythm(idea: _Idea) -> list[CallNote]:
    """Its tones in the lengths of the way back."""
    starts = [note.start_tick for note in idea.notes]
    mirrored = [starts[0] + idea.ticks - n.start_tick - n.ticks for n in reversed(idea.notes)]
    lengths = [note.ticks for note in reversed(idea.notes)]
    if mirrored == starts:
        return idea.moved()
    return [
        note._replace(start_tick=start, ticks=ticks)
        for note, start, ticks in zip(idea.notes, mirrored, lengths, strict=True)
    ]


def _tail(idea: _Idea) -> list[CallNote]:
    """The head of it, and then on as the player might have gone on."""
    half = max(1, (len(idea.notes) + 1) // 2)
    return _led_on(idea, idea.moved()[:half], idea.ticks)


def _extend(idea: _Idea) -> list[CallNote]:
    """All of it, and then on for half as long again."""
    whole = idea.moved()
    return _led_on(idea, whole, _longer(idea))


def _longer(idea: _Idea) -> int:
    more = min(idea.ticks // 2, MOST_BARS_MORE * idea.plan.bar_ticks)
    return idea.ticks + more


def _led_on(idea: _Idea, head: list[CallNote], until_tick: int) -> list[CallNote]:
    """Notes as the player's idiom has them, up to a tick; the last one rests there."""
    notes = list(head)
    mode = idea.plan.key.mode
    before = list(symbols_of([n._replace(pitch=step_pitch(mode, n.pitch)) for n in notes]))
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
