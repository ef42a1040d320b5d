"""Patches: the settings of every sound, from the TOML tables in ``genmusic/patches/``.

A file holds the patches of one kind and is named after it; a patch may be ``like`` another. A new
sound is one table, a new kind of instrument a line in `SCHEMAS`, one in `pools.KINDS`, a kernel and
a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from genmusic.errors import UnknownNameError
from genmusic.rules import MapOf, Place, Table, read_toml
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
_FOLDER = Path(__file__).parent.parent / "patches"


def read_patches(folder: Path = _FOLDER) -> dict[str, tuple[str, Patch]]:
    """Every patch by name, with its kind; a `RuleError` names file, line and key of a fault."""
    patches: dict[str, tuple[str, Patch]] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, patch in _read_file(path):
            patches[name] = (path.stem, patch)
    return patches


def _read_file(path: Path) -> Iterator[tuple[str, Patch]]:
    table, place = read_toml(path)
    if path.stem not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise place.error(f"there is no kind of instrument {path.stem!r}; known: {known}")
    complete = {name: _completed(name, table, place) for name in table}
    tables: Mapping[str, Any] = MapOf((), Table(SCHEMAS[path.stem])).read(complete, place)
    for name, patch in tables.items():
        yield name, cast(Patch, patch)


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


PATCHES = read_patches()
"""The shipped patches: name to kind and settings."""

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
