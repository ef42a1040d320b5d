"""A keyboard at the listener's: what it sends moves the session as it would a performance.

The frames of the session are the clock: a message comes with the frame that was heard meanwhile,
and a key sounds a quarter of a second after it, always the same, so that a rhythm stays one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from genmusic.controls.spec import CONTROLS, Value
from genmusic.errors import ProtocolError
from genmusic.midi.mapper import Mapper, Wish
from genmusic.midi.maps import TURNED, Knob, MidiMap, load_map, map_for, shipped_maps, with_knob
from genmusic.midi.messages import Message
from genmusic.midi.place import Place
from genmusic.midi.strokes import Keyboard
from genmusic.midi.zones import Players, Zone, played_keys
from genmusic.names import CUES
from genmusic.server.messages import Asked, Knobs, Learned, Midi, Moved, ServerMessage
from genmusic.session.log import Change
from genmusic.session.requests import Request
from genmusic.session.session import Session
from genmusic.session.strokes import BEND, STROKE, Stroke
from genmusic.units import SAMPLE_RATE, TICKS_PER_BEAT, quantum_at_or_after

NS = 1_000_000_000
KEY_FRAMES = SAMPLE_RATE // 4  # from a key to its sound: what was sent must be sent anew
PENDING_FRAMES = SAMPLE_RATE // 2  # from a wish to its doing, at most
MOST_PORTS = 8
TURN_SECONDS = 0.05  # from a message to a look at what it means: a chord settles in 40 ms
TURNS = 60  # looks after the last message: roles wait for a bar line
STEER = frozenset({"pause", "panic"})  # actions that only the client can carry out

Say = Callable[[ServerMessage], object]
Ask = Callable[[Request], None]


@lru_cache
def _maps() -> tuple[MidiMap, ...]:
    return tuple(load_map(path) for path in shipped_maps().values())


class WebKeyboard:
    """The ports of one listener.

    Parameters
    ----------
    session
        What they move.
    styles
        In the order of program changes.
    ask
        Takes requests.
    say
        Tells the listener.
    ear
        The frame that is heard now.
    """

    def __init__(
        self, session: Session, styles: Sequence[str], ask: Ask, say: Say, ear: Callable[[], int]
    ) -> None:
        self._session, self._styles = session, styles
        self._ask, self._say, self._ear = ask, say, ear
        self._mappers: dict[str, Mapper] = {}
        self._keyboards: dict[str, Keyboard] = {}
        self._learning = ""
        self._zones: tuple[Zone, ...] = (Zone(role="harmony"),)
        self._players = Players(self._zones, self._where)
        self._pending: dict[str, tuple[Value, int]] = {}  # asked for, and until when it may be
        self._turns_left = 0
        self._timer: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """The listener is gone."""
        if self._timer is not None:
            self._timer.cancel()

    # What the listener says

    def choose(self, role: str) -> None:
        """Let the keys be for something else."""
        self._players.clear()
        self._zones = (Zone(role=role),)
        self._move(self._players.turn(self._now_ns() + NS, self._controls()))
        self._players = Players(self._zones, self._where)
        for keyboard in self._keyboards.values():
            self._strike(keyboard.play_on(played_keys(self._zones)), self._ear())

    def learn(self, control: str) -> None:
        """Give the next knob that is turned to a control; an empty name gives up."""
        if control and control not in TURNED:
            raise ProtocolError(f"no knob can turn {control!r:.40}")
        self._learning = control
        for mapper in self._mappers.values():
            mapper.learn(control)

    def remember(self, knobs: Knobs) -> None:
        """Take what was learned of a port before."""
        mapper = self._mapper(knobs.port)
        for knob in knobs.knobs:
            if knob.control not in TURNED:
                raise ProtocolError(f"no knob can turn {knob.control!r:.40}")
            mapper.map = with_knob(mapper.map, Knob(cc=knob.cc, control=knob.control))

    def hear(self, midi: Midi) -> None:
        """Take what came from a port."""
        mapper, keyboard = self._mapper(midi.port), self._keyboards[midi.port]
        for frame, status, first, second in midi.events:
            message = Message(frame * NS // SAMPLE_RATE, status, first, second)
            wish = mapper.read(message, self._controls())
            if wish.is_note:
                self._players.hear(message)
                self._strike(keyboard.hear(message), frame)
                self._bend(keyboard.bend(message), frame)
            self._carry_out(wish, midi.port)
        self._turns_left = TURNS
        self._wait()

    # What it means

    def _mapper(self, port: str) -> Mapper:
        if port not in self._mappers:
            if len(self._mappers) >= MOST_PORTS:
                raise ProtocolError(f"{MOST_PORTS} ports are all that one listener may have")
            mapper = self._mappers[port] = Mapper(map_for(port, _maps()), self._styles)
            mapper.learn(self._learning)
            keyboard = self._keyboards[port] = Keyboard()
            keyboard.play_on(played_keys(self._zones))
        return self._mappers[port]

    def _carry_out(self, wish: Wish, port: str) -> None:
        if wish.learned is not None:
            self.learn("")
            self._say(Learned(port, wish.learned.cc, wish.learned.control))
        self._move(wish.controls)
        if wish.action in CUES:
            self._move({"cue": wish.action})
        elif wish.action == "next_piece":
            self._ask(Request(None, None))
        elif wish.action == "next_style":
            now = self._styles.index(str(self._session.controls()["style"]))
            self._move({"style": self._styles[(now + 1) % len(self._styles)]})
        elif wish.action in STEER:
            self._say(Asked(wish.action))

    def _controls(self) -> dict[str, Value]:
        """The controls as they stand once what was asked for is done."""
        now = self._ear()
        self._pending = {name: row for name, row in self._pending.items() if row[1] > now}
        asked = {name: value for name, (value, _until) in self._pending.items()}
        return self._session.controls() | asked

    def _move(self, controls: Mapping[str, Value]) -> None:
        if controls:
            self._ask(Request(None, dict(controls)))
            until = self._ear() + PENDING_FRAMES
            self._pending |= {name: (value, until) for name, value in controls.items()}
            shown = {name: value for name, value in controls.items() if name in CONTROLS}
            self._say(Moved(self._ear(), shown))

    def _strike(self, strokes: Sequence[tuple[int, int]], frame: int) -> None:
        if strokes:
            self._play([(STROKE, Stroke(*stroke).text) for stroke in strokes], frame)

    def _bend(self, semitones: float | None, frame: int) -> None:
        if semitones is not None:
            self._play([(BEND, semitones)], frame)

    def _play(self, lines: Sequence[tuple[str, Value]], frame: int) -> None:
        """Let hands be heard, always so much later."""
        sounds = quantum_at_or_after(frame + KEY_FRAMES)
        changes = [Change(sounds, name, value) for name, value in lines]
        self._ask(Request(asyncio.Future(), {}, changes))  # an answer that nobody waits for

    # Time

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self._turn)

    def _turn(self) -> None:
        self._timer = None
        self._move(self._players.turn(self._now_ns(), self._controls()))
        self._turns_left -= 1
        if self._turns_left > 0:
            self._wait()

    def _now_ns(self) -> int:
        return self._ear() * NS // SAMPLE_RATE

    def _where(self, time_ns: int) -> Place | None:
        """The place in the music of a moment of the session's own clock."""
        frame = time_ns * SAMPLE_RATE // NS
        bar = self._session.bar_at(frame)
        if bar is None:
            return None
        ticks = bar.bar.beats * TICKS_PER_BEAT
        tick_frames = (bar.end_frame - bar.start_frame) / ticks
        tick = (frame - bar.start_frame) / tick_frames
        return Place(bar.bar.index, tick, ticks, tick_frames * NS / SAMPLE_RATE)
