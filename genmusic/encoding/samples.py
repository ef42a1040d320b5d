"""Float samples to the integers of PCM.

Full scale is 32 767 (16 bits) and 8 388 607 (24 bits), the same in both directions of the wave:
a receiver divides by that number and gets ±1 back. Rounding is to nearest; what exceeds full
scale is clipped.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.packing import pack16

Block = NDArray[np.float32]
"""Stereo samples, ``(2, frames)``, ±1 full scale."""

FULL_SCALE_16 = 32_767
FULL_SCALE_24 = 8_388_607


def to_pcm16(block: Block, seed: int, first_frame: int) -> NDArray[np.int16]:
    """Interleaved 16-bit samples, ``(frames, 2)``, with triangular dither.

    Parameters
    ----------
    block : (2, frames) float32, ±1 full scale
        Frames are a multiple of 16.
    seed : int
        Of the session: the noise of a sample follows from seed, frame and side alone, so that a
        stretch rendered again is the same to the last bit.
    first_frame : int
        Where the block begins in the session, a multiple of 16.
    """
    pairs = np.empty(block.shape[1], np.int32)
    sides = np.ascontiguousarray(block, np.float32)
    pack16(_noise_key(seed), first_frame, FULL_SCALE_16, sides, pairs)
    return pairs.view(np.int16).reshape(-1, 2)


@lru_cache(maxsize=4096)
def _noise_key(seed: int) -> int:
    digest = hashlib.blake2b(f"dither {seed}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


def to_pcm24(block: Block) -> NDArray[np.int32]:
    """Interleaved 24-bit samples, ``(frames, 2)``, in the upper bits of 32."""
    out = np.empty((block.shape[1], 2), np.int32)
    # Double precision: above half of full scale a float32 product has no bit left to round.
    _interleave(block, np.float64(FULL_SCALE_24), out)
    return out << 8


def _interleave(
    block: Block, full_scale: np.floating[Any], out: NDArray[np.signedinteger[Any]]
) -> None:
    """Scale in the precision of ``full_scale``, clip and round."""
    scaled = np.multiply(block, full_scale)
    np.clip(scaled, -full_scale, full_scale, out=scaled)
    np.rint(scaled, out=scaled)
    out[:, 0], out[:, 1] = scaled  # a column at a time: half the cost of a transposed copy
