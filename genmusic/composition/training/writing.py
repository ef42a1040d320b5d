"""Writing a model file: the same lessons give the same bytes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genmusic.composition.lessons import Lessons, lesson_arrays
from genmusic.composition.manifest import Work, manifest_path, write_manifest
from genmusic.errors import ModelError

EPOCH = (1980, 1, 1, 0, 0, 0)  # the zero of zip time; a real clock would change the bytes
UNIX = 3  # create_system of zip entries; the default follows the machine


def save_model(path: Path, lessons: Lessons, works: tuple[Work, ...]) -> None:
    """Write the model, and its manifest beside it; either appears when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(_npz(lesson_arrays(lessons)))
        manifest_draft = manifest_path(path).with_suffix(".part")
        write_manifest(manifest_draft, works)
        os.replace(manifest_draft, manifest_path(path))
        os.replace(draft, path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from error


def _npz(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in sorted(arrays.items()):
            entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            with io.BytesIO() as content:
                np.lib.format.write_array(content, np.asarray(array), allow_pickle=False)
                archive.writestr(entry, content.getvalue(), compresslevel=9)
    return packed.getvalue()
