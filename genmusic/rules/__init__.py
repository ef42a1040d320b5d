"""Styles: rule files in TOML."""

from genmusic.rules.curves import AXES, Curve
from genmusic.rules.files import load_style, shipped_styles
from genmusic.rules.phrases import PhraseRules
from genmusic.rules.style import (
    BassPattern,
    CompPattern,
    DrumPattern,
    PartRules,
    SectionRules,
    Style,
    StyleRules,
)

__all__ = [
    "AXES",
    "BassPattern",
    "CompPattern",
    "Curve",
    "DrumPattern",
    "PartRules",
    "PhraseRules",
    "SectionRules",
    "Style",
    "StyleRules",
    "load_style",
    "shipped_styles",
]
