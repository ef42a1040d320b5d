"""docs/rooms.md names every message and field with which a room is led."""

import re
from pathlib import Path

import msgspec
import pytest

from genmusic.server.rooms import words

TEXT = (Path(__file__).parents[2] / "docs" / "rooms.md").read_text()
MESSAGES = {
    kind.__struct_config__.tag: kind
    for kind in vars(words).values()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind.__struct_config__.tag
}


@pytest.mark.parametrize("tag", MESSAGES)
def test_every_message_is_described_field_by_field(tag):
    found = re.search(rf"^### {tag}$(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)

    assert found, f"there is no section ### {tag}"
    named = re.findall(r"^\| `(\w+)` \|", found[1], re.MULTILINE)
    assert sorted(named) == sorted(MESSAGES[tag].__struct_fields__)
