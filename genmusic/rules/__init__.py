"""Styles: rule files in TOML."""

from genmusic.rules.backing import keep_to
from genmusic.rules.curves import AXES, Curve
from genmusic.rules.files import (
    load_style,
    read_style_text,
    read_toml,
    shipped_styles,
    styles_in,
)
from genmusic.rules.kinds import Choice, Integer, ListOf, Number, Text
from genmusic.rules.patterns import BassPattern, CompPattern, DrumPattern
from genmusic.rules.phrases import PhraseRules
from genmusic.rules.place import Place
from genmusic.rules.scenario import Scenario
from genmusic.rules.sounds import BandRules, PartRules
from genmusic.rules.style import (
    HOOK_LAYERS,
    SectionRules,
    Style,
    StyleRules,
)
from genmusic.rules.table import MapOf, Table, read_table, rule
from genmusic.rules.titles import TitleRules

__all__ = [
    "AXES",
    "HOOK_LAYERS",
    "BandRules",
    "BassPattern",
    "Choice",
    "CompPattern",
    "Curve",
    "DrumPattern",
    "Integer",
    "ListOf",
    "MapOf",
    "Number",
    "PartRules",
    "PhraseRules",
    "Place",
    "Scenario",
    "SectionRules",
    "Style",
    "StyleRules",
    "Table",
    "Text",
    "TitleRules",
    "keep_to",
    "load_style",
    "read_style_text",
    "read_table",
    "read_toml",
    "rule",
    "shipped_styles",
    "styles_in",
]
