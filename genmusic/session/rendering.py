"""A piece with an end: an engine rendered block by block, faster than real time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from genmusic.encoding import (
    AUDIO_SUFFIXES,
    Block,
    PartFile,
    explained,
    open_file_writer,
    open_float_writer,
)
from genmusic.errors import EncodingError
from genmusic.midi.files import MidiBar, write_midi
from genmusic.mixing.stems import STEMS
from genmusic.notation.musicxml import SheetBar, write_musicxml
from genmusic.rules import Style
from genmusic.session.engine import Engine
from genmusic.session.timed import TimedBar
from genmusic.synthesis.patches import programs_of
from genmusic.units import SAMPLE_RATE, quantum_at_or_after

BLOCK_FRAMES = 9_600  # 200 ms: shorter than any bar, so the end of a bar is known in time
MIDI_SUFFIX = ".mid"
MUSICXML_SUFFIX = ".musicxml"
SUFFIXES = (*AUDIO_SUFFIXES, MIDI_SUFFIX, MUSICXML_SUFFIX)


@dataclass(frozen=True, slots=True)
class Length:
    """Where a piece ends: after so many frames, or with the end of a bar."""

    frames: int = 0
    bars: int = 0  # decides when it is not 0


class Rendering:
    """Renders a new engine to the end of the piece, rounded up to a whole quantum.

    Whoever wants stems sets ``on_stems``, on an engine that keeps them: it is called with each
    block of them.
    """

    def __init__(self, engine: Engine, length: Length) -> None:
        self.engine = engine
        self.on_stems: Callable[[Block], None] | None = None
        self._length = length
        self._bars: dict[int, TimedBar] = {}
        self._digest = hashlib.sha256()

    @property
    def frames(self) -> int:
        """Frames rendered so far."""
        return self.engine.rendered_end

    @property
    def bars(self) -> list[TimedBar]:
        """The bars that have begun, as they sounded last; none in the rounding of the end."""
        begun = [timed for timed in self._bars.values() if timed.start_frame < self.frames]
        return begun[: self._length.bars or None]

    @property
    def sha256(self) -> str:
        """Hash of the interleaved little-endian float32 samples so far."""
        return self._digest.hexdigest()

    @property
    def share(self) -> float:
        """About how much of the piece is done, 0..1."""
        if self._length.bars:
            return min(len(self._bars) / self._length.bars, 1.0)
        return min(self.frames / self._length.frames, 1.0)

    def blocks(self) -> Iterator[Block]:
        """Render to the end, block by block."""
        while (frames := min(self._end() - self.frames, BLOCK_FRAMES)) > 0:
            block = np.empty((2, frames), np.float32)
            self._render(block)
            self._bars.update((timed.bar.index, timed) for timed in self.engine.take_bars())
            self._digest.update(block.T.astype("<f4", copy=False).tobytes())
            yield block

    def _render(self, block: Block) -> None:
        if self.on_stems is None:
            self.engine.render(block)
            return
        stems = np.empty((len(STEMS), *block.shape), np.float32)
        self.engine.render(block, stems)
        self.on_stems(stems)

    def _end(self) -> int:
        if not self._length.bars:
            return quantum_at_or_after(self._length.frames)
        last = self._bars.get(self._length.bars - 1)
        return quantum_at_or_after(last.end_frame) if last else self.frames + BLOCK_FRAMES


def check_suffix(path: Path) -> None:
    """Refuse a file that `save` has no format for."""
    if path.suffix.lower() not in SUFFIXES:
        raise EncodingError(
            f"cannot write {path}: no format has the suffix {path.suffix!r}; "
            f"use {', '.join(SUFFIXES)}"
        )


def save(
    rendering: Rendering,
    styles: Mapping[str, Style],
    path: Path,
    on_progress: Callable[[float], None],
) -> None:
    """Render a piece into a file; the file appears when it is whole."""
    check_suffix(path)
    write = _SCORE_WRITERS.get(path.suffix.lower())
    if write is None:
        _save_audio(rendering, path, on_progress)
        return
    with PartFile(path) as part:
        for _block in rendering.blocks():
            on_progress(rendering.share)
        write(part.stream, rendering.bars, styles)


@contextmanager
def saved_stems(rendering: Rendering, folder: Path) -> Iterator[None]:
    """While it is rendered, write each stem of a piece to a file of its name in a folder."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        writers = [
            files.enter_context(open_float_writer(folder / f"{name}.wav", title=name))
            for name in STEMS
        ]

        def write(stems: Block) -> None:
            for writer, stem in zip(writers, stems, strict=True):
                writer.write(stem)

        rendering.on_stems = write
        yield
        rendering.on_stems = None


def _save_audio(rendering: Rendering, path: Path, on_progress: Callable[[float], None]) -> None:
    with open_file_writer(path, title=rendering.engine.title) as writer:
        for block in rendering.blocks():
            writer.write(block)
            on_progress(rendering.share)


def _write_midi(file: BinaryIO, bars: Sequence[TimedBar], styles: Mapping[str, Style]) -> None:
    write_midi(
        file,
        [
            MidiBar(timed.bar, _tempo_bpm(timed), timed.title, programs_of(_patches(timed, styles)))
            for timed in bars
        ],
    )


def _write_musicxml(file: BinaryIO, bars: Sequence[TimedBar], styles: Mapping[str, Style]) -> None:
    sheet: list[SheetBar] = []
    for timed in bars:
        patches = _patches(timed, styles)
        words = patches, programs_of(patches)
        sheet.append(SheetBar(timed.bar, _tempo_bpm(timed), timed.title, *words))
    write_musicxml(file, sheet)


_SCORE_WRITERS = {MIDI_SUFFIX: _write_midi, MUSICXML_SUFFIX: _write_musicxml}


def _tempo_bpm(timed: TimedBar) -> float:
    """The tempo at which a bar really sounded, changes inside it included."""
    seconds = (timed.end_frame - timed.start_frame) / SAMPLE_RATE
    return timed.bar.beats * 60.0 / seconds


def _patches(timed: TimedBar, styles: Mapping[str, Style]) -> dict[str, str]:
    return {name: part.patch for name, part in styles[timed.bar.style].parts.items()}
