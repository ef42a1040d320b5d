"""Named random streams: any bar can be composed without replaying the past.

A stream is addressed by the seed of the session and a path of names and numbers, such as
``("melody", section, bar)``. The address is hashed into the key of a counter-based generator
(Philox, Salmon et al. 2011), so streams are independent and cost nothing to skip.
"""

from __future__ import annotations

import hashlib
from struct import Struct

import numpy as np

SEED_LIMIT = 2**53  # exact in JavaScript and JSON
DEFAULT_SEED = 440  # of everything that is started without one


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the path alone."""
    return np.random.Generator(np.random.Philox(key=derive(seed, *path)))


def derive(seed: int, *path: str | int) -> int:
    """A 128-bit number that depends on the seed and the path alone."""
    return int.from_bytes(_digest(seed, path), "little")


def derive_key(seed: int, *path: str | int) -> int:
    """The last 64 bits of that number, as kernels take them: the first of them is the sign."""
    key: int = _FIRST_LONG(_digest(seed, path))[0]
    return key


def _digest(seed: int, path: tuple[str | int, ...]) -> bytes:
    address = ("%s" + "/%s" * len(path)) % (seed, *path)  # a fifth of the time of joining them
    return hashlib.blake2b(address.encode(), digest_size=_DIGEST_BYTES).digest()


_DIGEST_BYTES = 16
_FIRST_LONG = Struct("<q8x").unpack
