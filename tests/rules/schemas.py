"""Every table of a style, by the heading under which the documentation lists its keys."""

from dataclasses import MISSING, fields, is_dataclass

from genmusic.names import PITCH_CLASSES
from genmusic.rules import patterns, sounds, style, titles
from genmusic.rules.kinds import Pitch
from genmusic.rules.table import is_required, kind_of

SCHEMAS = {
    "top": style.StyleRules,
    "[parts.NAME]": sounds.PartRules,
    "[parts.NAME.eq]": sounds.BandRules,
    "[titles]": titles.TitleRules,
    "[mix]": sounds.MixRules,
    "[model]": style.ModelRules,
    "[form]": style.FormRules,
    "[sections.LABEL]": style.SectionRules,
    "[sections.LABEL.sounds.NAME]": sounds.SoundRules,
    "[harmony]": style.HarmonyRules,
    "[melody]": style.MelodyRules,
    "[motif]": style.MotifRules,
    "[counter]": style.CounterRules,
    "[comp]": patterns.CompRules,
    "[[comp.patterns]]": patterns.CompPattern,
    "[pad]": patterns.PadRules,
    "[bass]": patterns.BassRules,
    "[[bass.patterns]]": patterns.BassPattern,
    "[drums]": patterns.DrumRules,
    "[[drums.patterns]]": patterns.DrumPattern,
    "[performance]": style.PerformanceRules,
    "[mood]": style.MoodRules,
}


def rows(schema) -> list[str]:
    """The row of the documentation for each key."""
    inner = {name for heading in SCHEMAS for name in [heading.strip("[]").split(".")[0]]}
    return [
        f"| `{entry.name}` | {kind_of(entry).text} | {default_text(entry)} "
        f"| {entry.metadata['text']} |"
        for entry in fields(schema)
        if schema is not style.StyleRules or entry.name not in inner
    ]


def default_text(entry) -> str:
    if is_required(entry):
        return "required"
    value = entry.default if entry.default is not MISSING else entry.default_factory()
    if isinstance(kind_of(entry), Pitch):
        return f"{PITCH_CLASSES[value % 12]}{value // 12 - 1}"
    return plain(value)


def plain(value) -> str:
    """A value as TOML writes it."""
    if value is None:
        return "as the part"
    if is_dataclass(value):
        return "the defaults below"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(plain, value)) + "]"
    if hasattr(value, "items"):
        return "{ " + ", ".join(f"{key} = {plain(v)}" for key, v in value.items()) + " }"
    return f"{value:g}"
