"""The minutes of a performance: what was played and when, for those who play it again elsewhere.

A line is a change of the engine's log, or a key, at the frame with which it was heard. Lines come
from the thread that plays; another one may read those that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genmusic.controls.spec import Value
from genmusic.midi.events import EventReader, EventRing
from genmusic.midi.strokes import Keyboard
from genmusic.playback.frame_clock import FrameClock
from genmusic.playback.hands import Hands
from genmusic.rules import Style
from genmusic.session.log import EDITION
from genmusic.session.strokes import BEND, STROKE, Stroke
from genmusic.units import SAMPLE_RATE, quantum_at_or_after

MARGIN_FRAMES = SAMPLE_RATE // 20  # 50 ms: by now every key that was struck has been read
YOUNG_FRAMES = 2 * SAMPLE_RATE  # a performance that is played again from its beginning

Line = tuple[int, str, Value]
STYLE = "style"  # the control


class Minutes:
    """Takes down one performance.

    Parameters
    ----------
    hands
        The performer.
    heard
        When frames are heard.
    keys
        Where messages of the keys come from.
    patch
        What they sound with; empty: with the sound of the melody.
    """

    def __init__(self, hands: Hands, heard: FrameClock, keys: EventRing, patch: str = "") -> None:
        self._hands, self._heard = hands, heard
        self._reader, self._keyboard, self._patch = EventReader(keys), Keyboard(), patch
        self._logged = 0
        self._panics = 0
        self.lines: list[Line] = []
        self.end = 0  # no line before it is still to come

    @property
    def paused(self) -> bool:
        """Whether the performer stands still."""
        return self._hands.paused

    @property
    def passed(self) -> Sequence[tuple[int, int]]:
        """From which frame to which one nothing was heard; it only grows."""
        return self._hands.player.passed

    def turn(self, played: range) -> None:
        """Take down what is new, with the keys that sound; a hundred times a second."""
        player = self._hands.player
        end = max(self.end, player.heard_frame - MARGIN_FRAMES)
        self._take_log()
        self._strike(self._keyboard.play_on(played), player.heard_frame)
        messages, lost = self._reader.take()
        for message in messages:
            frame = self._heard.frame_at(message.time_ns)
            self._strike(self._keyboard.hear(message), frame)
            bend = self._keyboard.bend(message)
            if bend is not None:
                self.lines.append((quantum_at_or_after(max(frame, self.end)), BEND, bend))
        if lost or self._hands.panics != self._panics:
            self._panics = self._hands.panics
            self._strike(self._keyboard.clear(), player.heard_frame)
        self.end = end

    def _take_log(self) -> None:
        new = self._hands.player.log[self._logged :]
        self._logged += len(new)
        self.lines += [(c.frame, c.name, c.value) for c in new]

    def _strike(self, strokes: Sequence[tuple[int, int]], frame: int) -> None:
        frame = quantum_at_or_after(max(frame, self.end))
        for pitch, velocity in strokes:
            stroke = Stroke(pitch, velocity, self._patch if velocity else "")
            self.lines.append((frame, STROKE, stroke.text))

    def styles_of(self, lines: Sequence[Line]) -> Iterator[Style]:
        """The styles that lines name, as they were when they were played."""
        library = self._hands.library
        for _, name, value in lines:
            if name == STYLE:
                yield library.first_style(str(value))
            elif name == EDITION:
                yield library.styles.edition(str(value))

    def styles_at(self, opening: Mapping[str, Any]) -> Iterator[Style]:
        """The styles with which an opening goes on: the one that plays, and the one wished for."""
        checkpoint = opening.get("checkpoint") or {"frame": -1}
        begun = tuple(line for line in tuple(self.lines) if line[0] <= checkpoint["frame"])
        for name in {checkpoint.get(STYLE), opening["controls"][STYLE]} - {None}:
            editions = [style for style in self.styles_of(begun) if style.name == name]
            yield editions[-1] if editions else self._hands.library.first_style(name)

    def opening(self) -> tuple[dict[str, Any], int]:
        """Where the performance stands, and the number of the first line that comes after it."""
        player = self._hands.player
        opening: dict[str, Any] = {"seed": player.seed, "frame": self.end}
        if self.end < YOUNG_FRAMES:
            return {**opening, "frame": 0, "controls": player.began_with}, 0
        checkpoint = player.standing()
        bar_line = int(checkpoint["frame"])
        lines = tuple(self.lines)
        before = {name: value for frame, name, value in lines if frame <= bar_line}
        values = {name: before.get(name, value) for name, value in player.began_with.items()}
        later = (number for number, line in enumerate(lines) if line[0] > bar_line)
        opening |= {"controls": values, "checkpoint": checkpoint}
        return opening, next(later, len(lines))
