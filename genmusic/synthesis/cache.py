"""Where compiled instruments are kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import kernels


def kept_in() -> Path | None:
    """The folder, or None where each process must compile for itself."""
    folder = kernels.CACHE_FOLDER
    return None if folder.parent == Path(tempfile.gettempdir()) else folder
