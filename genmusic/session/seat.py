"""A seat: one listener's place in a rack, from controls to the notes and faders of each block.

    controls -> mood -> composition -> score -> (synthesis -> mixing: the rack)

A piece is a function of seed, initial controls and control log; the same three give the same
samples, in blocks of any length and in any company.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genmusic.composition.composer import Composer
from genmusic.composition.word_credits import Decided
from genmusic.controls.spec import CONTROLS, Value, check_changes, defaults
from genmusic.rules import Style
from genmusic.score.events import Bar
from genmusic.session.conductor import Conductor, Due
from genmusic.session.desk import Desk
from genmusic.session.keys import Keys
from genmusic.session.library import Library
from genmusic.session.log import EDITION, POSITION, SKIP, Change
from genmusic.session.moments import Moment
from genmusic.session.rack import SILENCE, Rack, Sound
from genmusic.session.shelf import edition_of
from genmusic.session.song import NextBeat
from genmusic.session.sounds import Readings, sounds_of
from genmusic.session.strokes import PART, STROKE, read_stroke
from genmusic.session.timed import TimedBar
from genmusic.synthesis.readings import Reading
from genmusic.units import QUANTUM, quantum_at_or_after

TUNE = ("tune_low", "tune_high")
CUE, CALL = "cue", "call"
EVENTS: dict[str, Value] = {CUE: None, CALL: None}  # while nothing plays yet
FADING_QUANTA = 150  # with a cross-fade of echoes still shorter than the shortest beat
NOWHERE: tuple[Sound, int] = (SILENCE, 0)


class Seat:
    """One listener's music, played on a rack; `prepare` each block before the rack renders it.

    A seat can leave its rack and go on in any place of any other, without a sample changed.
    """

    def __init__(
        self,
        library: Library,
        seed: int,
        controls: Mapping[str, object] | None = None,
        log: Sequence[Change] = (),
        rack: Rack | None = None,
        *,
        follows_edits: bool = False,
    ) -> None:
        self.seed = seed
        self.log: list[Change] = []
        self._library = library
        self.follows_edits = follows_edits
        """Whether it takes new editions of its style."""
        self.values = defaults() | check_changes(controls or {}) | EVENTS
        self._style = library.first_style(str(self.values["style"]))
        self._wished_style = self._style
        self._ahead = deque(sorted(log, key=lambda change: change.frame))
        self._conductor = Conductor(seed, Composer(seed, self._style, library.models), self.values)
        self._desk = Desk(self.values, self._style)
        self._place = None if rack is None else (rack, 0)
        self._resting = NOWHERE  # what sounds, and the quantum, while it has no place
        self._section, self._sounds = "", sounds_of(self._style, "")
        self._readings = Readings()
        self._keys = Keys({})
        self._plans = False  # whether beats to come are planned, as long as nothing changes
        self.stirs = 0
        """The quantum of its rack until which blocks can be rendered without it."""

    @property
    def now(self) -> int:
        """Frames rendered so far: where the next change takes effect."""
        if self._place is None:
            return self._resting[1] * QUANTUM
        rack, number = self._place
        return rack.now(number) * QUANTUM

    @property
    def ahead(self) -> tuple[Change, ...]:
        """The changes of a given log whose time is still to come."""
        return tuple(self._ahead)

    @property
    def seated(self) -> bool:
        """Whether it has a place in a rack."""
        return self._place is not None

    @property
    def rack(self) -> Rack:
        """Where it sits."""
        if self._place is None:
            raise ValueError("a seat has no rack while it rests; sit down first")
        return self._place[0]

    @property
    def number(self) -> int:
        """Its place in the rack."""
        return self._place[1] if self._place else 0

    def sit(self, rack: Rack, number: int = 0) -> None:
        """Go on in a free place of a rack."""
        rack.put(number, *self._resting)
        self._place, self._resting = (rack, number), NOWHERE
        self._desk.forget_written()
        self.stirs = 0

    def rise(self) -> None:
        """Rest, in little memory; the place is free."""
        self._drop_plans()
        self._resting = (self.rack.take(self.number), self.now // QUANTUM)
        self.rack.skip_to(self.number, 0)
        self._desk.forget_written()
        self._place = None

    def moment(self) -> Moment:
        """What `return_to` needs to come back to this frame."""
        self._drop_plans()
        return Moment(
            self.now,
            dict(self.values),
            self._style,
            self._section,
            self._wished_style,
            len(self.log),
            self._conductor.state(),
            self._desk.copy(),
            self.rack.take(self.number) if self._place else self._resting[0],
            dict(self._keys.held),
        )

    def return_to(self, moment: Moment, again: Sequence[Change] = ()) -> None:
        """Go back, as if what was rendered and logged since had never been.

        ``again`` is made at its frames: what of the log since shall stay or is still to come.
        """
        self.values = dict(moment.values)
        self._style, self._wished_style = moment.style, moment.wished_style
        self._section = moment.section
        self._sounds = sounds_of(moment.style, moment.section)
        del self.log[moment.changes :]
        self._ahead = deque(again)
        composer = Composer(self.seed, moment.conductor.style, self._library.models)
        self._conductor = Conductor(self.seed, composer, self.values)
        self._conductor.return_to(moment.conductor)
        self._desk = moment.desk.copy()
        self._keys, self._plans = Keys(moment.keys), False
        self._resting = (moment.sound, moment.frame // QUANTUM)
        if self._place is not None:
            self.sit(*self._place)

    @property
    def next_beat(self) -> NextBeat:
        """The beat whose tempo can still be chosen."""
        self._drop_plans()
        return self._conductor.next_beat

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self._conductor.title

    def set_controls(self, changes: Mapping[str, object]) -> dict[str, int]:
        """Check all changes, then log and make each; the frame at which each is heard."""
        return {name: self.make(name, value) for name, value in self.check(changes).items()}

    def check(self, changes: Mapping[str, object]) -> dict[str, Value]:
        """The changes as they are logged, or a `ControlError` or `UnknownNameError`."""
        return self._library.check(changes)

    def make(self, name: str, value: Value) -> int:
        """Log one change, then carry it out; the frame at which it is heard."""
        self._drop_plans()
        now, self.stirs = self.now, 0
        self.log.append(Change(now, name, value))
        if name == SKIP:
            self._conductor.skip()
            return self._conductor.landing_frame("bar", now)
        if name == POSITION:
            self._keys.held.clear()
            self.rack.skip_to(self.number, now // QUANTUM)
            self._conductor.locate(int(value or 0), now, self._wished_style)
            return now
        if name == STROKE:
            place = self.rack, self.number
            self._keys.strike(read_stroke(value), self._style.parts[PART], now, place)
            return now
        if name == EDITION:
            self._wished_style = self._library.styles.edition(str(value))
            return self._conductor.landing_frame("bar", now)
        had_tune = self._player_has_tune
        self.values[name] = value
        if name in EVENTS:
            self._conductor_hears(name, value)
        if self._player_has_tune and (not had_tune or name == CALL):
            self._conductor.give_way()
        if name == "style":
            self._wished_style = self._library.first_style(str(value))
        if self._desk.follow(self.values, self._style, self._section, now // QUANTUM, name):
            return now
        return self._conductor.landing_frame(CONTROLS[name].lands, now)

    @property
    def _player_has_tune(self) -> bool:
        return any(self.values[end] is not None for end in TUNE)

    def _conductor_hears(self, name: str, value: Value) -> None:
        if name == CUE:
            self._conductor.cue(str(value or ""))
            return
        self._conductor.hear(None if value is None else str(value))
        self.values[name] = None  # it was said, and stands for nothing from now on

    def follow(self, changes: Sequence[Change]) -> None:
        """Add to the changes whose time is still to come."""
        self._drop_plans()
        self._ahead = deque(sorted([*self._ahead, *changes], key=lambda change: change.frame))
        self.stirs = 0

    def make_due_changes(self) -> None:
        """Make the changes of a given log whose time has come; then follow edits, if wanted."""
        self._follow_log()
        self.look_around()

    def _follow_log(self) -> None:
        while self._ahead and self._ahead[0].frame <= self.now:
            change = self._ahead.popleft()
            self.make(change.name, change.value)

    def look_around(self) -> None:
        """Log and take the newest edition of the style that was asked for, if that is wanted."""
        if self.follows_edits and not self._ahead:
            newest = self._library.style(self._wished_style.name)
            if newest is not self._wished_style:
                self.make(EDITION, edition_of(newest))

    def stand_by(self, quanta: int) -> int:
        """Make the changes of a given log that are due; up to so many quanta, until the next."""
        self._follow_log()
        if self._ahead:
            return min(quanta, (self._ahead[0].frame - self.now) // QUANTUM)
        return quanta

    def play_ahead(self, quanta: int) -> bool:
        """Plan the notes of some quanta, as far as no change comes; the rack plays them.

        To compose for all listeners of a rack at once, and for more than a block, takes less time:
        what they have in common is at hand.

        Returns
        -------
        Whether a bar had to be composed at once, which `compose_ahead` had not brought.
        """
        quanta, composed = self.stand_by(quanta), self._conductor.bars_at_once
        if self._desk.echo_fades:
            quanta = min(quanta, FADING_QUANTA)
        first = self.now // QUANTUM
        self._plan_until((first + quanta) * QUANTUM, whole_bars=True)
        self._stir_at(self._desk.due(first), first)
        return self._conductor.bars_at_once > composed

    def compose_ahead(self) -> None:
        """Have the bar that comes next composed and read, unless changes are still to come."""
        if not self._ahead and (coming := self._conductor.compose_ahead(self._wished_style)):
            bar, style = coming
            self._readings.read_ahead(bar, sounds_of(style, bar.section))

    def prepare(self, quanta: int) -> None:
        """Have the next block's notes played and its faders set."""
        first = self.now // QUANTUM
        self._plan_until((first + quanta) * QUANTUM)
        self.rack.play_planned(quanta)
        self._stir_at(self._desk.fill(self.number, first, quanta, self.rack.faders), first)

    def _stir_at(self, quantum: int, first: int) -> None:
        """Have nothing to do up to a quantum, unless a beat or a change comes before."""
        frame = self._conductor.next_beat_frame
        if self._ahead:
            frame = min(frame, self._ahead[0].frame)
        self.stirs = min(quantum, frame // QUANTUM) + self.rack.quantum - first

    def _plan_until(self, frame: int, *, whole_bars: bool = False) -> None:
        """Plan every beat that begins before a frame, up to one that brings another echo.

        With ``whole_bars`` the rack plays the other beats of a bar in their time as well, unless a
        change is known to come. Nobody can tell: whoever changes the seat, or asks where it stands,
        drops the plan first.
        """
        conductor, desk, echo = self._conductor, self._desk, self._desk.echo
        rack, number = self.rack, self.number
        while conductor.next_beat_frame < frame and desk.echo == echo:
            due = self._begin_beat()
            frames = [due.beat.start_frame, due.beat.end_frame]
            if whole_bars and not self._ahead and not desk.echo_fades:
                rest = conductor.begin_rest()
                frames += [beat.end_frame for beat in rest]
                self._plans = self._plans or bool(rest)
            rack.plan(number, self._read(due.bar), due.number, tuple(frames), due.from_frame)

    def _drop_plans(self) -> None:
        """Stand where the seat stands when it plays each beat in its time."""
        if self._plans:
            self._plans, self.stirs = False, 0
            self._conductor.take_back(self.now)
            self.rack.forget_planned(self.number)

    def _compose_until(self, frame: int) -> Iterator[Due]:
        """Compose every beat that begins before ``frame``; `_read` knows what plays it."""
        while self._conductor.next_beat_frame < frame:
            yield self._begin_beat()

    def _begin_beat(self) -> Due:
        """Compose the beat that comes next, and let the mixer follow."""
        conductor = self._conductor
        due = conductor.begin_beat(self._wished_style)
        quantum, style, section = due.beat.start_frame // QUANTUM, conductor.style, due.bar.section
        if style is not self._style or section != self._section:
            self._adopt(style, section, quantum)
        self._desk.set_echo(style.mix.echo_beats * 60.0 / conductor.tempo_bpm, quantum)
        self.values[CUE] = conductor.cue_in_force or None  # it may be done
        return due

    def keep_decisions(self) -> list[Decided]:
        """Note from now on how melodies come about, until the seat goes back in time."""
        return self._conductor.keep_decisions()

    def skip_to(self, frame: int) -> None:
        """Go to the quantum at or after a frame without a sound.

        The notes are those of a listener who heard it all; what began earlier does not ring on.
        """
        self._drop_plans()
        end, self.stirs = quantum_at_or_after(frame), 0
        while self.now < end:
            self.make_due_changes()
            stop = min(end, self._ahead[0].frame) if self._ahead else end
            self._conductor.pass_pieces(stop, self._wished_style)
            beats = [
                (due._replace(from_frame=max(due.from_frame, stop)), self._read(due.bar))
                for due in self._compose_until(stop)
                if due.beat.start_frame + due.beat.frames > stop
            ]
            self._keys.held.clear()
            self.rack.skip_to(self.number, stop // QUANTUM)
            for due, reading in beats:
                frames = due.beat.start_frame, due.beat.end_frame
                self.rack.plan(self.number, reading, due.number, frames, due.from_frame)
            self.rack.play_planned(0)

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Go to the bar line of a checkpoint; the log given at the start is followed up to it."""
        self._drop_plans()
        frame, self.stirs = int(checkpoint["frame"]), 0
        while self._ahead and self._ahead[0].frame <= frame:
            self.rack.skip_to(self.number, self._ahead[0].frame // QUANTUM)
            self.make_due_changes()
        self._keys.held.clear()
        self.rack.skip_to(self.number, frame // QUANTUM)
        if "levelling" in checkpoint:
            self.rack.set_levelling(self.number, str(checkpoint["levelling"]))
        self._adopt(self._style_played(str(checkpoint["style"])), "", frame // QUANTUM)
        composer = Composer(self.seed, self._style, self._library.models)
        self._conductor = Conductor(self.seed, composer, self.values)
        self._conductor.restore({k: v for k, v in checkpoint.items() if k != "levelling"})

    def _style_played(self, name: str) -> Style:
        """The edition of a style that the log leads to."""
        wished = self._wished_style
        return wished if wished.name == name else self._library.first_style(name)

    def _adopt(self, style: Style, section: str, at: int) -> None:
        """Let the mixer follow the composer into another style or section."""
        self._style, self._section, self._sounds = style, section, sounds_of(style, section)
        self._desk.follow(self.values, style, section, at)

    def _read(self, bar: Bar) -> Reading:
        """The notes of a bar with what plays them."""
        return self._readings.of(bar, self._sounds)

    def take_bars(self) -> list[TimedBar]:
        """Bars composed since the last call, on the clock."""
        return self._conductor.take_bars()

    def checkpoint(self) -> dict[str, Any]:
        """The composer's state at the newest bar line, and what the leveller has learned."""
        known = {"levelling": self.rack.levelling(self.number)} if self._place else {}
        return self._conductor.checkpoint() | known
