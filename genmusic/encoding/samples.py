"""Float samples to the integers of PCM.

Full scale is 32 767 (16 bits) and 8 388 607 (24 bits), the same in both directions of the wave:
a receiver divides by that number and gets ±1 back. Rounding is to nearest; what exceeds full
scale is clipped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""Stereo samples, ``(2, frames)``, ±1 full scale."""

FULL_SCALE_16 = 32_767
FULL_SCALE_24 = 8_388_607


def to_pcm16(block: Block) -> NDArray[np.int16]:
    """Interleaved 16-bit samples, ``(frames, 2)``."""
    samples: NDArray[np.int16] = _scale(block, FULL_SCALE_16).astype(np.int16, order="C")
    return samples


def to_pcm24(block: Block) -> NDArray[np.int32]:
    """Interleaved 24-bit samples, ``(frames, 2)``, in the upper bits of 32."""
    samples: NDArray[np.int32] = _scale(block, FULL_SCALE_24).astype(np.int32, order="C")
    return samples << 8


def _scale(block: Block, full_scale: int) -> NDArray[np.float64]:
    # Double precision: above half of full scale a float32 product has no bit left to round.
    scaled: NDArray[np.float64] = block.T.astype(np.float64)
    scaled *= full_scale
    np.clip(scaled, -full_scale, full_scale, out=scaled)
    return np.rint(scaled, out=scaled)
