"""What all sessions share and none changes: styles, and the trained models they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from genmusic.composition.model import Model, load_model, shipped_models
from genmusic.errors import UnknownNameError
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
    styles = {name: load_style(path) for name, path in shipped_styles().items()}
    for style in styles.values():
        for part in style.parts.values():
            find_patch(part.patch)
    return Library(styles, {name: load_model(path) for name, path in shipped_models().items()})
