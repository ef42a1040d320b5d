"""Revocations: works that may teach no longer, listed in a file that is watched."""

from __future__ import annotations

import logging
from pathlib import Path

from genmusic.session.library import Library

FILE = "revoked.txt"  # in the folder of one's own styles: an id of a work in each line
MOST_BYTES = 1_000_000
COMMENT = "#"

_logger = logging.getLogger("genmusic.models")


def follow_revocations(library: Library, folder: Path | None) -> None:
    """Take back what the file in a folder lists; heard from the next bar on.

    A file that cannot be read changes nothing, and the log says why.
    """
    if folder is None:
        return
    try:
        ids = _read(folder / FILE)
    except (OSError, ValueError) as error:
        _logger.warning("%s cannot be read, so nothing changes: %s", folder / FILE, error)
        return
    known = {work.id for one in library.models.trained.values() for work in one.works}
    for unknown in sorted(ids - known):
        _logger.warning("%s: there is no work %r", FILE, unknown)
    if library.models.take_back(ids & known):
        _logger.info("%d works are taken back", len(ids & known))


def _read(path: Path) -> frozenset[str]:
    """The ids in a file; none if there is no file."""
    if not path.exists():
        return frozenset()
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES} bytes")
    lines = (line.partition(COMMENT)[0].strip() for line in data.decode().splitlines())
    return frozenset(line for line in lines if line)
