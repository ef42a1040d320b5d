"""The table of patches: a new sound is one entry here."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.errors import UnknownNameError
from genmusic.synthesis.drums import Drum, Kit
from genmusic.synthesis.fm import FmPatch, Pair
from genmusic.synthesis.saws import SawPatch
from genmusic.synthesis.strings import StringPatch
from genmusic.synthesis.voicing import Patch

# Columns of a saw patch: level, attack, decay, sustain, release · cutoff (log2 Hz), follows,
# envelope, brightness, velocity (octaves) · resonance, detune · vibrato.
_SAWS: dict[str, Patch] = {
    "warm-pad": SawPatch(
        4.0, 0.38, 2.5, 0.8, 1.5, 10.1, 0.4, 1.0, 1.3, 0.8, 0.75, 7.0, 4.0, 4.3, 1.2, width=0.8
    ),
    "soft-lead": SawPatch(
        -3.0, 0.05, 1.2, 0.65, 0.45, 10.0, 0.6, 1.0, 1.3, 1.6, 0.9, 4.0, 9.0, 5.1, 0.7, width=0.1
    ),
    "bright-lead": SawPatch(
        -4.0, 0.012, 0.9, 0.6, 0.3, 10.9, 0.6, 1.4, 1.3, 1.5, 1.1, 8.0, 7.0, 5.4, 0.6, width=0.15
    ),
    "saw-bass": SawPatch(2.0, 0.006, 0.7, 0.5, 0.16, 7.9, 0.5, 2.6, 1.1, 1.2, 1.4, 5.0),
    "round-bass": SawPatch(3.0, 0.012, 1.6, 0.6, 0.25, 8.2, 0.6, 1.0, 0.9, 1.0, 0.8, 2.0),
}

_STRINGS: dict[str, Patch] = {
    "nylon": StringPatch(-2.0, 3.2, 0.3, 0.34, 0.3, 0.4, 0.22, width=0.15),
    "harp": StringPatch(-3.0, 5.0, 0.9, 0.22, 0.42, 0.5, 0.35, width=0.5),
}

_FM: dict[str, Patch] = {
    "electric-piano": FmPatch(
        0.0,
        (Pair(0.68, 1.0, 1.0, 0.5, 5.0, 2.6), Pair(0.32, 1.0, 14.0, 0.2, 3.0, 0.5, 3.0)),
        0.003,
        0.28,
        1.2,
        width=0.3,
    ),
    "bell": FmPatch(
        -4.0,
        (Pair(0.6, 1.0, 3.5, 0.4, 6.0, 3.0), Pair(0.4, 2.0, 5.4, 0.22, 3.0, 1.2, 2.0)),
        0.002,
        1.6,
        0.8,
        width=0.4,
    ),
}

_HIGH, _BAND = (0.0, 0.0, 1.0), (0.0, 1.0, 0.3)
_KITS: dict[str, Patch] = {
    "kit": Kit(
        {
            36: Drum(-1.0, 48.0, 1.0, 0.42, 2.3, 0.11, noise=0.22, noise_seconds=0.025,
                     cutoff_octaves=11.2, outputs=(1.0, 0.0, 0.0)),
            37: Drum(-7.0, 820.0, 0.5, 0.05, second_hz=1720.0, second=0.4, noise=0.4,
                     noise_seconds=0.03, cutoff_octaves=11.3, outputs=_BAND),
            38: Drum(-3.0, 186.0, 0.55, 0.16, 0.35, 0.05, 332.0, 0.32, 0.75, 0.24, 11.1, 0.8,
                     (0.0, 0.6, 0.8)),
            39: Drum(-4.0, noise=1.0, noise_seconds=0.18, cutoff_octaves=10.4, resonance=1.6,
                     outputs=_BAND),
            42: Drum(-9.0, noise=1.0, noise_seconds=0.075, cutoff_octaves=12.9, outputs=_HIGH),
            45: Drum(-3.0, 105.0, 0.9, 0.4, 0.6, 0.12, noise=0.1, noise_seconds=0.04,
                     cutoff_octaves=11.0),
            46: Drum(-11.0, noise=1.0, noise_seconds=0.5, cutoff_octaves=12.8, outputs=_HIGH),
            47: Drum(-3.0, 150.0, 0.9, 0.34, 0.6, 0.1, noise=0.1, noise_seconds=0.04,
                     cutoff_octaves=11.0),
            49: Drum(-12.0, noise=1.0, noise_seconds=1.6, cutoff_octaves=12.2, outputs=_HIGH),
            51: Drum(-13.0, 3100.0, 0.16, 0.9, second_hz=4730.0, second=0.12, noise=0.8,
                     noise_seconds=0.7, cutoff_octaves=12.7, outputs=_HIGH),
            70: Drum(-13.0, noise=1.0, noise_seconds=0.06, cutoff_octaves=12.6, outputs=_HIGH),
        },
        instead=42,
    ),
}  # fmt: skip

PATCHES: Mapping[str, Patch] = {**_SAWS, **_STRINGS, **_FM, **_KITS}


def find_patch(name: str) -> Patch:
    """The patch of that name."""
    if name not in PATCHES:
        raise UnknownNameError(f"there is no patch {name!r:.40}; known: {', '.join(PATCHES)}")
    return PATCHES[name]
