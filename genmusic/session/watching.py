"""Watching style files: what is saved plays from the next bar on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from genmusic.composition.repertoire import Repertoire
from genmusic.errors import RuleError
from genmusic.rules import Style, shipped_styles
from genmusic.session.engine import Engine
from genmusic.session.library import Library, read_styles_again
from genmusic.session.revocations import follow_revocations
from genmusic.session.shelf import StyleShelf
from genmusic.units import SAMPLE_RATE

PAUSE_MILLISECONDS = 50  # an editor writes a file in several steps
TRIAL_SECONDS = 2  # of music: the tables of a new sound are built here, not in a render thread

Changes = Callable[[Sequence[Path], threading.Event], Iterable[object]]
"""Yields whenever files in the folders have changed, until the event is set."""

_logger = logging.getLogger("genmusic.styles")


class StyleWatch:
    """A thread that keeps a library's styles, and what it may learn from, as their files are."""

    def __init__(
        self, library: Library, own: Path | None = None, changes: Changes | None = None
    ) -> None:
        self._library = library
        self._own = own
        self._changes = changes or changes_of_files
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="styles", daemon=True)

    def __enter__(self) -> StyleWatch:
        follow_revocations(self._library, self._own)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        for _change in self._changes(self._folders(), self._stopped):
            follow_revocations(self._library, self._own)
            for style in self._read_again():
                _logger.info("the style %s was edited; it plays from the next bar on", style.name)

    def _folders(self) -> list[Path]:
        shipped = {path.parent for path in shipped_styles().values()}
        own = {self._own} if self._own is not None and self._own.is_dir() else set()
        single = {path.resolve().parent for path in self._library.styles.files}
        return sorted(shipped | own | single)

    def _read_again(self) -> list[Style]:
        models = self._library.models
        return read_styles_again(
            self._library.styles, self._own, lambda style: try_out(style, models)
        )


def try_out(style: Style, models: Repertoire) -> None:
    """Play a style unheard; a fault that no check foresaw must not reach a listener.

    Raises
    ------
    RuleError
        It cannot be played.
    """
    library = Library(StyleShelf({style.name: style}), models)
    try:
        engine = Engine(library, seed=0, controls={"style": style.name})
        engine.render(np.empty((2, TRIAL_SECONDS * SAMPLE_RATE), np.float32))
    except Exception as error:
        _logger.exception("the style %s cannot be played", style.name)
        raise RuleError(f"it cannot be played: {error}", file=f"{style.name}.toml") from error


def changes_of_files(folders: Sequence[Path], stopped: threading.Event) -> Iterable[object]:
    """Yield whenever a file in the folders has changed, until ``stopped`` is set."""
    import watchfiles

    return watchfiles.watch(
        *folders,
        stop_event=stopped,
        debounce=PAUSE_MILLISECONDS,
        step=PAUSE_MILLISECONDS,
        raise_interrupt=False,
    )
