"""Figures of composing, synthesis and mixing, taken in this process."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterable, Iterator

import numpy as np

from genmusic.cli.bench.figures import Figure, at_least, at_most, best_cpu_seconds, cpu_time
from genmusic.cli.serve import GARBAGE_THRESHOLDS
from genmusic.composition.composer import Composer
from genmusic.composition.model import Model
from genmusic.config import Settings
from genmusic.controls.spec import defaults
from genmusic.mixing.console import blank_sound
from genmusic.mood.mapping import musical_parameters
from genmusic.names import PARTS
from genmusic.server.pages import join_pages
from genmusic.session.compilers import compile_kernels
from genmusic.session.engine import Engine, Ensemble
from genmusic.session.library import Library
from genmusic.session.rack import MOST_LISTENERS
from genmusic.session.warmup import load_kernels
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM, SAMPLE_RATE

VOICES = 64
BARS = 200  # of each style
PASSES = 5  # over the bars of all styles
COMPOSITION = "genmusic.composition"
FAR_BARS = 500
SECOND = SAMPLE_RATE // QUANTUM * QUANTUM
HOP = Settings().shared_chunk_frames  # in which the server renders a row
MINUTE_SECONDS = 60
A_FEW_SECONDS = 5


def engine_figures(library: Library) -> Iterator[Figure]:
    """Every figure of the engine, one after the other."""
    compile_kernels()
    load_kernels(library)
    gc.collect()
    gc.freeze()  # as the server does, which also looks for garbage as seldom
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    yield _voices()
    yield from _crowds(library)
    yield from _composing(library)
    yield from _skipping(library)
    yield _offline(library)


def _voices() -> Figure:
    """Two saws, filter, envelope and pan: the benchmark voice."""
    orchestra = Orchestra(1)
    for number in range(VOICES):
        part = number % len(PARTS)  # a part takes no more than 24 voices
        note = PlayedNote(0, 1 << 30, part, "saw-bass", 36 + number % 48, 96, 0.0)
        orchestra.play(0, note)
    brightness = np.full((1, MAX_BLOCK_QUANTA + 1), 0.5, np.float32)
    blocks = 200

    def render() -> None:
        for block in range(blocks):
            orchestra.render(block * MAX_BLOCK_QUANTA, MAX_BLOCK_QUANTA, brightness)

    seconds = blocks * MAX_BLOCK_QUANTA * QUANTUM / SAMPLE_RATE
    figure = VOICES * seconds / best_cpu_seconds(render)
    return Figure("voices: two saws, filter, envelope, pan", figure, "voice-s per CPU-s",
                  "≥ 10 × SuperCollider, ≥ 7 × Csound")  # fmt: skip


def _crowds(library: Library) -> Iterator[Figure]:
    """Cost of a listener's whole texture, alone and in company, in the dearest style of all."""
    styles = {name: _texture_ms(library, name, MOST_LISTENERS) for name in library.styles}
    dearest, cheapest = max(styles, key=styles.__getitem__), min(styles, key=styles.__getitem__)
    shown = ((dearest, 1, 4.0), (dearest, 256, 0.8), (cheapest, 256, 0.8))
    for style, listeners, reach in shown:
        company = f"among {listeners}" if listeners > 1 else "alone"
        name = f"one listener's texture, {style}, {company}"
        yield at_most(name, _texture_ms(library, style, listeners), "ms CPU per s", reach)
    costs = [_texture_ms(library, dearest, count, A_FEW_SECONDS) for count in (16, 256, 1000)]
    rise = 100.0 * (costs[-1] / min(costs) - 1.0)
    yield at_most("cost at 1000 listeners above its minimum", rise, "%", 30.0)


