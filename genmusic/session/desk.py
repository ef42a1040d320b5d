"""The hands on the faders: one listener's controls as ramps over quanta."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from genmusic.controls.spec import CONTROLS, FADER_RAMP_SECONDS, Value
from genmusic.mixing.automation import Floats, Ramp
from genmusic.mixing.bands import BAND_NAMES
from genmusic.mixing.faders import (
    ECHO_ROWS,
    LONGEST_ECHO_FRAMES,
    SHORTEST_ECHO_FRAMES,
    Faders,
)
from genmusic.mixing.spaces import HALL, ROOM, Space, turns
from genmusic.names import PARTS
from genmusic.rules import Style
from genmusic.session.strokes import PART
from genmusic.session.targets import STRIP_NAMES, fader_targets
from genmusic.units import QUANTUM, SAMPLE_RATE

BENT = PARTS.index(PART)  # the part that follows the pitch wheel
NEVER = 1 << 60  # a quantum beyond all others
ECHO_FADE_QUANTA = 64  # from one echo time to the next: 85 ms


def _quanta(seconds: float) -> int:
    return max(1, round(seconds * SAMPLE_RATE / QUANTUM))


FADER_QUANTA = _quanta(FADER_RAMP_SECONDS)
_SPACES = {"room_seconds": ROOM, "hall_seconds": HALL}


class Desk:
    """Turns control values into moving faders for one listener of a rack."""

    __slots__ = ("_ramps", "_stale", "echo")

    def __init__(self, controls: Mapping[str, Value], style: Style) -> None:
        targets = fader_targets(controls, style, "")
        self._ramps = {name: Ramp(value) for name, value in targets.items()}
        self._ramps["echo_share"] = Ramp(1.0)
        self._ramps["room_seconds"] = Ramp(style.mix.room_seconds)
        self._ramps["hall_seconds"] = Ramp(style.mix.hall_seconds)
        self.echo = (LONGEST_ECHO_FRAMES, LONGEST_ECHO_FRAMES)
        """Frames of the echo before and of the one now; the next may come when it has faded in."""
        self.forget_written()

    def copy(self) -> Desk:
        """Faders that go on from here on their own."""
        twin = object.__new__(Desk)  # a third of the time that `copy.copy` takes
        twin.echo, twin._ramps = self.echo, dict(self._ramps)
        twin.forget_written()
        return twin

    def forget_written(self) -> None:
        """Write all faders again: they are others, or no longer as this desk left them."""
        self._stale = list(self._ramps)  # faders that do not rest where they were written

    def follow(
        self,
        controls: Mapping[str, Value],
        style: Style,
        label: str,
        at: int,
        changed: str = "style",
    ) -> bool:
        """Aim the faders at what the controls ask for; True if one of them has to move.

        ``label`` names the section, ``at`` is the quantum at which the faders leave, ``changed``
        the control that decides how fast.
        """
        length = max(FADER_QUANTA, _quanta(CONTROLS[changed].ramp_seconds))
        ramps, targets = self._ramps, fader_targets(controls, style, label)
        moved = [name for name, target in targets.items() if target != ramps[name].target]
        for name in moved:
            self._aim(name, targets[name], at, length)
        self._aim("room_seconds", style.mix.room_seconds, at, FADER_QUANTA)
        self._aim("hall_seconds", style.mix.hall_seconds, at, FADER_QUANTA)
        return bool(moved)

    def _aim(self, name: str, target: float, at: int, length: int) -> None:
        if target != self._ramps[name].target:
            self._ramps[name] = self._ramps[name].aimed(target, at, length)
            if name not in self._stale:
                self._stale.append(name)

    @property
    def echo_fades(self) -> bool:
        """Whether one echo may still fade into another."""
        return "echo_share" in self._stale

    def set_echo(self, seconds: float, at: int) -> None:
        """Cross-fade to another echo time, halved until it fits the line."""
        frames = round(seconds * SAMPLE_RATE)
        while frames > LONGEST_ECHO_FRAMES:
            frames //= 2
        frames = max(frames, SHORTEST_ECHO_FRAMES)
        if frames != self.echo[1]:
            self.echo = (self.echo[1], frames)
            self._ramps["echo_share"] = Ramp(0.0)
            self._aim("echo_share", 1.0, at, ECHO_FADE_QUANTA)

    def fill(self, listener: int, first: int, quanta: int, faders: Faders) -> int:
        """Write this listener's faders for a block that begins at quantum ``first``.

        Faders that rest are as they were written the last time.

        Returns
        -------
        The quantum from which on something has to be written again.
        """
        if self._stale:
            self._fill_stale(listener, first, quanta, faders)
        return self.due(first + quanta)

    def due(self, quantum: int) -> int:
        """The quantum from which on something has to be written, if it is not at once."""
        return quantum if self._stale else NEVER

    def _fill_stale(self, listener: int, first: int, quanta: int, faders: Faders) -> None:
        """Write the faders that move, and for blocks of any length those that have arrived."""
        faders.echo_delays[listener] = self.echo
        moving = []
        for name in self._stale:
            self._ramps[name] = ramp = self._ramps[name].since(first)
            place = _place(name, listener, faders)
            if ramp.legs:
                moving.append(name)
                place = place[: quanta + 1]
            if name in _SPACES:
                _fill_space(_SPACES[name], ramp, first, place)
            else:
                ramp.fill(first, place)
        self._stale = moving
        faders.moving[listener] = bool(moving)


def _where() -> Iterator[tuple[str, tuple[str, int, int, int | None]]]:
    """For each ramp the field of `Faders`, rows of a listener there, which of them, and its row."""
    for name in ("room_wet", "hall_wet", "brightness"):
        yield name, (name, 1, 0, None)
    yield "room_seconds", ("rooms", 1, 0, None)
    yield "hall_seconds", ("halls", 1, 0, None)
    yield "release", ("releases", 1, 0, None)
    yield "bend", ("bends", len(PARTS), BENT, None)
    for row, name in enumerate(ECHO_ROWS):
        yield name, ("echoes", 1, 0, row)
    for number, part in enumerate(PARTS):
        for field, names in (("strips", STRIP_NAMES), ("bands", BAND_NAMES)):
            for row, name in enumerate(names):
                yield f"{part}.{name}", (field, len(PARTS), number, row)


_WHERE = dict(_where())
_COLUMNS = ("gain", "wanted")  # which have a column for each listener


def _place(name: str, listener: int, faders: Faders) -> Floats:
    """Where a ramp's values are written."""
    if name in _COLUMNS:
        column: Floats = getattr(faders, name)[:, listener]
        return column
    field, each, number, row = _WHERE[name]
    place: Floats = getattr(faders, field)[listener * each + number]
    return place if row is None else place[row]


def _fill_space(space: Space, seconds: Ramp, first: int, out: Floats) -> None:
    """Write a space's gains, quantum by quantum where they move."""
    if not seconds.legs:
        out[:] = turns(space, seconds.target)
        return
    for q in range(len(out)):
        out[q] = turns(space, seconds.value(first + q))
