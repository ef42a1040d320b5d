"""What a performer's hands do to the music, be it with keys, knobs or buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from genmusic.controls.spec import CONTROLS, Value
from genmusic.names import CUES
from genmusic.playback.player import Player
from genmusic.session.library import Library

STEP = 0.1  # of a control for each press of a key

NOTICES: Mapping[str, str] = {
    "next_section": "the next section begins at the bar line",
    "build": "four bars that lead into the next section",
    "break": "bass and drums rest until the section is over",
    "hold": "the section comes again and again, until the same key lifts it",
    "ending": "the piece ends in two bars; the same key, or the next piece, lets it go on",
}
"""What each cue does, for people."""


@dataclass(slots=True)
class Hands:
    """One performer."""

    player: Player
    library: Library
    paused: bool = False
    panics: int = 0  # so far
    notice: str = ""  # what the last action means for the ear
    _actions: Mapping[str, Callable[[], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._actions = {
            "next_piece": self._next_piece,
            "next_style": self._next_style,
            "pause": self._pause,
            "panic": self._panic,
            **{cue: partial(self._give_cue, cue) for cue in CUES},
        }

    def act(self, action: str) -> None:
        """Do what one of `genmusic.midi.maps.ACTIONS` says."""
        self._actions[action]()

    @property
    def styles(self) -> Sequence[str]:
        """The names of all styles, in the order of program changes."""
        return tuple(self.library.styles)

    def patches(self, style: str) -> Mapping[str, str]:
        """The patch of each part in a style."""
        return patches_of(self.library, style)

    def set(self, changes: Mapping[str, Value]) -> None:
        """Move controls."""
        self.player.set_controls(changes)
        self.notice = (
            f"{changes['style']} comes with the next section" if "style" in changes else ""
        )

    def step(self, name: str, steps: int) -> None:
        """Move a control by some steps, as far as its range goes."""
        control = CONTROLS[name]
        value = float(self.player.controls()[name] or 0.0) + steps * STEP
        self.set({name: round(min(control.high, max(control.low, value)), 3)})

    def _next_style(self) -> None:
        now = self.styles.index(str(self.player.controls()["style"]))
        self.set({"style": self.styles[(now + 1) % len(self.styles)]})

    def _next_piece(self) -> None:
        self.player.next_piece()
        self.notice = "another piece begins at the next bar"

    def _pause(self) -> None:
        self.pause(not self.paused)

    def pause(self, paused: bool) -> None:
        """Stand still, or go on."""
        self.paused = paused
        self.player.pause(paused)
        self.notice = ""

    def locate(self, sixteenth: int) -> None:
        """Drop what was to come, and go on at a sixteenth of the song."""
        self.player.locate(sixteenth)

    def _give_cue(self, cue: str) -> None:
        """Ask for a cue, or lift it when it is in force."""
        lifted = self.player.controls()["cue"] == cue
        self.set({"cue": None if lifted else cue})
        self.notice = NOTICES[cue] if not lifted else f"no {cue.replace('_', ' ')} any more"

    def _panic(self) -> None:
        self.paused = True
        self.player.panic()
        self.panics += 1
        self.notice = "silence; pause again to play on"


def patches_of(library: Library, style: str) -> Mapping[str, str]:
    """The patch of each part in a style."""
    return {name: part.patch for name, part in library.style(style).parts.items()}
