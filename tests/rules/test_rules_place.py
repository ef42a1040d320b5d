import pytest

from genmusic.rules.place import find_line

TEXT = """\
title = "a = b"   # x = 3
text = "]["

[parts.melody]
low = "C4"
'quoted' = 1

[sections."A'"]
phrases = [
  "4 half",  # phrases = no
  "4 open",
]
lift = 0.1
start.deep = 3

[[drums.patterns]]
kick = "x..."
[[drums.patterns]]
[[drums.patterns]]
kick = "o..."
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("text",), 2),
        (("parts", "melody"), 4),
        (("parts", "melody", "low"), 5),
        (("parts", "melody", "quoted"), 6),
        (("sections", "A'"), 8),
        (("sections", "A'", "phrases"), 9),
        (("sections", "A'", "lift"), 13),
        (("sections", "A'", "start", "deep"), 14),
        (("drums", "patterns", 0, "kick"), 17),
        (("drums", "patterns", 1), 18),
        (("drums", "patterns", 2, "kick"), 20),
    ],
)
def test_a_key_is_found_on_its_line(path, line):
    assert find_line(TEXT, path) == line


def test_an_entry_of_an_inline_value_is_found_on_the_line_of_its_key():
    assert find_line(TEXT, ("sections", "A'", "phrases", 1)) == 9


def test_a_key_that_the_text_does_not_name_is_on_the_line_of_its_table():
    assert find_line(TEXT, ("parts", "melody", "high")) == 4


def test_what_the_text_does_not_name_at_all_has_no_line():
    assert find_line(TEXT, ("mood", "tempo_bpm")) == 0
