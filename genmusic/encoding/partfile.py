"""A file that appears under its name only when it is whole."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from genmusic.errors import EncodingError

_CURES: Mapping[int | None, str] = {
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EISDIR: "give the name of a file, not of a folder",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOSPC: "free some space or choose another disk",
    errno.EDQUOT: "free some space or choose another disk",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an `EncodingError` with the cure."""
    try:
        yield
    except OSError as error:
        cure = _CURES.get(error.errno, "choose another place")
        reason = error.strerror or str(error)
        raise EncodingError(f"cannot write {path}: {reason.lower()}; {cure}") from error


class PartFile:
    """Writes beside ``path`` and takes its name on leaving the ``with`` block without error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with explained(path):
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self.stream = self._part.open("xb")

    def keep(self) -> None:
        """Give the file its name."""
        with explained(self.path):
            self.stream.close()
            self._part.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind; harmless after `keep`."""
        self.stream.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.keep()
        finally:
            self.discard()
