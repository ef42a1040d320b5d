"""The engine: the whole chain of one listener, from controls to sound.

    controls -> mood -> composition -> score -> synthesis -> mixing

A piece is a function of seed, initial controls and control log; the same three give the same
samples, in blocks of any length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.composer import Composer
from genmusic.controls.spec import CONTROLS, Value, check_changes, defaults
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.session.conductor import Conductor, DueNote
from genmusic.session.desk import Desk
from genmusic.session.library import Library
from genmusic.session.log import SKIP, Change
from genmusic.session.rack import Rack
from genmusic.session.timed import TimedBar
from genmusic.synthesis.orchestra import PlayedNote
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM

__all__ = ["Change", "Engine", "TimedBar"]

Floats = NDArray[np.float32]


class Engine:
    """One listener's music.

    Parameters
    ----------
    library
        Styles and models, shared.
    seed
        Names the piece.
    controls
        Values to begin with; the others are at their defaults.
    log
        Changes that take effect while rendering, as a receipt holds them.
    """

    def __init__(
        self,
        library: Library,
        seed: int,
        controls: Mapping[str, object] | None = None,
        log: Sequence[Change] = (),
    ) -> None:
        self.seed = seed
        self.log: list[Change] = []
        self._library = library
        self._controls = defaults() | check_changes(controls or {})
        self._style = library.style(str(self._controls["style"]))
        self._wished_style = self._style
        self._ahead = deque(sorted(log, key=lambda change: change.frame))
        composer = Composer(seed, self._style, library.model)
        self._conductor = Conductor(seed, composer, self._controls)
        self._desk = Desk(self._controls, self._style)
        self._rack = Rack()
        self._rack.set_reverb(0, self._style.reverb_seconds)

    @property
    def rendered_end(self) -> int:
        """Frames rendered so far: where the next change takes effect."""
        return self._rack.rendered_end

    @property
    def title(self) -> str:
        """The name of the piece that plays."""
        return self._conductor.title

    def controls(self) -> dict[str, Value]:
        """The value of every control."""
        return dict(self._controls)

    def set_controls(self, changes: Mapping[str, object]) -> dict[str, int]:
        """Log changes at the end of what is rendered, then make them.

        Returns
        -------
        For each control the frame at which it is heard.

        Raises
        ------
        ControlError, UnknownNameError
            Nothing is changed if one of the values is wrong.
        """
        checked = check_changes(changes)
        if "style" in checked:
            self._library.style(str(checked["style"]))
        return {name: self._make(name, value) for name, value in checked.items()}

    def skip(self) -> int:
        """Begin a new piece; returns the frame of the bar at which it begins."""
        return self._make(SKIP, None)

    def _make(self, name: str, value: Value) -> int:
        """Log one change, then carry it out; returns the frame at which it is heard."""
        now = self.rendered_end
        self.log.append(Change(now, name, value))
        if name == SKIP:
            self._conductor.skip()
            return self._conductor.landing_frame("bar", now)
        self._controls[name] = value
        if name == "style":
            self._wished_style = self._library.style(str(value))
        if self._desk.follow(self._controls, self._style, now // QUANTUM, name):
            return now
        return self._conductor.landing_frame(CONTROLS[name].lands, now)

    def render(self, out: Floats) -> None:
        """Write the next block.

        Parameters
        ----------
        out : (2, frames) float32, written in full
            Left and right, ±1 full scale; ``frames`` is a whole number of quanta.
        """
        done, frames = 0, out.shape[1]
        while done < frames:
            self._make_due_changes()
            quanta = self._quanta_until(self.rendered_end + frames - done)
            block = self._render_block(quanta)
            out[:, done : done + quanta * QUANTUM] = block
            done += quanta * QUANTUM

    def _make_due_changes(self) -> None:
        while self._ahead and self._ahead[0].frame <= self.rendered_end:
            change = self._ahead.popleft()
            self._make(change.name, change.value)

    def _quanta_until(self, end: int) -> int:
        """Quanta that can be rendered in one go: no change lies inside."""
        if self._ahead:
            end = min(end, self._ahead[0].frame)
        return min((end - self.rendered_end) // QUANTUM, MAX_BLOCK_QUANTA)

    def _render_block(self, quanta: int) -> Floats:
        first = self.rendered_end // QUANTUM
        self._compose_until((first + quanta) * QUANTUM)
        self._desk.fill(0, first, self._rack.faders(quanta))
        block: Floats = self._rack.render(quanta)[0]
        return block

    def _compose_until(self, frame: int) -> None:
        """Have every beat that begins before ``frame`` composed, and its notes played."""
        began = self._conductor.next_beat_frame
        for bar, notes in self._conductor.play_until(frame, self._wished_style):
            if bar.style != self._style.name:
                self._adopt(self._library.style(bar.style), began // QUANTUM)
            echo_seconds = self._style.echo_beats * 60.0 / self._conductor.tempo_bpm
            self._desk.set_echo(echo_seconds, began // QUANTUM)
            for note in notes:
                self._play(note)
            began = self._conductor.next_beat_frame

    def _adopt(self, style: Style, at: int) -> None:
        """Let the mixer follow the composer into another style."""
        self._style = style
        self._desk.follow(self._controls, style, at)
        self._rack.set_reverb(0, style.reverb_seconds)

    def _play(self, note: DueNote) -> None:
        rules = self._style.parts[PARTS[note.part]]
        played = PlayedNote(
            note.start_frame,
            note.gate_frames,
            note.part,
            rules.patch,
            note.pitch,
            note.velocity,
            rules.pan,
        )
        self._rack.play(0, played)

    def take_bars(self) -> list[TimedBar]:
        """Bars composed since the last call, on the clock.

        A bar comes again, with new frames, when the tempo changes inside it.
        """
        return self._conductor.take_bars()

    def checkpoint(self) -> dict[str, Any]:
        """The composer's state at the newest bar line: small, JSON-able."""
        return self._conductor.checkpoint()
