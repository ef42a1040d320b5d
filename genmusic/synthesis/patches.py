"""Patches: the settings of every sound, from the TOML tables in ``genmusic/patches/``.

A file holds the patches of one kind and is named after it; a patch may be ``like`` another. A new
sound is one table, a new kind of instrument a line in `SCHEMAS`, one in `pools.KINDS`, a kernel and
a file. Each table names the ``midi_program`` that comes closest, for gear that is no genmusic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from genmusic.errors import UnknownNameError
from genmusic.rules import Integer, MapOf, Place, Table, read_toml
from genmusic.synthesis.ensembles import EnsemblePatch
from genmusic.synthesis.fm import FmPatch
from genmusic.synthesis.hits import HITS
from genmusic.synthesis.kits import Kit
from genmusic.synthesis.modes import ModalPatch
from genmusic.synthesis.pianos import PianoPatch
from genmusic.synthesis.recordings import RECORDINGS
from genmusic.synthesis.saws import SawPatch
from genmusic.synthesis.strings import StringPatch
from genmusic.synthesis.voicing import Patch
from genmusic.synthesis.wavetables import WavetablePatch

SCHEMAS: Mapping[str, type] = {
    "saws": SawPatch,
    "strings": StringPatch,
    "ensembles": EnsemblePatch,
    "wavetables": WavetablePatch,
    "fm": FmPatch,
    "drums": Kit,
    "modes": ModalPatch,
    "pianos": PianoPatch,
}
PROGRAM, GENERAL_MIDI = "midi_program", Integer(0, 127)
_FOLDER = Path(__file__).parent.parent / "patches"


def read_patches(folder: Path = _FOLDER) -> tuple[dict[str, tuple[str, Patch]], dict[str, int]]:
    """Every patch by name, with its kind, and its program of General MIDI, counted from 0.

    Raises
    ------
    RuleError
        Names file, line and key of a fault.
    """
    patches: dict[str, tuple[str, Patch]] = {}
    programs: dict[str, int] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, patch, program in _read_file(path):
            patches[name], programs[name] = (path.stem, patch), program
    return patches, programs


def _read_file(path: Path) -> Iterator[tuple[str, Patch, int]]:
    table, place = read_toml(path)
    if path.stem not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise place.error(f"there is no kind of instrument {path.stem!r}; known: {known}")
    complete = {name: _completed(name, table, place) for name in table}
    programs = {name: _taken_program(own, place.at(name)) for name, own in complete.items()}
    tables: Mapping[str, Any] = MapOf((), Table(SCHEMAS[path.stem])).read(complete, place)
    for name, patch in tables.items():
        yield name, cast(Patch, patch), programs[name]


def _completed(name: str, tables: Mapping[str, Any], place: Place) -> object:
    """A patch with what it takes over from the one that it is ``like``."""
    own = tables[name]
    if not isinstance(own, dict) or "like" not in own:
        return own
    other = tables.get(own["like"]) if isinstance(own["like"], str) else None
    if not isinstance(other, dict) or "like" in other:
        whole = ", ".join(
            key for key, t in tables.items() if isinstance(t, dict) and "like" not in t
        )
        raise place.at(name).at("like").error(f"must be one of {whole}, got {own['like']!r:.60}")
    return other | {key: value for key, value in own.items() if key != "like"}


def _taken_program(own: object, place: Place) -> int:
    """The program of a patch, which is no setting of its sound."""
    if not isinstance(own, dict):
        return GENERAL_MIDI.low  # what reads the rest says what is wrong
    if PROGRAM not in own:
        raise place.error(f"{PROGRAM!r} must be given")
    return GENERAL_MIDI.read(own.pop(PROGRAM), place.at(PROGRAM))


PATCHES, PROGRAMS = read_patches()
"""The shipped patches, name to kind and settings; and the program of each."""

for _, shipped in PATCHES.values():
    if isinstance(shipped, EnsemblePatch):
        RECORDINGS.register(shipped.group)
    elif isinstance(shipped, Kit | ModalPatch | PianoPatch):
        for hit in shipped.hits:
            HITS.register(hit)


def find_patch(name: str) -> tuple[str, Patch]:
    """The kind and the settings of a patch."""
    if name not in PATCHES:
        raise UnknownNameError(f"there is no patch {name!r:.40}; known: {', '.join(PATCHES)}")
    return PATCHES[name]


def patches_of_kinds() -> dict[str, str]:
    """One patch of each kind: together they use every kernel that makes sound."""
    return {kind: name for name, (kind, _) in PATCHES.items()}


def programs_of(patches: Mapping[str, str]) -> dict[str, int]:
    """The programs of General MIDI, counted from 0, for the patches of some parts."""
    return {part: PROGRAMS[patch] for part, patch in patches.items()}
