"""Pure Numba: arrays in, arrays out.

Numba's cache does not notice an edit in a file that a kernel *imports*, so the cache folder is
named by a hash of all kernel sources. The cache is pickle: it lives under the user's own home,
readable by nobody else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from numba.core import config


def _source_hash() -> str:
    digest = hashlib.blake2b(digest_size=10)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _private_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(home) / "genmusic" / "kernels" / _source_hash()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:  # no home to write in: compile for this process alone
        return Path(tempfile.mkdtemp(prefix="genmusic-kernels-"))


CACHE_FOLDER = _private_folder()
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_FOLDER)
config.reload_config()
