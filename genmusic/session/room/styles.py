"""The styles of a performance, as its performer has them: the text of a file travels."""

from __future__ import annotations

from genmusic.errors import ProtocolError
from genmusic.rules import HOOK_LAYERS, Style, read_style_text
from genmusic.session.library import Library
from genmusic.session.shelf import StyleShelf, edition_of
from genmusic.session.watching import try_out
from genmusic.synthesis.patches import PATCHES

LONGEST_TEXT = 12_000
"""Characters; the shipped styles have under 8000."""
MOST_EDITIONS = 300  # of a performance: a night of editing
NO_HOOKS = dict.fromkeys(HOOK_LAYERS, ())
"""Python of a performer's own is never run elsewhere."""


def travels(style: Style) -> bool:
    """Whether the text of the style's file is all that makes it."""
    whole = 0 < len(style.source) <= LONGEST_TEXT
    return whole and not style.hooks and style.scenario is None


class RoomStyles:
    """The server's own styles, and over them what the performer tells.

    What is told of a name first is the edition that is played without a further word; the log
    names the editions that follow.
    """

    def __init__(self, library: Library) -> None:
        known = {name: library.first_style(name) for name in library.styles}
        self.library = Library(StyleShelf(known), library.models)
        self._told: set[str] = set()
        self._editions: set[str] = set()

    def add(self, edition: str, text: str) -> None:
        """Take a style: read it, hold it against its name, and try it out.

        Raises
        ------
        RuleError
            It is faulty, wants Python of one's own, or cannot be played.
        ProtocolError
            It is too long, one too many, or not what it is called.
        """
        if edition in self._editions:
            return
        name = edition.partition("@")[0]
        if len(text) > LONGEST_TEXT:
            raise ProtocolError(
                f"the style {name:.40} has {len(text)} characters; "
                f"one that travels to a room has at most {LONGEST_TEXT}"
            )
        if len(self._editions) >= MOST_EDITIONS:
            raise ProtocolError(f"a performance has at most {MOST_EDITIONS} editions of styles")
        style = read_style_text(name, text, patches=PATCHES, hooks=NO_HOOKS)
        if edition_of(style) != edition:
            raise ProtocolError(
                f"the style {name} does not mean here what it means there: "
                "are both of one version of genmusic?"
            )
        if style != self.library.styles.get(name):
            try_out(style, self.library.models)
        self._place(style)
        self._editions.add(edition)

    def _place(self, style: Style) -> None:
        shelf = self.library.styles
        if style.name not in self._told:
            self._told.add(style.name)
            shelf.begin_with(style)
        shelf.put(style)

    def check(self, edition: str) -> str:
        """The name of an edition that was told, or a `ProtocolError`."""
        if edition not in self._editions:
            raise ProtocolError(
                f"the room was not told the style {edition:.60}: one with hooks, or of more than "
                f"{LONGEST_TEXT} characters, does not travel"
            )
        return edition
