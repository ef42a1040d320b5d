"""Float samples to the integers of PCM.

Full scale is 32 767 (16 bits) and 8 388 607 (24 bits), the same in both directions of the wave:
a receiver divides by that number and gets ±1 back. Rounding is to nearest; what exceeds full
scale is clipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""Stereo samples, ``(2, frames)``, ±1 full scale."""

FULL_SCALE_16 = 32_767
FULL_SCALE_24 = 8_388_607


def to_pcm16(block: Block) -> NDArray[np.int16]:
    """Interleaved 16-bit samples, ``(frames, 2)``."""
    out = np.empty((block.shape[1], 2), np.int16)
    _interleave(block, np.float32(FULL_SCALE_16), out)
    return out


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
