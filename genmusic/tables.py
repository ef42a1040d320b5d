"""Tables: arrays that are worked out once and kept in the cache, where every process maps them.

What is mapped is read from the disk when it is first touched, and is in memory once, however many
processes use it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
from numpy.lib.format import descr_to_dtype, dtype_to_descr
from numpy.typing import NDArray

from genmusic.config import cache_folder

T = TypeVar("T")
Arrays = Mapping[str, NDArray[Any]]

UNUSED_SECONDS = 30 * 86_400.0
INDEX, VALUES = "index.json", "values"
ALIGNMENT = 64  # bytes: a line of the processor's cache
UNUSABLE = (OSError, ValueError, TypeError, KeyError)  # what a damaged or foreign cache ends in
COPY_ON_WRITE: Final = "c"  # read-only arrays would be another type to kernels, compiled once more


class _Entry(msgspec.Struct):
    """Where an array lies among the values, in bytes, and what it is."""

    kind: Any  # as `dtype_to_descr` has it; a list of fields
    shape: tuple[int, ...]
    begin: int
    end: int

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[self.begin : self.end].view(type_of(self.kind)).reshape(self.shape)


def type_of(descr: str | list[list[Any]]) -> np.dtype[Any]:
    """The type of an array, from what `dtype_to_descr` says of it and JSON has left of that."""
    kind: Any = descr if isinstance(descr, str) else [tuple(field) for field in descr]
    found: np.dtype[Any] = descr_to_dtype(kind)
    return found


def tables_path(name: str, *depends_on: bytes | Path) -> Path:
    """Where tables are kept: named by all that they depend on, texts and source files."""
    digest = hashlib.blake2b(digest_size=12)
    for one in depends_on:
        content = one.read_bytes() if isinstance(one, Path) else one
        digest.update(len(content).to_bytes(8, "little") + content)
    return cache_folder() / "tables" / f"{name}-{digest.hexdigest()}"


def sources(*modules: str | None) -> Iterable[Path]:
    """The files of modules, given their ``__file__``."""
    return [Path(file) for file in modules if file]


def kept(path: Path | None, read: Callable[[Arrays], T], work_out: Callable[[], Arrays]) -> T:
    """What ``read`` makes of the tables of a path; they are worked out unless they are there."""
    if path is None:
        return read(work_out())
    try:
        return read(_mapped(path))
    except UNUSABLE:
        made = work_out()
    _keep(path, made)
    try:
        return read(_mapped(path))
    except UNUSABLE:  # a cache that cannot be used is no misfortune
        return read(made)


def _mapped(path: Path) -> Arrays:
    """The arrays of a folder, all of one mapping: each would keep a file open."""
    index = msgspec.json.decode((path / INDEX).read_bytes(), type=dict[str, _Entry])
    values: NDArray[Any] = np.memmap(path / VALUES, np.uint8, COPY_ON_WRITE).view(np.ndarray)
    with suppress(OSError):  # somebody else's cache, to read alone
        os.utime(path)  # it is in use: see `_sweep`
    return {name: entry.of(values) for name, entry in index.items()}


def _keep(path: Path, arrays: Arrays) -> None:
    """Write tables; they appear when they are whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        draft.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(draft, arrays)
        shutil.rmtree(path, ignore_errors=True)  # of no use, or we would not be here
        os.rename(draft, path)
    except OSError:  # no room, or somebody else was quicker
        shutil.rmtree(draft, ignore_errors=True)
    else:
        _sweep(path.parent)


def _write(folder: Path, arrays: Arrays) -> None:
    index: dict[str, _Entry] = {}
    with (folder / VALUES).open("wb") as file:
        for name, array in arrays.items():
            begin, size = file.tell(), array.nbytes
            index[name] = _Entry(dtype_to_descr(array.dtype), array.shape, begin, begin + size)
            file.write(array.tobytes())
            file.write(bytes(ALIGNMENT - size % ALIGNMENT))
    (folder / INDEX).write_bytes(msgspec.json.encode(index))


def _sweep(folder: Path) -> None:
    """Remove what nobody has read for a month: tables of editions that are gone."""
    limit = time.time() - UNUSED_SECONDS
    for path in folder.iterdir():
        with suppress(OSError):  # another process may sweep as well
            if path.stat().st_mtime < limit:
                shutil.rmtree(path, ignore_errors=True)
