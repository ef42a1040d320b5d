"""Files inside zips: read by name into memory, never unpacked to disk, never beyond a bound."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

from genmusic.errors import CorpusError

BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What `zipfile` raises for files that are damaged, encrypted or packed in unknown ways."""


def read_member(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """Unpack one file of a zip, but no more than ``most_bytes``."""
    try:
        with archive.open(name) as member:
            data = member.read(most_bytes + 1)
    except KeyError as error:
        raise CorpusError(f"{name!r} is not inside") from error
    except BROKEN_ZIP as error:
        raise CorpusError(f"{name!r} is damaged: {error}") from error
    if len(data) > most_bytes:
        raise CorpusError(f"{name!r} unpacks to more than {most_bytes // 1024} KiB")
    return data
