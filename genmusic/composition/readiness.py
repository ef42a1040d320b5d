"""Readiness: what a style and its model need is worked out before a bar has to wait for it."""

from __future__ import annotations

from genmusic.composition import bass, comp, drums, harmony, rhythm
from genmusic.composition.accompaniment import ways_of
from genmusic.composition.metre import metre
from genmusic.composition.model import Model
from genmusic.rules import Style


def make_ready(style: Style, model: Model) -> None:
    """Make the tables of a style and of its model, unless they are made."""
    model.make_ready()
    for table in (ways_of, bass.patterns_of, comp.patterns_of, drums.patterns_of, drums.fills_of):
        table(style)
    for name in style.form.metres:
        rhythm.taste_of(model, style.melody, metre(name))
    for modes in (style.harmony.bright_modes, style.harmony.dark_modes):
        for mode in modes:
            harmony.make_ready(model, style.harmony, mode)
