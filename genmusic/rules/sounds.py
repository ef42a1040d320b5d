# ruff: noqa: RUF009 - rule() makes a dataclass field
"""How a style sounds: patches, the strips of the mixer, and the effects that all parts share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from genmusic.rules.kinds import Number, Pitch, Text
from genmusic.rules.table import Table, rule

SHARE = Number(0.0, 1.0)
PAN = Number(-1.0, 1.0)
LEVEL = Number(-60.0, 6.0, "dB")
BAND = Number(-18.0, 18.0, "dB")


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRules:
    """The equaliser of a part."""

    low_db: float = rule(BAND, "level of the lows", 0.0)
    low_hz: float = rule(Number(20.0, 1000.0, "Hz"), "where the lows end", 200.0)
    mid_db: float = rule(BAND, "level of a bell between them", 0.0)
    mid_hz: float = rule(Number(100.0, 10_000.0, "Hz"), "the middle of the bell", 1000.0)
    mid_q: float = rule(Number(0.3, 8.0), "how narrow the bell is", 0.8)
    high_db: float = rule(BAND, "level of the highs", 0.0)
    high_hz: float = rule(Number(1000.0, 16_000.0, "Hz"), "where the highs begin", 5000.0)


DUCK = Number(0.0, 24.0, "dB")
DUCK_TEXT = "how far each kick pushes it down"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRules:
    """A line of the score: its sound, its place in the mix, its range, and when it plays."""

    patch: str = rule(Text(40), "the sound, by the name of a patch")
    level_db: float = rule(LEVEL, "fader", 0.0)
    pan: float = rule(PAN, "left to right", 0.0)
    room: float = rule(SHARE, "share sent to the room", 0.0)
    hall: float = rule(SHARE, "share sent to the hall", 0.2)
    echo: float = rule(SHARE, "share sent to the echo", 0.0)
    chorus: float = rule(SHARE, "share sent to the chorus", 0.0)
    duck_db: float = rule(DUCK, DUCK_TEXT, 0.0)
    eq: BandRules = rule(Table(BandRules), "three bands", BandRules())
    low: int = rule(Pitch(), "lowest pitch", 36)
    high: int = rule(Pitch(), "highest pitch, an octave or more above the lowest", 84)
    from_density: float = rule(SHARE, "the part rests while the density is below this", 0.0)
    velocity: float = rule(Number(-40.0, 40.0), "louder or softer than the mood says", 0.0)
    late_ticks: float = rule(Number(-40.0, 40.0, "ticks"), "behind the beat, or ahead of it", 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRules:
    """What sounds otherwise in a section; what is not said is as the part has it."""

    patch: str | None = rule(Text(40), "the sound, by the name of a patch", None)
    level_db: float | None = rule(LEVEL, "fader", None)
    pan: float | None = rule(PAN, "left to right", None)
    room: float | None = rule(SHARE, "share sent to the room", None)
    hall: float | None = rule(SHARE, "share sent to the hall", None)
    echo: float | None = rule(SHARE, "share sent to the echo", None)
    chorus: float | None = rule(SHARE, "share sent to the chorus", None)
    duck_db: float | None = rule(DUCK, DUCK_TEXT, None)
    eq: BandRules | None = rule(Table(BandRules), "three bands", None)

    def over(self, part: PartRules) -> PartRules:
        """The part as it sounds here."""
        given = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return replace(part, **{name: value for name, value in given.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class MixRules:
    """The effects that all parts share."""

    room_seconds: float = rule(Number(0.1, 2.0, "s"), "time the room takes to die away", 0.5)
    hall_seconds: float = rule(Number(0.1, 20.0, "s"), "time the hall takes to die away", 2.0)
    echo_beats: float = rule(Number(0.0625, 4.0, "beats"), "time of the echo", 0.75)
    echo_feedback: float = rule(Number(0.0, 0.9), "what is left of it each time", 0.42)
    echo_hall: float = rule(SHARE, "share of the echo sent to the hall", 0.25)
    duck_seconds: float = rule(Number(0.03, 2.0, "s"), "time in which parts come back", 0.25)
