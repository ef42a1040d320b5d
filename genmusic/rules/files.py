"""Style files: reading, inheritance, and what must hold between keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from genmusic.errors import RuleError
from genmusic.rules.kinds import Steps, nearest
from genmusic.rules.patterns import STEPS_OF_METRE
from genmusic.rules.place import Place
from genmusic.rules.style import Style, StyleRules
from genmusic.rules.table import kind_of, read_table

SIZE_LIMIT = 100_000  # bytes; the shipped styles are under 10 000
OCTAVE = 12

_STYLES = Path(__file__).parent.parent / "styles"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TOML_LINE = re.compile(r" \(at line (\d+), column \d+\)")


def shipped_styles() -> dict[str, Path]:
    """The files of the styles that come with the product, by name."""
    return styles_in(_STYLES)


def styles_in(folder: Path) -> dict[str, Path]:
    """The style files of a folder by name; none if it is not there."""
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_style(
    path: Path,
    patches: Collection[str] = (),
    hooks: Mapping[str, Collection[str]] | None = None,
) -> Style:
    """Read a style file; a `RuleError` names file, line and key of the first fault.

    Where the names of ``patches`` are given, a part must have one of them; where those of ``hooks``
    are given for each layer, a hook must be one of them.
    """
    _check_name(path.stem, path.name)
    return read_style_text(path.stem, _read_text(path), patches, hooks)


def read_style_text(
    name: str,
    text: str,
    patches: Collection[str] = (),
    hooks: Mapping[str, Collection[str]] | None = None,
) -> Style:
    """As `load_style`, of the text of a file."""
    _check_name(name, f"{name:.40}.toml")
    place = Place(f"{name}.toml", text)
    table = _parse(place)
    rules = read_table(StyleRules, _extended(table, place), place)
    _check_sections(rules, place)
    _check_parts(rules, place)
    if patches:
        _check_patches(rules, place, patches)
    if hooks is not None:
        _check_hooks(rules, place, hooks)
    _check_patterns(rules, place)
    values = {f.name: getattr(rules, f.name) for f in fields(StyleRules)}
    return Style(**values, name=name, source=text)


def _check_name(name: str, file: str) -> None:
    if not _NAME.fullmatch(name):
        raise RuleError("the name of a style has 1..40 of the characters a-z 0-9 - _", file=file)


def read_toml(path: Path) -> tuple[dict[str, Any], Place]:
    """The tables of a rule file, and the place of its root for errors."""
    place = Place(path.name, _read_text(path))
    return _parse(place), place


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise RuleError(f"larger than {SIZE_LIMIT} bytes", file=path.name)
        return data.decode()
    except UnicodeDecodeError as error:
        raise RuleError("is not UTF-8 text", file=path.name) from error
    except OSError as error:
        raise RuleError(f"cannot be read: {error.strerror}", file=str(path)) from error


def _parse(place: Place) -> dict[str, Any]:
    try:
        return tomllib.loads(place.source)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else place.source.count("\n") + 1
        message = "not TOML: " + _TOML_LINE.sub("", str(error))
        raise RuleError(message, file=place.file, line=line) from error


def _extended(table: dict[str, Any], place: Place) -> dict[str, Any]:
    """The table over that of the shipped style it extends; shipped styles stand alone."""
    if "extends" not in table:
        return table
    base, shipped = table["extends"], shipped_styles()
    if base not in shipped:
        known = ", ".join(shipped)
        raise place.at("extends").error(
            f"must be a shipped style ({known}), got {base!r:.60}{nearest(base, shipped)}"
        )
    below, _place = read_toml(shipped[base])
    return _merged(below, table)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; lists and values are replaced."""
    merged = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], dict) and isinstance(above[key], dict):
            merged[key] = _merged(below[key], above[key])
    return merged


def _check_sections(rules: StyleRules, place: Place) -> None:
    """Every label of a plan is a section."""
    for number, plan in enumerate(rules.form.plans):
        for label in plan:
            if label not in rules.sections:
                there = place.at("form").at("plans").at(number)
                hint = nearest(label, rules.sections)
                raise there.error(f"there is no section {label!r}{hint}")


def _check_parts(rules: StyleRules, place: Place) -> None:
    """Every part has the room of an octave, in which each pitch class has its place."""
    for name, part in rules.parts.items():
        if part.high - part.low < OCTAVE:
            there = place.at("parts").at(name).at("high")
            raise there.error(
                f"must be at least {OCTAVE} semitones above low, got {part.high - part.low}"
            )


def _check_patches(rules: StyleRules, place: Place, patches: Collection[str]) -> None:
    """Every part plays a patch that is there, in every section."""
    for name, part in rules.parts.items():
        _check_patch(part.patch, place.at("parts").at(name), patches)
    for label, section in rules.sections.items():
        for name, sound in section.sounds.items():
            there = place.at("sections").at(label).at("sounds").at(name)
            if name not in rules.parts:
                raise there.error("there is no such part in this style")
            _check_patch(sound.patch or rules.parts[name].patch, there, patches)


def _check_patch(patch: str, place: Place, patches: Collection[str]) -> None:
    if patch not in patches:
        raise place.at("patch").error(
            f"there is no patch {patch!r}"
            + (nearest(patch, patches) or f"; known: {', '.join(patches)}")
        )


def _check_patterns(rules: StyleRules, place: Place) -> None:
    """Patterns divide their bars evenly, and every metre of the style has some."""
    there = place.at("form").at("metres")
    metres = [metre for metre, weight in rules.form.metres.items() if weight]
    if not metres:
        raise there.error("one of them must weigh more than 0")
    for part in ("comp", "bass", "drums"):
        patterns = getattr(rules, part).patterns
        _check_steps(patterns, place.at(part).at("patterns"))
        lacking = [metre for metre in metres if metre not in {p.metre for p in patterns}]
        if part in rules.parts and lacking:
            raise there.error(f"{part}.patterns must have one for the metre {lacking[0]}")
    _check_steps(rules.drums.fills, place.at("drums").at("fills"))


def _check_steps(patterns: Sequence[Any], place: Place) -> None:
    for number, pattern in enumerate(patterns):
        allowed = STEPS_OF_METRE[pattern.metre]
        for entry in fields(pattern):
            steps = getattr(pattern, entry.name)
            written = isinstance(kind_of(entry), Steps) and set(steps) != {"."}
            if written and len(steps) not in allowed:
                lengths = ", ".join(map(str, allowed))
                raise (
                    place.at(number)
                    .at(entry.name)
                    .error(f"must have {lengths} steps in {pattern.metre}, got {len(steps)}")
                )


def _check_hooks(rules: StyleRules, place: Place, hooks: Mapping[str, Collection[str]]) -> None:
    """Every hook is installed."""
    for layer, name in rules.hooks.items():
        if name not in hooks[layer]:
            known = nearest(name, hooks[layer]) or (
                f"; install it as an entry point in the group 'genmusic.{layer}'"
            )
            raise place.at("hooks").at(layer).error(f"there is no hook {name!r}{known}")
