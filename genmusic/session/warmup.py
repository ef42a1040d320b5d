"""Compile or load every kernel before the first listener; the first time of all on two cores.

``python -m genmusic.session.warmup`` is the other half: it compiles some instruments into the
cache while this process compiles the rest.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import Library
from genmusic.session.rack import Rack
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import patches_of_kinds
from genmusic.synthesis.pools import is_compiled
from genmusic.units import QUANTUM

BARS = 8  # a phrase and the beginning of the next use all of the sampler
PATIENCE_SECONDS = 120.0
MINE = 2  # kinds that this process compiles; the mixer and the sampler take it as long as the rest


def compile_kernels(library: Library) -> None:
    """Make everything ready to play at once."""
    kinds = sorted(patches_of_kinds())
    with _other_half():
        Rack().render(1)  # the mixer
        _compile_sampler(library)
        compile_instruments(kinds[:MINE])
    compile_instruments(kinds)


def compile_instruments(kinds: Iterable[str]) -> None:
    """Play a note of each kind."""
    orchestra, patches = Orchestra(1), patches_of_kinds()
    for kind in kinds:
        orchestra.play(0, PlayedNote(0, QUANTUM, 0, patches[kind], 60, 64, 0.0))
    orchestra.render(0, 1, np.full((1, 2), 0.5, np.float32))


def _compile_sampler(library: Library) -> None:
    style = next(iter(library.styles.values()))
    composer = Composer(0, style, library.models)
    for _ in range(BARS):
        composer.compose_bar(musical_parameters(defaults(), style), style)


@contextmanager
def _other_half() -> Iterator[None]:
    """Have the other instruments compiled meanwhile, unless the cache holds them already."""
    if is_compiled():
        yield
        return
    command = [sys.executable, "-m", "genmusic.session.warmup"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as child:  # noqa: S603 - ourselves
        try:
            yield
            child.wait(PATIENCE_SECONDS)
        finally:
            child.kill()


if __name__ == "__main__":
    compile_instruments(sorted(patches_of_kinds())[MINE:])
