"""What a recording holds."""

import numpy as np

from kernels.recordings import HEAD, LAYER_BITS


def layers_of(words, frames):
    """The layers of the frames of a recording, (3, frames)."""
    left = words[HEAD:][:frames].view(np.int32).astype(np.int64)
    layers, below = [], 32
    for step, bits in zip(words[:3].tolist(), LAYER_BITS, strict=True):
        below -= bits
        layer = (left + (1 << below >> 1)) >> below
        left = left - (layer << below)
        layers.append(layer * step)
    return np.array(layers)
