"""Every kernel, called once: compiled, or loaded from the cache, before the first listener.

``python -m genmusic.session.warmup N`` is what `session.compilers` starts: N processes, of which
each takes the next task as soon as it is through with one.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Thread

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.composition.lessons import read_lessons
from genmusic.composition.model import shipped_models
from genmusic.composition.repertoire import Models, Repertoire
from genmusic.composition.trained import Trained
from genmusic.controls.spec import defaults
from genmusic.encoding import PACKET_FRAMES, libopus
from genmusic.encoding.samples import to_pcm16
from genmusic.encoding.texts import parts_as_json
from genmusic.mood.mapping import musical_parameters
from genmusic.rules import Style, shipped_styles
from genmusic.session.library import Library, read_style, shipped_repertoire
from genmusic.session.rack import Rack
from genmusic.session.sounds import sounds_of
from genmusic.synthesis.cache import mark_as_compiled
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import patches_of_kinds
from genmusic.synthesis.pools import KINDS
from genmusic.synthesis.readings import Reading
from genmusic.units import QUANTUM

BARS = 8  # a phrase and the beginning of the next use all of the sampler
FIRST_STYLE = str(defaults()["style"])  # of whoever comes and does not choose
DEAREST_KINDS = ("drums", "pianos", "wavetables", "saws", "ensembles")  # to compile, in this order
FEW_WORKS = 20  # of a model: enough to compose with, and no time to count

Task = Callable[[], None]


def load_models(library: Library) -> None:
    """Find what the first style needs of the models in the cache, or work it out."""
    model = library.style(FIRST_STYLE).model
    library.models.mixed(model.mix, model.copying)


def load_kernels(library: Library) -> None:
    """Call every kernel: from then on none has to be looked for, in the cache or by compiling."""
    _compose(library.style(FIRST_STYLE), library.models)
    _mix()
    play_instruments(sorted(patches_of_kinds()))


def play_instruments(kinds: Iterable[str]) -> None:
    """Play a note of each kind."""
    orchestra, patches = Orchestra(1), patches_of_kinds()
    for kind in kinds:
        orchestra.play(0, PlayedNote(0, QUANTUM, 0, patches[kind], 60, 64, 0.0))
    orchestra.render(0, 1, np.full((1, 2), 0.5, np.float32))


def tasks() -> Sequence[Task]:
    """What there is to compile and to count, in parts that need little of each other.

    The dearest come first, and drums, which who composes and who plays pianos records as well.
    """
    found = dict.fromkeys((*DEAREST_KINDS, *sorted(patches_of_kinds())))
    kinds = {KINDS[kind].kernel: kind for kind in found}  # one of each kernel
    drums, *others = (partial(play_instruments, [kind]) for kind in kinds.values())
    return (_compose_with_few, drums, _mix, _count_models, *others)


def _mix() -> None:
    rack = Rack()
    rack.play_planned(1)
    rack.render(1)
    to_pcm16(np.zeros((2, QUANTUM), np.float32), 0, 0)
    libopus.prepare(PACKET_FRAMES)


def _compose_with_few() -> None:
    """Compose from a few works of the models: no process needs to wait for the whole of them."""
    style = read_style(shipped_styles()[FIRST_STYLE])
    models = {name: _few_works(name) for name in style.model.mix}
    _compose(style, Repertoire(models))


def _count_models() -> None:
    """Leave in the cache what the first style needs of the models."""
    style = read_style(shipped_styles()[FIRST_STYLE])
    shipped_repertoire().mixed(style.model.mix, style.model.copying)


def _few_works(name: str) -> Trained:
    lessons = read_lessons(shipped_models()[name])
    others = np.unique(lessons.tunes.works)[FEW_WORKS:]
    return Trained(lessons.without(others.tolist()))


def _compose(style: Style, models: Models) -> None:
    composer = Composer(0, style, models)
    for _ in range(BARS):
        bar = composer.compose_bar(musical_parameters(defaults(), style), style)
        Reading(bar, sounds_of(style, bar.section))
        parts_as_json(bar.notes, [(0, 1)])


def compile_all(number: int) -> bool:
    """Compile in so many processes; whether all that there is to compile was compiled.

    They divide before any of them has a thread, and with all that is read.
    """
    numbers, list_of_tasks = os.pipe()
    os.write(list_of_tasks, bytes(range(len(tasks()))))
    os.close(list_of_tasks)
    others = [_divide(numbers) for _ in range(number - 1)]
    _compile(numbers)
    return not any(os.waitpid(other, 0)[1] for other in others)


def _divide(numbers: int) -> int:
    """Start another compiler; its number."""
    if other := os.fork():
        return other
    status = 1
    try:
        _compile(numbers)
        status = 0
    finally:
        os._exit(status)


def _compile(numbers: int) -> None:
    """Take numbers of tasks, a byte each, until there are no more.

    No garbage is collected: a compiler makes much that lives, and a sixth of its time goes there.
    """
    gc.disable()
    _end_with_parent()
    whole = tasks()
    while taken := os.read(numbers, 1):
        whole[taken[0]]()


def _end_with_parent() -> None:
    """End as soon as nobody holds the other end of the standard input."""
    Thread(target=_end_after_input, daemon=True).start()


def _end_after_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    if compile_all(int(sys.argv[1])):
        mark_as_compiled()
