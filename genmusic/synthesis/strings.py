"""Plucked string patches."""

from __future__ import annotations

from dataclasses import dataclass

from genmusic.rules import Number, rule
from genmusic.synthesis import arrays
from genmusic.synthesis.held import NO_AIR_HZ
from genmusic.synthesis.voicing import (
    ANY_SEED,
    RELEASED_TO_SILENCE,
    SIXTY_DB_OCTAVES,
    SOUNDS_TO_SILENCE,
    TOUCHES,
    VELOCITY_GAINS,
    Voicing,
    quanta,
)
from genmusic.units import (
    LOG2_E,
    MIDDLE_C_PITCH,
    SAMPLE_RATE,
    TWO_PI,
    db_to_gain,
    exp2,
    pitch_to_hz,
)
from kernels.strings import LONGEST_PERIOD, SHORTEST_PERIOD

OFF_CENTS = 1.0  # by which a note is out of tune
PLACE_VARIES = 0.2  # share of the pluck's place by which notes differ


@dataclass(frozen=True, slots=True)
class StringPatch:
    """A plucked string, tuned to the frame and its fractions."""

    level_db: float = rule(Number(-40.0, 12.0, "dB"), "loudness")
    ring_seconds: float = rule(Number(0.05, 30.0, "s"), "to -60 dB at middle C while held")
    release_seconds: float = rule(Number(0.01, 10.0, "s"), "from note end to -60 dB")
    damping: float = rule(Number(0.0, 0.5), "how fast the highs die")
    hardness: float = rule(Number(0.02, 1.0), "of the finger")
    brightness: float = rule(Number(0.0, 2.0), "how far brightness moves the hardness", 0.4)
    pluck_place: float = rule(Number(0.0, 0.5), "along the string", 0.2)
    warmth: float = rule(Number(0.0, 0.3), "how fast what is above 1 kHz dies", 0.0)
    ring_follows: float = rule(Number(0.0, 2.0), "octaves of shorter ring per octave", 0.5)
    air_hz: float = rule(
        Number(500.0, NO_AIR_HZ, "Hz"), "from here on the pluck is brighter by 6 dB an octave",
        NO_AIR_HZ,
    )  # fmt: skip
    width: float = rule(Number(0.0, 1.0), "spread of notes between left and right", 0.0)

    @property
    def past(self) -> float:
        """The zero of a filter that brings out the highs of a pluck; 0: it does nothing."""
        if self.air_hz == NO_AIR_HZ:
            return 0.0
        return exp2(-TWO_PI * LOG2_E * self.air_hz / SAMPLE_RATE)

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        turn_frames = SAMPLE_RATE / pitch_to_hz(pitch)
        turn_frames = min(max(turn_frames, SHORTEST_PERIOD + 1.0), float(LONGEST_PERIOD))
        shorter = exp2(-self.ring_follows * (pitch - MIDDLE_C_PITCH) / 12.0)
        ring = self.ring_seconds * shorter
        settings = {
            "turn_frames": turn_frames,
            "held_gain": _gain_of_a_turn(turn_frames, ring),
            "released_gain": _gain_of_a_turn(turn_frames, min(self.release_seconds, ring)),
            "damping": self.damping,
            "warmth": self.warmth,
            "brightness": self.brightness,
            "pluck_place": self.pluck_place,
            "past": self.past,
        }
        touched = {
            "level": db_to_gain(self.level_db) / (1.0 - self.past) * VELOCITY_GAINS,
            "hardness": self.hardness * arrays.exp2(1.5 * TOUCHES),
        }
        varied = {
            "turn_frames": turn_frames * (exp2(OFF_CENTS / 1200.0) - 1.0),
            "pluck_place": PLACE_VARIES * self.pluck_place,
            "seed": ANY_SEED[1],
        }
        whole = {"place": 0, "seed": ANY_SEED[0]}
        release = quanta(RELEASED_TO_SILENCE * self.release_seconds)
        longest = quanta(SOUNDS_TO_SILENCE * ring)
        return Voicing(settings, touched, whole, release, longest, varied=varied)


def _gain_of_a_turn(turn_frames: float, seconds: float) -> float:
    return exp2(-SIXTY_DB_OCTAVES * turn_frames / (seconds * SAMPLE_RATE))
