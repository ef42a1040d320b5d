"""A zone of the keyboard that calls: a phrase that is played there is sent, to be answered.

A phrase is over when no key is down for a beat and a half, or for most of a beat when the bar line
is near. It is put on the grid that it was played on, straight or in triplets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genmusic.controls.calls import FEWEST, MOST_NOTES, MOST_TICKS, CallNote, write_call
from genmusic.controls.spec import Value
from genmusic.midi.messages import NOTE_OFF, NOTE_ON, Message
from genmusic.midi.place import Place, Where
from genmusic.midi.register import Register

REST_BEATS = 1.5  # without a key: the phrase is over
REST_AT_BAR_LINE_BEATS = 0.7  # the same, shortly before a bar line
NEAR_NS = 300_000_000  # to a bar line: the bar after it can still be composed
MOST_STRUCK = 4 * MOST_NOTES  # who plays on and on is answered on the last of it
STRAIGHT, TRIPLET = 240, 320  # ticks of the grids
STRAIGHT_FAVOUR = 0.7  # triplets must fit so much better


@dataclass(slots=True)
class _Struck:
    """A note as it was played."""

    pitch: int
    tick: float  # from the bar line before the phrase
    end_tick: float


class Calls:
    """Keys of a zone, as calls for the composer to answer.

    Parameters
    ----------
    where
        Tells the place of a moment.
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self._register = Register()
        self._began: Place | None = None  # in whose bar the phrase began
        self._notes: list[_Struck] = []
        self._down: dict[int, _Struck] = {}
        self._moved_ns = 0
        self._ended_bar = -1
        self._interrupts = False  # a phrase began after the last one was sent
        self._sent = False

    def hear(self, message: Message) -> None:
        """Take a message; all but keys are passed over."""
        if message.kind not in (NOTE_ON, NOTE_OFF):
            return
        place = self._where(message.time_ns)
        if place is None:
            return
        self._moved_ns = message.time_ns
        if message.kind == NOTE_ON and message.second:
            self._strike(message.first, place)
        elif message.first in self._down:
            self._down.pop(message.first).end_tick = self._tick(place)

    def _strike(self, pitch: int, place: Place) -> None:
        if not self._notes:
            self._began = place
            self._interrupts = self._sent
        self._register.hear(pitch)
        tick = self._tick(place)
        note = _Struck(pitch, tick, tick)
        self._down[pitch] = note
        self._notes.append(note)
        del self._notes[:-MOST_STRUCK]

    def _tick(self, place: Place) -> float:
        """The place in ticks from the bar line before the phrase."""
        began = self._began or place
        return (place.bar - began.bar) * began.bar_ticks + place.tick

    def turn(self, now_ns: int, _controls: Mapping[str, Value]) -> Mapping[str, Value]:
        """The changes that the playing asks for; empty if there are none."""
        changes: dict[str, Value] = {}
        place = self._where(now_ns)
        if self._interrupts:
            self._interrupts = self._sent = False
            changes["call"] = None
        if place is not None:
            if self._notes and not self._down and self._rests(now_ns, place):
                changes |= self._send()
            if place.bar != self._ended_bar and place.rest_ns <= NEAR_NS:
                self._ended_bar = place.bar
                self._register.end_bar()
        return {**changes, **self._register.changes()}

    def _rests(self, now_ns: int, place: Place) -> bool:
        rest_beats = (now_ns - self._moved_ns) / place.beat_ns
        soon = place.rest_ns <= NEAR_NS and rest_beats >= REST_AT_BAR_LINE_BEATS
        return soon or rest_beats >= REST_BEATS

    def _send(self) -> Mapping[str, Value]:
        bar_ticks = self._began.bar_ticks if self._began else 0
        call = on_grid(self._notes, bar_ticks)
        self._notes, self._began = [], None
        if len(call) < FEWEST:
            return {}
        self._sent = True
        return {"call": write_call(call)}

    def clear(self) -> None:
        """Messages were lost: what was begun is no phrase."""
        self._notes, self._began = [], None
        self._down.clear()


def on_grid(notes: Sequence[_Struck], bar_ticks: int) -> list[CallNote]:
    """The upper voice of what was played, on the grid that fits it better, as a call."""
    grid = _grid([note.tick for note in notes])
    starts: dict[int, _Struck] = {}
    for note in notes:
        start = round(note.tick / grid) * grid
        if start not in starts or note.pitch > starts[start].pitch:
            starts[start] = note
    kept = sorted(starts)[-MOST_NOTES:]
    kept = [start for start in kept if start >= kept[-1] - MOST_TICKS + 2 * bar_ticks]
    before = kept[0] // bar_ticks * bar_ticks
    call: list[CallNote] = []
    for number, start in enumerate(kept):
        note = starts[start]
        length = max(grid, round((note.end_tick - note.tick) / grid) * grid)
        following = kept[number + 1] if number + 1 < len(kept) else start + min(length, bar_ticks)
        if following - start - length < grid:  # a gap that short is touch, not a rest
            length = following - start
        call.append(CallNote(note.pitch, start - before, min(length, following - start)))
    return call


def _grid(ticks: Sequence[float]) -> int:
    straight, triplet = (
        sum(abs(tick - round(tick / grid) * grid) for tick in ticks) for grid in (STRAIGHT, TRIPLET)
    )
    return TRIPLET if triplet < STRAIGHT_FAVOUR * straight else STRAIGHT
