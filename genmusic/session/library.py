"""What all sessions share: styles, of which new editions may come, and trained models."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from genmusic.composition.hooks import installed_hooks
from genmusic.composition.model import shipped_models
from genmusic.composition.repertoire import Repertoire
from genmusic.composition.trained import Trained, load_trained
from genmusic.controls.spec import Value, check_changes
from genmusic.errors import RuleError, UnknownNameError
from genmusic.rules import Style, load_style, shipped_styles, styles_in
from genmusic.session.shelf import StyleShelf
from genmusic.synthesis.patches import PATCHES

_logger = logging.getLogger("genmusic.styles")


@dataclass(frozen=True, slots=True)
class Library:
    """Styles and models by name."""

    styles: StyleShelf
    models: Repertoire

    def style(self, name: str) -> Style:
        """The newest style of that name; `UnknownNameError` lists those there are."""
        self._check(name)
        return self.styles[name]

    def first_style(self, name: str) -> Style:
        """The style of that name as it was at the start."""
        self._check(name)
        return self.styles.first(name)

    def check(self, changes: Mapping[str, object]) -> dict[str, Value]:
        """Changes of controls as they are logged, or a `ControlError` or `UnknownNameError`."""
        checked = check_changes(changes)
        if "style" in checked:
            self._check(str(checked["style"]))
        return checked

    def _check(self, name: str) -> None:
        if name not in self.styles:
            known = ", ".join(self.styles)
            raise UnknownNameError(f"there is no style {name!r:.40}; known: {known}")


def open_library(own: Path | None = None) -> Library:
    """Read the shipped styles and models, and the styles of a folder of one's own.

    A faulty style of one's own is left out, and the log says why.
    """
    styles = {name: read_style(path) for name, path in shipped_styles().items()}
    library = Library(StyleShelf(styles), shipped_repertoire())
    if own is not None:
        read_styles_again(library.styles, own)
    return library


def shipped_repertoire() -> Repertoire:
    """The models that came with the product."""
    return Repertoire({name: _shipped_model(path) for name, path in shipped_models().items()})


@lru_cache(maxsize=8)
def _shipped_model(path: Path) -> Trained:
    """A model that came with the product, read once: it is large, and changes with a release."""
    return load_trained(path)


def add_style(library: Library, path: Path) -> tuple[Library, str]:
    """The library with the style of a file, and the style's name."""
    style = read_style(path)
    shelf = StyleShelf({**library.styles, style.name: style}, (*library.styles.files, path))
    return replace(library, styles=shelf), style.name


def read_styles_again(
    shelf: StyleShelf, own: Path | None, try_out: Callable[[Style], None] = lambda _style: None
) -> list[Style]:
    """Read the files of all styles and place what is new; the styles placed.

    A style that has become faulty, or whose file is gone, stays as it was. ``try_out`` is called
    with what is new before it is placed, and may refuse it with a `RuleError`.
    """
    placed: list[Style] = []
    for path in (*_files(own), *shelf.files):
        try:
            style = shelf.dressed(read_style(path))
            if style != shelf.get(style.name):
                try_out(style)
        except RuleError as error:
            if shelf.refuse(path.stem, str(error)):
                _logger.warning("%s; %s", error, _consequence(shelf, path.stem))
            continue
        if shelf.put(style):
            placed.append(style)
    return placed


def read_style(path: Path) -> Style:
    """Read a style file; a `RuleError` names file, line and key of the first fault."""
    return load_style(path, patches=PATCHES, hooks=installed_hooks())


def _files(own: Path | None) -> Iterator[Path]:
    shipped = shipped_styles()
    yield from shipped.values()
    for name, path in styles_in(own).items() if own is not None else ():
        if name in shipped:
            _logger.warning("%s: the name of a shipped style; give the file another name", path)
        else:
            yield path


def _consequence(shelf: StyleShelf, name: str) -> str:
    return "the last good edition plays on" if name in shelf else "the style is left out"
