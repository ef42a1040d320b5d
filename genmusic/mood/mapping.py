"""Controls to mood to what the composer and the mixer need, by the curves of a style.

Valence moves mode, register and harmony; arousal tempo, density and loudness; tension dissonance.
The cues add up with hardly any interaction (Eerola, Friberg and Bresin 2013), so each parameter
follows one axis of the mood, and the listener's knobs are added on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.controls.spec import CONTROLS, Value
from genmusic.names import PITCH_CLASSES
from genmusic.rules import Curve, Style
from genmusic.score.harmony import Chord, read_chord
from genmusic.units import exp2

NEUTRAL = 0.5  # where a 0..1 knob adds nothing
DENSITY_OCTAVES = 2.0  # the density knob from end to end: four times as many notes
LOUDNESS_REACH_DB = 0.5  # at the ends of arousal: streams stay within 1 LU of one loudness
DYNAMICS_VELOCITY = 48.0  # the dynamics knob from end to end
DYNAMICS_DB = 5.0  # the same, in loudness
LOWEST_KEY, HIGHEST_KEY = 0, 127
BRIGHTNESS_REACH = 0.8  # the brightness knob from end to end, in brightness


@dataclass(frozen=True, slots=True)
class MusicalParameters:
    """What the composer reads at each bar."""

    tempo_bpm: float
    notes_per_second: float  # of the melody
    major_share: float  # 0..1
    gate: float  # share of its time that a note sounds, 0..1
    register_shift: float  # semitones added to the melody's centre
    dissonance: float  # share of chords that tension colours, 0..1
    velocity: float  # 1..127, of a plain note
    density: float  # how much the accompaniment plays, 0..1
    novelty: float  # 0..1
    humanize: float  # 0..1
    key: int | None  # pitch class of the tonic; None: the composer decides
    mode: str | None  # None: the composer decides
    length_bars: int  # of the music; 0: it goes on
    chord: Chord | None  # of the whole bar; None: the composer decides
    tune: tuple[int, int] | None  # lowest and highest key of a player who has it; None: nobody


@dataclass(frozen=True, slots=True)
class SoundParameters:
    """What sounding parts follow without a step; the engine ramps between two of these."""

    level_db: float  # what the mood's texture needs to be as loud as another's
    loudness_db: float  # what the listener shall hear above or below the usual loudness
    brightness: float  # 0..1
    space: float  # 0..1


def musical_parameters(controls: Mapping[str, Value], style: Style) -> MusicalParameters:
    """The composer's parameters; a tempo, key or mode that is set wins over the mood."""
    mood = style.mood
    density = _number(controls, "density")
    tempo, key = controls["tempo_bpm"], controls["key"]
    mode, chord = controls["mode"], controls["chord"]
    return MusicalParameters(
        tempo_bpm=_follow(mood.tempo_bpm, controls) if tempo is None else _as_number(tempo),
        notes_per_second=_follow(mood.notes_per_second, controls)
        * exp2((density - NEUTRAL) * DENSITY_OCTAVES),
        major_share=_follow(mood.major_share, controls),
        gate=_follow(mood.gate, controls),
        register_shift=_follow(mood.register_shift, controls),
        dissonance=_follow(mood.dissonance, controls),
        velocity=_clamp_velocity(
            _follow(mood.velocity, controls)
            + _off_neutral(controls, "dynamics") * DYNAMICS_VELOCITY
        ),
        density=_clamp(_follow(mood.density, controls) + (density - NEUTRAL)),
        novelty=_number(controls, "novelty"),
        humanize=_number(controls, "humanize"),
        key=None if key is None else PITCH_CLASSES.index(str(key)),
        mode=None if mode is None else str(mode),
        length_bars=int(_number(controls, "length_bars")),
        chord=None if chord is None else read_chord(str(chord)),
        tune=_tune(controls),
    )


def sound_parameters(controls: Mapping[str, Value], style: Style) -> SoundParameters:
    """Levels, brightness and space of the sound."""
    knob = (_number(controls, "brightness") - NEUTRAL) * BRIGHTNESS_REACH
    return SoundParameters(
        level_db=_follow(style.mood.level_db, controls),
        loudness_db=_number(controls, "arousal") * LOUDNESS_REACH_DB
        + _off_neutral(controls, "dynamics") * DYNAMICS_DB,
        brightness=_clamp(_follow(style.mood.brightness, controls) + knob),
        space=_number(controls, "space"),
    )


def _tune(controls: Mapping[str, Value]) -> tuple[int, int] | None:
    """The keys of a player who has the tune; an end that is not set is that of all keys."""
    ends = controls["tune_low"], controls["tune_high"]
    if ends == (None, None):
        return None
    low, high = (
        outermost if end is None else round(_as_number(end))
        for end, outermost in zip(ends, (LOWEST_KEY, HIGHEST_KEY), strict=True)
    )
    return min(low, high), max(low, high)


def _off_neutral(controls: Mapping[str, Value], name: str) -> float:
    return _number(controls, name) - NEUTRAL


def _clamp_velocity(velocity: float) -> float:
    return min(127.0, max(1.0, velocity))


def _follow(curve: Curve, controls: Mapping[str, Value]) -> float:
    return curve.at(_number(controls, curve.by))


def _number(controls: Mapping[str, Value], name: str) -> float:
    return _as_number(controls.get(name, CONTROLS[name].default))


def _as_number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _clamp(share: float) -> float:
    return min(1.0, max(0.0, share))