def _texture_ms(
    library: Library, style: str, listeners: int, seconds: int = MINUTE_SECONDS
) -> float:
    """CPU milliseconds per listener and second: composing, synthesis, mix and master.

    Of a minute from the beginning: an introduction costs half of what comes after it.
    """
    racks = [
        Ensemble.of(library, range(first, min(first + MOST_LISTENERS, listeners)),
                 {"style": style, "arousal": 0.5})
        for first in range(0, listeners, MOST_LISTENERS)
    ]  # fmt: skip
    out = blank_sound(MOST_LISTENERS, HOP)  # as the server has it
    with cpu_time() as watch:
        for hop in range(seconds * SAMPLE_RATE // HOP):
            if hop == A_FEW_SECONDS * SAMPLE_RATE // HOP:
                join_pages()  # as the server does when listeners have come
            for rack in racks:
                rack.render(out[: len(rack.seats)])
                for seat in rack.seats:
                    seat.take_bars()  # as the server does with every hop
    return 1e3 * watch.seconds / (seconds * listeners)


def _composing(library: Library) -> Iterator[Figure]:
    """Time of a bar, all parts, in every style: of all bars, from the first of the first piece.

    The same bars are composed several times, and each counts with the median of its times: at its
    99th percentile one pass alone shows who else was on the machine, not which bars are dear.
    """
    passes_ms = np.array([_pass_ms(library) for _ in range(PASSES)])
    bars_ms = np.median(passes_ms, axis=0)
    alone_ms = float(np.median(np.percentile(passes_ms, 99, axis=1)))
    told = f"{len(bars_ms)} bars"
    yield Figure(f"composing a bar, median of {told}", float(np.median(bars_ms)), "ms CPU", "")
    yield Figure(f"composing a bar, p99 of {told} in one pass", alone_ms, "ms CPU", "")
    name = f"composing a bar, p99 of {told}, each the median of {PASSES} passes"
    yield at_most(name, float(np.percentile(bars_ms, 99)), "ms CPU", 0.3)
    best_ms = float(np.percentile(passes_ms.min(axis=0), 99))
    yield Figure(f"composing a bar, p99 of {told}, each the best", best_ms, "ms CPU", "")


def _pass_ms(library: Library) -> list[float]:
    """Time of each bar of every style, composed as if none of them ever had been."""
    models = {library.models.mixed(s.model.mix, s.model.copying) for s in library.styles.values()}
    _forget(models)
    return [time_ms for name in library.styles for time_ms in _bar_times_ms(library, name)]


def _forget(models: Iterable[Model]) -> None:
    """Let composing forget what it remembers of the bars that have been composed."""
    modules = [room for name, room in sys.modules.items() if name.rpartition(".")[0] == COMPOSITION]
    for place in (*modules, *models):
        for kept in vars(place).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _bar_times_ms(library: Library, name: str) -> list[float]:
    style = library.style(name)
    composer = Composer(1, style, library.models)
    parameters = musical_parameters(defaults() | {"arousal": 0.5}, style)
    times_ms = []
    for _ in range(BARS):
        start = time.thread_time_ns()
        composer.compose_bar(parameters, style)
        times_ms.append(1e-6 * (time.thread_time_ns() - start))
    return times_ms


def _skipping(library: Library) -> Iterator[Figure]:
    """Time and memory of coming back far into a session, the worst of every style."""
    times_ms, sizes = [], []
    for seed, name in enumerate(library.styles):
        tempo_bpm = musical_parameters(defaults(), library.style(name)).tempo_bpm
        engine = Engine(library, seed, {"style": name})
        start = time.thread_time_ns()
        engine.skip_to(int(FAR_BARS * 4 * 60 / tempo_bpm * SAMPLE_RATE))
        times_ms.append(1e-6 * (time.thread_time_ns() - start))
        sizes.append(len(json.dumps(engine.checkpoint())))
    yield at_most(f"skipping to bar {FAR_BARS}, worst", max(times_ms), "ms CPU", 50.0)
    yield at_most(f"checkpoint at bar {FAR_BARS}, largest", max(sizes), "bytes", 1024.0)


def _offline(library: Library) -> Figure:
    out = np.empty((2, 60 * SECOND), np.float32)
    seconds = best_cpu_seconds(lambda: Engine(library, 1).render(out), 2)
    factor = out.shape[1] / SAMPLE_RATE / seconds
    return at_least("offline render of one track", factor, "× real time", 300.0)
