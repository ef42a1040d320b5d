"""The page's files, from the installed package or the checkout."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

import genmusic

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".flac": "audio/flac",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served at all; the machine's own table of types may be wrong or missing."""

INDEX = "index.html"
PACKED = frozenset({".html", ".js", ".css", ".json", ".webmanifest", ".svg", ".txt"})
"""What travels compressed: a third to a quarter of its size."""

PRIVATE = frozenset(
    {
        "node_modules",
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "tsconfig.worker.json",
        "tsconfig.worklet.json",
    }
)
LONGEST_PATH = 200
_PLAIN_PATH = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)  # nothing hidden, no ".."
_PACKAGE = Path(genmusic.__file__).parent


def find_web_folder() -> Path:
    """``web/`` inside the installed package, or beside it in the checkout."""
    installed = _PACKAGE / "web"
    return installed if installed.is_dir() else _PACKAGE.parent / "web"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it travels, and of which edition it is."""

    edition: tuple[int, int]  # time in ns and size
    content: bytes
    packed: bytes | None  # gzip, where that is smaller by far
    etag: str

    @classmethod
    def read(cls, file: Path, edition: tuple[int, int]) -> Asset:
        """Read and pack a file."""
        content = file.read_bytes()
        packed = gzip.compress(content, mtime=0) if file.suffix in PACKED else None
        # By content, not by time: all files of a wheel have one and the same time.
        return cls(edition, content, packed, hashlib.sha256(content).hexdigest()[:32])


class Assets:
    """Serves the files of one folder, and nothing outside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, Asset] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """``GET /{path}``: a file, or "not modified" for a browser that has it."""
        file = self._find(request.match_info["path"] or INDEX)
        asset = await asyncio.to_thread(self._read, file)
        packed = asset.packed if "gzip" in request.headers.get("Accept-Encoding", "") else None
        etag = asset.etag + ("-gzip" if packed else "")
        known = request.if_none_match or ()
        if any(tag.value in (etag, "*") for tag in known):
            answer = web.Response(status=304)
        else:
            answer = web.Response(body=packed or asset.content)
            answer.headers["Content-Type"] = MEDIA_TYPES[file.suffix]
            if packed:
                answer.headers["Content-Encoding"] = "gzip"
        answer.etag = etag
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = "no-cache"  # keep, but ask each time
        return answer

    def _read(self, file: Path) -> Asset:
        """The file as it is now; it is read again when it has changed."""
        stat = file.stat()
        edition = (stat.st_mtime_ns, stat.st_size)
        kept = self._kept.get(file)
        if kept is None or kept.edition != edition:
            kept = self._kept[file] = Asset.read(file, edition)
        return kept

    def _find(self, path: str) -> Path:
        """The file, if it lies in the folder (also behind links) and is meant to be served."""
        if len(path) > LONGEST_PATH or not _PLAIN_PATH.fullmatch(path):
            raise web.HTTPNotFound
        file = self._folder.joinpath(path).resolve()
        served = file.suffix in MEDIA_TYPES and PRIVATE.isdisjoint(path.split("/"))
        if not served or not file.is_relative_to(self._folder) or not file.is_file():
            raise web.HTTPNotFound
        return file
