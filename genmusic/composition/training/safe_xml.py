"""XML from strangers, read as a stream: no entities, bounded depth, forgotten as it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from genmusic.errors import CorpusError

DEEPEST = 64  # elements inside one another; MusicXML needs about ten

Visit = Callable[[Element], None]


def read_xml(data: bytes, visits: dict[str, Visit]) -> Element:
    """Parse ``data``, handing each finished element named in ``visits`` over, then emptying it.

    Returns the root with what no visit has emptied.
    """
    reader = _Reader(visits)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise CorpusError(f"it is not well-formed XML: {error}") from error
    root: Element = reader.builder.close()
    return root


class _Reader:
    def __init__(self, visits: dict[str, Visit]) -> None:
        self.builder = TreeBuilder()
        self._visits = visits
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.builder.data
        self.parser.EntityDeclHandler = _refuse_entity

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CorpusError(f"its elements are nested deeper than {DEEPEST}")
        self.builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        element = self.builder.end(tag)
        visit = self._visits.get(tag)
        if visit:
            visit(element)
            element.clear()


def _refuse_entity(*_: object) -> NoReturn:
    raise CorpusError("it declares XML entities, which a score does not need")
