"""Where every fader belongs: what controls and style ask of the mixer, as plain numbers by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple

from genmusic.composition.style_tables import of_style
from genmusic.controls.spec import Value
from genmusic.mixing.bands import BAND_NAMES, bands
from genmusic.mood.mapping import sound_parameters
from genmusic.names import PARTS
from genmusic.rules import PartRules, Style
from genmusic.units import SAMPLE_RATE, db_to_gain

MASTER_DB = 7.0  # brings the shipped styles near -16 LUFS before the leveller has listened
SEMITONES = 12.0  # of an octave
MUTED_DB = -60.0  # a fader at its end is silence
HALL_DB = -19.0  # of what the hall gives, with space at one half
HALL_SPACE_DB = 24.0  # from the driest to the widest
ROOM_DB = -16.0
ROOM_SPACE_DB = 12.0
REST = dict.fromkeys(BAND_NAMES, 0.0) | {"low_pace": 1.0, "mid_pace": 1.0, "mid_width": 1.0}
SENDS = ("room", "hall", "echo", "chorus")
STRIP_NAMES = ("gain", *SENDS, "duck")
"""In the order of the rows of a strip."""


def fader_targets(controls: Mapping[str, Value], style: Style, label: str) -> dict[str, float]:
    """Every fader of a listener who is in the section of that label."""
    strips = _strips(style)
    return {
        **dict(_of_all(controls, style)),
        **strips.get(label, strips[""]),
        **dict(_moved_gains(controls, style, label)),
    }


def _of_all(controls: Mapping[str, Value], style: Style) -> Iterator[tuple[str, float]]:
    """The faders that all parts share."""
    sound = sound_parameters(controls, style)
    yield "gain", db_to_gain(MASTER_DB + sound.level_db)
    yield "wanted", db_to_gain(sound.loudness_db)
    yield "brightness", sound.brightness
    yield "bend", float(controls["bend"] or 0.0) / SEMITONES
    wide = sound.space - 0.5
    yield "hall_wet", db_to_gain(HALL_DB + wide * HALL_SPACE_DB) if sound.space > 0.0 else 0.0
    yield "room_wet", db_to_gain(ROOM_DB + wide * ROOM_SPACE_DB) if sound.space > 0.0 else 0.0
    yield "release", style.mix.duck_seconds * SAMPLE_RATE
    yield "echo_feedback", style.mix.echo_feedback
    yield "echo_hall", style.mix.echo_hall


@of_style
def _strips(style: Style) -> Mapping[str, Mapping[str, float]]:
    """The faders of all strips in each section, where the listener has not moved them."""
    sections = {label: style.parts_in(label) for label in ("", *style.sections)}
    return {
        label: {row: v for name in PARTS for row, v in _strip(name, parts.get(name))}
        for label, parts in sections.items()
    }


def _moved_gains(
    controls: Mapping[str, Value], style: Style, label: str
) -> Iterator[tuple[str, float]]:
    """The gains of the parts whose faders the listener has moved or shut."""
    somebody_solo = any(controls[f"{name}.solo"] for name in PARTS)
    for name in PARTS:
        silent = controls[f"{name}.mute"] or (somebody_solo and not controls[f"{name}.solo"])
        fader_db = float(controls[f"{name}.level_db"] or 0.0)
        part = style.parts_in(label).get(name) if silent or fader_db else None
        if part is not None:
            shut = silent or fader_db <= MUTED_DB
            yield f"{name}.gain", 0.0 if shut else db_to_gain(part.level_db + fader_db)


def _strip(name: str, part: PartRules | None) -> Iterator[tuple[str, float]]:
    if part is None:
        yield from ((f"{name}.{row}", 0.0) for row in STRIP_NAMES)
        yield from ((f"{name}.{band}", rest) for band, rest in REST.items())
        return
    yield f"{name}.gain", db_to_gain(part.level_db)
    yield from ((f"{name}.{send}", getattr(part, send)) for send in SENDS)
    yield f"{name}.duck", 1.0 - db_to_gain(-part.duck_db)
    coefficients = bands(*astuple(part.eq))
    yield from ((f"{name}.{band}", v) for band, v in zip(BAND_NAMES, coefficients, strict=True))
