"""Prints the kernels that music needs beyond those that `warmup.tasks` call, as JSON."""

import json

import numpy as np

from genmusic.encoding import STREAM_CODECS, open_stream_encoder
from genmusic.session import warmup
from genmusic.session.engine import Engine
from genmusic.session.library import open_library
from genmusic.units import SAMPLE_RATE
from kernels._jit import KERNELS


def known():
    return {name: list(map(str, kernel.signatures)) for name, kernel in KERNELS.items()}


def play_everything():
    """A listener of each style, and what a server does before it opens."""
    library = open_library()
    warmup.load_models(library)
    warmup.load_kernels(library)
    block = np.zeros((2, SAMPLE_RATE), np.float32)
    for style in library.styles:
        Engine(library, seed=0, controls={"style": style}).render(block)
    for codec in STREAM_CODECS:
        open_stream_encoder(codec, 0).encode(block, 0)


if __name__ == "__main__":
    for task in warmup.tasks():
        task()
    before = known()
    play_everything()
    late = [name for name, signatures in known().items() if signatures != before.get(name)]
    print(json.dumps(late))
