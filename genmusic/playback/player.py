"""Music to the device: renders ahead of the ear, in a thread of its own."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from genmusic.controls.spec import Value
from genmusic.playback.ring import AudioRing
from genmusic.session.engine import Change, Engine, TimedBar
from genmusic.session.performances import Performance
from genmusic.session.song import NextBeat
from genmusic.units import QUANTUM, SAMPLE_RATE

BLOCK_QUANTA = 8  # 11 ms: short, so that a changed control is heard soon
AHEAD_SECONDS = 0.15  # a garbage collection and a busy machine fit into it
REST_SECONDS = 0.004
BARS_KEPT = 16
TEMPO_BPM = 120.0  # before the first bar
SWITCH_SECONDS = 0.0005  # kernels let go of the GIL a dozen times a block, and must get it back
FALL = 0.97  # of the meter per block: 23 dB a second


class Player:
    """Plays one engine into a ring until it is stopped."""

    def __init__(
        self, engine: Engine, ring: AudioRing, ahead_seconds: float = AHEAD_SECONDS
    ) -> None:
        self._engine, self._ring = engine, ring
        self.seed, self.began_with = engine.seed, engine.controls()
        self.passed: list[tuple[int, int]] = []  # frames that were rendered and never heard
        self._ahead_frames = round(ahead_seconds * SAMPLE_RATE)
        self._lock = threading.Lock()  # held while a block is rendered or a control is set
        self._stopped = threading.Event()
        self._block = np.zeros((2, BLOCK_QUANTA * QUANTUM), np.float32)
        self._bars: deque[TimedBar] = deque(maxlen=BARS_KEPT)
        self._fresh: deque[TimedBar] = deque(maxlen=BARS_KEPT)
        self.on_bars: list[Callable[[TimedBar], None]] = []  # told of each bar as it is composed
        self._meter = (0.0, 0.0)
        self.jumps: tuple[int, int] = (0, 0)  # so far, and the frame where the music went on
        self._opens = True
        self._turn_seconds = sys.getswitchinterval()
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def start(self) -> None:
        """Begin to render; until `stop`, Python's threads take shorter turns."""
        self._turn_seconds = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread.start()

    def stop(self) -> None:
        """Render no more, and wait until that is so."""
        self._stopped.set()
        self._thread.join()
        sys.setswitchinterval(self._turn_seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._open()
            if self._ring.ahead_frames < self._ahead_frames:
                self.render_block()
            else:
                self._stopped.wait(REST_SECONDS)

    def render_block(self) -> None:
        """Render one block into the ring; the thread's work, for those who keep time themselves."""
        self._open()
        with self._lock:
            self._engine.render(self._block)
            bars = self._engine.take_bars()
            self._bars.extend(bars)
            self._fresh.extend(bars)
            for bar in bars:
                for tell in self.on_bars:
                    tell(bar)
            self._ring.write(self._block)
        left, right = np.abs(self._block).max(axis=1).tolist()
        self._meter = (max(left, self._meter[0] * FALL), max(right, self._meter[1] * FALL))

    def set_controls(self, changes: Mapping[str, object]) -> dict[str, int]:
        """Change controls; the frame at which each is heard."""
        with self._lock:
            return self._engine.set_controls(changes)

    def performance(self) -> Performance:
        """What was asked of the music so far, to render it again."""
        with self._lock:
            log, frames = self._engine.log, self._engine.rendered_end
        return Performance(self.seed, self.began_with, log, frames)

    def controls(self) -> dict[str, Value]:
        """The value of every control."""
        return self._engine.controls()

    @property
    def heard_frame(self) -> int:
        """Where the device is."""
        return self._ring.played

    @property
    def meter(self) -> tuple[float, float]:
        """Left and right peak, linear, falling slowly."""
        return self._meter

    def take_bars(self) -> list[TimedBar]:
        """Bars composed since the last call; one comes again when its tempo changes inside it."""
        return [self._fresh.popleft() for _ in range(len(self._fresh))]

    def bar_now(self) -> TimedBar | None:
        """The bar that is heard."""
        return self.bar_at(self.heard_frame)

    def bar_at(self, frame: int) -> TimedBar | None:
        """The bar that is heard at a frame of not long ago."""
        heard = [bar for bar in tuple(self._bars) if bar.start_frame <= frame]
        return heard[-1] if heard else None

    @property
    def log(self) -> Sequence[Change]:
        """Every change so far; it only grows."""
        return self._engine.seat.log

    def standing(self) -> Mapping[str, Any]:
        """The newest bar line, as `Engine.restore` takes it."""
        with self._lock:
            return self._engine.checkpoint()

    def next_piece(self) -> None:
        """Begin another piece at the next bar."""
        with self._lock:
            self._engine.skip()

    @property
    def next_beat(self) -> NextBeat:
        """The beat whose tempo can still be chosen."""
        return self._engine.next_beat

    @property
    def tempo_bpm(self) -> float:
        """The tempo of the newest bar; before the first, the one that everybody begins with."""
        return self._bars[-1].tempo_bpm if self._bars else TEMPO_BPM

    @property
    def heard_beat(self) -> float:
        """Quarter notes of the song that were heard."""
        bar = self.bar_now()
        return 0.0 if bar is None else bar.beat_at(self.heard_frame)

    def locate(self, sixteenth: int) -> None:
        """Drop what was rendered: the song goes on at one of its sixteenths, at once."""
        self._ring.open(False)
        heard = self.heard_frame
        with self._lock:
            self.passed.append((heard, self._engine.rendered_end))
            self._engine.locate(sixteenth)
            self._bars.clear()
            self._fresh.clear()
            self._ring.forget()
            self.jumps = (self.jumps[0] + 1, self._engine.rendered_end)

    def pause(self, paused: bool) -> None:
        """Fade out and stand still, or go on."""
        self._opens = not paused
        if paused:
            self._ring.open(False)
        else:
            self._open()

    def _open(self) -> None:
        """Go on if that is wanted, but not before what is dropped has faded out."""
        if self._opens and self._ring.is_clear:
            self._ring.open(True)

    def panic(self) -> None:
        """Silence within 10 ms; what comes after it is a new piece."""
        self.pause(True)
        heard = self.heard_frame
        with self._lock:
            self.passed.append((heard, self._engine.rendered_end))
            self._engine.skip()
            self._ring.forget()
