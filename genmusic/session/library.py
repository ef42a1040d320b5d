"""What all sessions share and none changes: styles, and the trained models they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from genmusic.composition.model import Model, load_model, shipped_models
from genmusic.errors import RuleError, UnknownNameError
from genmusic.rules import Style, load_style, shipped_styles
from genmusic.synthesis.patches import find_patch

DEFAULT_MODEL = "openscore"


@dataclass(frozen=True, slots=True)
class Library:
    """Styles and models by name."""

    styles: Mapping[str, Style]
    models: Mapping[str, Model]

    def style(self, name: str) -> Style:
        """The style of that name; `UnknownNameError` lists those there are."""
        if name not in self.styles:
            known = ", ".join(self.styles)
            raise UnknownNameError(f"there is no style {name!r:.40}; known: {known}")
        return self.styles[name]

    @property
    def model(self) -> Model:
        """The model that composes."""
        return self.models[DEFAULT_MODEL]


def open_library() -> Library:
    """Read the shipped styles and models; a style with an unknown patch is refused here."""
    styles = {name: _read_style(path) for name, path in shipped_styles().items()}
    return Library(styles, {name: load_model(path) for name, path in shipped_models().items()})


def add_style(library: Library, path: Path) -> tuple[Library, str]:
    """The library with the style of a file, and the style's name."""
    style = _read_style(path)
    return replace(library, styles={**library.styles, style.name: style}), style.name


def _read_style(path: Path) -> Style:
    style = load_style(path)
    for name, part in style.parts.items():
        try:
            find_patch(part.patch)
        except UnknownNameError as error:
            raise RuleError(str(error), file=path.name, key=f"parts.{name}.patch") from error
    return style
