"""What the keys of the terminal do to the music."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from genmusic.controls.spec import CONTROLS
from genmusic.playback.player import Player

STEP = 0.1  # of a control for each press
QUIT = "q"


@dataclass(slots=True)
class Hands:
    """One performer at the keys."""

    player: Player
    styles: Sequence[str]
    paused: bool = False
    notice: str = ""
    _actions: Mapping[str, Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._actions = {
            "right": lambda: self._move("valence", STEP),
            "left": lambda: self._move("valence", -STEP),
            "up": lambda: self._move("arousal", STEP),
            "down": lambda: self._move("arousal", -STEP),
            "t": lambda: self._move("tension", -STEP),
            "T": lambda: self._move("tension", STEP),
            "s": self._next_style,
            "n": self._next_piece,
            " ": self._pause,
            "p": self._panic,
        }

    def press(self, key: str) -> None:
        """Do what a key is for; one without a meaning does nothing."""
        if key in self._actions:
            self._actions[key]()

    def _move(self, name: str, step: float) -> None:
        control = CONTROLS[name]
        value = float(self.player.controls()[name] or 0.0) + step
        self.player.set_controls({name: round(min(control.high, max(control.low, value)), 3)})
        self.notice = ""

    def _next_style(self) -> None:
        now = self.styles.index(str(self.player.controls()["style"]))
        style = self.styles[(now + 1) % len(self.styles)]
        self.player.set_controls({"style": style})
        self.notice = f"{style} comes with the next section"

    def _next_piece(self) -> None:
        self.player.next_piece()
        self.notice = "another piece begins at the next bar"

    def _pause(self) -> None:
        self.paused = not self.paused
        self.player.pause(self.paused)
        self.notice = ""

    def _panic(self) -> None:
        self.paused = True
        self.player.panic()
        self.notice = "silence; space plays on"
