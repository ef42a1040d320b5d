"""The conductor: asks for each bar when its time comes, and beats the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from genmusic.composition.composer import Composer
from genmusic.composition.state import State
from genmusic.composition.word_credits import Decided
from genmusic.controls.spec import Landing, Value
from genmusic.mood.mapping import MusicalParameters, musical_parameters
from genmusic.names import PARTS
from genmusic.rules import Style, TitleRules
from genmusic.score.events import Bar
from genmusic.session.song import BEATS_UNKNOWN, SIXTEENTHS, NextBeat, Song
from genmusic.session.timed import Beat, TimedBar, beats_of_bar, time_bar
from genmusic.session.titles import title
from genmusic.units import TICKS_PER_BEAT, beat_frames
from genmusic.values import value

MELODY = PARTS.index("melody")


@value
class BarLine:
    """A bar line, and what the composer remembers there."""

    frame: int
    piece: int  # with which the song begins
    beats: int  # of the song before
    composer: State

    def to_json(self) -> dict[str, Any]:
        """The same as a checkpoint."""
        song = [self.piece, self.beats]
        return {"frame": self.frame, "song": song, **self.composer.to_json()}


@dataclass(frozen=True, slots=True)
class ConductorState:
    """A conductor between two beats."""

    style: Style  # of the bar that sounds
    composer: State
    bar_line: BarLine | None
    bar: Bar | None
    parameters: MusicalParameters | None
    beats: tuple[Beat, ...]
    tempo_bpm: float
    next_beat_frame: int
    song: Song


class Due(NamedTuple):
    """A beat whose notes are to be played."""

    bar: Bar
    number: int  # of the beat in its bar
    beat: Beat
    from_frame: int  # notes that start earlier are left out


class Conductor:
    """Bars on the clock of one session.

    The controls are read when a bar or beat begins; whoever moves them renders up to that frame
    first.
    """

    def __init__(self, seed: int, composer: Composer, controls: Mapping[str, Value]) -> None:
        self._seed = seed
        self._composer = composer
        self._controls = controls
        self._bar: Bar | None = None
        self._parameters: MusicalParameters | None = None  # of the current bar
        self._beats: list[Beat] = []  # of the current bar, as played
        self._tempo_bpm = 0.0
        self._bar_line: BarLine | None = None  # the newest
        self._read: tuple[Style, Mapping[str, Value], MusicalParameters] | None = None
        self._announced: list[TimedBar] = []
        self._song = Song()
        self._titled: tuple[int, TitleRules | None, str] = (0, None, "")
        self.next_beat_frame = 0

    @property
    def next_beat(self) -> NextBeat:
        """The beat whose tempo can still be chosen."""
        beats = self._bar.beats if self._bar else BEATS_UNKNOWN
        return NextBeat(self.next_beat_frame, self._song.beats + len(self._beats), beats)

    @property
    def tempo_bpm(self) -> float:
        """The tempo that the newest beat keeps to, or slackens from where a piece closes."""
        return self._tempo_bpm

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        piece = self._composer.piece if self._bar is None else self._bar.piece
        words = self._composer.style.titles
        if self._titled[0] != piece or self._titled[1] is not words:
            self._titled = piece, words, title(self._seed, piece, words)
        return self._titled[2]

    @property
    def style(self) -> Style:
        """The style of the newest bar, in the edition that composed it."""
        return self._composer.style

    @property
    def bars_at_once(self) -> int:
        """Bars that were composed as they began, and not ahead."""
        return self._composer.bars_at_once

    def compose_ahead(self, style: Style) -> tuple[Bar, Style] | None:
        """The bar that comes next, as it is asked for now, and its style."""
        return self._composer.compose_ahead(self._asked(style), style)

    def keep_decisions(self) -> list[Decided]:
        """Note from now on how melodies come about; the list that grows."""
        self._composer.decisions = []
        return self._composer.decisions

    def skip(self) -> None:
        """Begin a new piece, and with it a new song, at the next bar."""
        self._composer.skip()
        self._song = self._song._replace(piece=self._composer.piece)

    def locate(self, sixteenth: int, frame: int, style: Style) -> None:
        """Let a sixteenth of the song begin at a frame, as if all before it had been played.

        The checkpoint stays that of the last bar line before: who restores it comes here again.
        """
        kept, self._bar, self._beats = self._bar_line, None, []
        self._composer.cue("")  # what was asked for elsewhere is not meant here
        self._composer.begin_piece(self._song.piece)
        self._song = Song(self._song.piece, 0, frame)
        beat, quarter = divmod(sixteenth, SIXTEENTHS)
        self._pass_beats(beat, style)
        bar = self._begin_bar(style)
        while self._song.beats + bar.beats <= beat:
            bar = self._begin_bar(style)
        self._tempo_bpm = self._tempo_of(bar)
        paces = self._pace(bar.pace, bar.beats)
        lengths = [beat_frames(self._tempo_bpm * pace) for pace in paces]
        passed = beat - self._song.beats
        self.next_beat_frame = (
            frame - sum(lengths[:passed]) - lengths[passed] * quarter // SIXTEENTHS
        )
        for _ in range(passed):
            self._begin_beat(bar)
        self._bar_line = kept

    def _pass_beats(self, beats: int, style: Style) -> None:
        """Leave out whole pieces that end by a beat of the song."""
        while style is self._composer.style:
            state = self._composer.keep()
            passed = self._composer.pass_piece(self._asked(style), style)
            end = self._song.beats + sum(bar.beats for bar in passed)
            if end > beats:
                self._composer.go_back(state)
                return
            self._song = self._song._replace(beats=end)

    def hear(self, call: str | None) -> None:
        """Answer a call from the next bar on; None breaks off what is being answered."""
        self._composer.hear(call)

    def give_way(self) -> None:
        """Let the melody rest from the next beat on: somebody else has the tune."""
        bar = self._bar
        if bar is None:
            return
        begun = bar.notes["start_tick"] < len(self._beats) * TICKS_PER_BEAT
        kept = begun | (bar.notes["part"] != MELODY)
        if not kept.all():
            self._bar = replace(bar, notes=bar.notes[kept])
            self._announce(self._bar)

    def cue(self, cue: str) -> None:
        """Let a cue be in force from the next bar on; empty: none any more."""
        self._composer.cue(cue)

    @property
    def cue_in_force(self) -> str:
        """The cue that has not been done yet; empty for none."""
        return self._composer.cue_in_force

    def begin_beat(self, style: Style) -> Due:
        """Compose and time the beat that comes next."""
        bar = self._bar
        if bar is None or len(self._beats) == bar.beats:
            bar = self._begin_bar(style)
        beat = self._begin_beat(bar)
        return Due(bar, len(self._beats) - 1, beat, self._song.opens_frame)

    def begin_rest(self) -> list[Beat]:
        """Begin the other beats of the bar, unless one of them has another tempo.

        They are those that come if no control moves; who moves one takes them back before.
        """
        bar = self._bar
        if bar is None or self._tempo_of(bar) != self._tempo_bpm:
            return []
        begun, pace = len(self._beats), self._pace(bar.pace, bar.beats)
        self._beats = beats_of_bar(self._beats, self._tempo_bpm, pace)
        self.next_beat_frame = self._beats[-1].end_frame
        return self._beats[begun:]

    def take_back(self, frame: int) -> None:
        """Have no beat begun that begins at a frame or later, of a bar that began before."""
        while self._beats and self._beats[-1].start_frame >= frame:
            self.next_beat_frame = self._beats.pop().start_frame

    def pass_pieces(self, frame: int, style: Style) -> None:
        """Leave out whole pieces that end by ``frame``, unless a change of style is due."""
        while self._bar is not None and len(self._beats) < self._bar.beats:
            if self.next_beat_frame + 2 * beat_frames(self._tempo_bpm) > frame:
                return
            self._begin_beat(self._bar)
        while style is self._composer.style and not self._composer.is_led:
            state = self._composer.keep()
            song = self._song.after(self._bar, self._composer.piece)
            frames, beats = self._length_of_piece(style)
            end = self.next_beat_frame + frames
            if end > frame:
                self._composer.go_back(state)
                return
            self._song = song._replace(beats=song.beats + beats)
            self.next_beat_frame, self._bar, self._beats = end, None, []
            self._bar_line = self._newest_bar_line()

    def _length_of_piece(self, style: Style) -> tuple[int, int]:
        """Pass the rest of a piece; the frames and the beats that it lasts."""
        wished = self._controls["tempo_bpm"]
        frames = beats = 0
        for passed in self._composer.pass_piece(self._asked(style), style):
            tempo_bpm = passed.tempo_bpm if wished is None else float(wished)
            pace = self._pace(passed.pace, passed.beats)
            frames += sum(beat_frames(tempo_bpm * share) for share in pace)
            beats += passed.beats
        return frames, beats

    def _begin_bar(self, style: Style) -> Bar:
        self._song = self._song.after(self._bar, self._composer.piece)
        self._bar_line = self._newest_bar_line()
        self._parameters = self._asked(style)
        self._bar = bar = self._composer.compose_bar(self._parameters, style)
        self._beats = []
        return bar

    def _asked(self, style: Style) -> MusicalParameters:
        """What the controls ask of the composer; worked out when one has moved."""
        if self._read is None or self._read[0] is not style or self._read[1] != self._controls:
            controls = dict(self._controls)
            self._read = style, controls, musical_parameters(controls, style)
        return self._read[2]

    def _newest_bar_line(self) -> BarLine:
        song = self._song
        return BarLine(self.next_beat_frame, song.piece, song.beats, self._composer.keep())

    def _tempo_of(self, bar: Bar) -> float:
        wished = self._controls["tempo_bpm"]
        return bar.tempo_bpm if wished is None else float(wished)

    def _begin_beat(self, bar: Bar) -> Beat:
        beat_bpm = tempo_bpm = self._tempo_of(bar)
        changed = tempo_bpm != self._tempo_bpm
        self._tempo_bpm = tempo_bpm
        if bar.pace:
            beat_bpm *= self._pace(bar.pace, bar.beats)[len(self._beats)]
        beat = Beat(self.next_beat_frame, beat_frames(beat_bpm), beat_bpm)
        self._beats.append(beat)
        self.next_beat_frame += beat.frames
        if changed or len(self._beats) == 1:
            self._announce(bar)
        return beat

    def _announce(self, bar: Bar) -> None:
        """Tell of a bar that has begun; it may come again, with other frames or fewer notes."""
        if self._parameters:
            pace, beats = self._pace(bar.pace, bar.beats), self._song.beats
            timed = time_bar(
                bar, self._parameters, self.title, self._beats, self._tempo_bpm, pace, beats
            )
            self._announced.append(timed)

    def _pace(self, pace: tuple[float, ...], beats: int) -> tuple[float, ...]:
        """The pace of each beat of a bar; who sets the tempo beats the time alone."""
        return pace if pace and self._controls["tempo_bpm"] is None else (1.0,) * beats

    def landing_frame(self, landing: Landing, now: int) -> int:
        """The frame at which a change made at frame ``now`` takes effect."""
        if landing == "quantum":
            return now
        if landing == "beat" or self._bar is None:
            return self.next_beat_frame
        bar = self._bar
        coming = list(self._pace(bar.pace, bar.beats)[len(self._beats) :])
        for pace in self._composer.coming_paces(landing):
            coming += self._pace(pace, bar.beats)
        return self.next_beat_frame + sum(beat_frames(self._tempo_bpm * p) for p in coming)

    def take_bars(self) -> list[TimedBar]:
        """Bars timed since the last call."""
        announced, self._announced = self._announced, []
        return announced

    def checkpoint(self) -> dict[str, Any]:
        """The state at the newest bar line: its frame and the composer's memory."""
        return self._bar_line.to_json() if self._bar_line else {}

    def restore(self, checkpoint: Mapping[str, Any]) -> None:
        """Go on from a bar line."""
        state = dict(checkpoint)
        self.next_beat_frame = state.pop("frame")
        piece, beats = state.pop("song", (0, 0))
        self._song = Song(int(piece), int(beats))
        self._composer.restore(state)
        self._bar, self._beats = None, []

    def state(self) -> ConductorState:
        """What `return_to` needs to come back to this beat."""
        return ConductorState(
            self._composer.style,
            self._composer.keep(),
            self._bar_line,
            self._bar,
            self._parameters,
            tuple(self._beats),
            self._tempo_bpm,
            self.next_beat_frame,
            self._song,
        )

    def return_to(self, state: ConductorState) -> None:
        """Go back to a beat, with a composer of the style that sounded then."""
        self._composer.go_back(state.composer)
        self._bar_line = state.bar_line
        self._bar, self._beats = state.bar, list(state.beats)
        self._parameters = state.parameters
        self._tempo_bpm = state.tempo_bpm
        self.next_beat_frame = state.next_beat_frame
        self._song = state.song
