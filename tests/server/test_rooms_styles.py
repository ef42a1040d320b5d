"""Styles that travel to a room: what is taken, what is refused and why."""

import pytest

from genmusic.errors import ProtocolError, RuleError
from genmusic.rules import read_style_text
from genmusic.session.room.styles import LONGEST_TEXT, RoomStyles
from genmusic.session.shelf import edition_of

RAIN = 'title = "Rain"\nextends = "evening"\nparts.comp.patch = "harp"\n'


@pytest.fixture
def styles(library):
    return RoomStyles(library)


def named(text, name="rain"):
    return edition_of(read_style_text(name, text))


def test_what_a_performer_has_goes_before_what_the_server_has(styles, library):
    louder = RAIN.replace("Rain", "Evening")
    styles.add(named(louder, "evening"), louder)

    assert styles.library.first_style("evening").parts["comp"].patch == "harp"
    assert library.style("evening").parts["comp"].patch != "harp"


def test_an_edit_leaves_the_edition_that_was_told_first(styles):
    edited = RAIN.replace("harp", "nylon")
    styles.add(named(RAIN), RAIN)
    styles.add(named(edited), edited)

    assert styles.library.first_style("rain").parts["comp"].patch == "harp"
    assert styles.library.styles.edition(named(edited)).parts["comp"].patch == "nylon"


def test_python_of_a_performer_s_own_is_refused(styles):
    hooked = RAIN + 'hooks.melody = "os"\n'

    with pytest.raises(RuleError, match=r"rain.toml:4: hooks.melody: there is no hook 'os'"):
        styles.add("rain@0123456789abcdef", hooked)


def test_a_style_that_is_not_what_it_is_called_is_refused(styles):
    with pytest.raises(ProtocolError, match="are both of one version"):
        styles.add("rain@0123456789abcdef", RAIN)


def test_a_style_that_is_too_long_is_refused(styles):
    with pytest.raises(ProtocolError, match="at most 12000"):
        styles.add("rain@0123456789abcdef", RAIN + "#" * LONGEST_TEXT)


def test_a_faulty_style_is_refused_with_file_line_and_key(styles):
    with pytest.raises(RuleError, match=r"rain.toml:3: parts.comp.patch: .* did you mean 'harp'"):
        styles.add("rain@0123456789abcdef", RAIN.replace("harp", "hrap"))


@pytest.mark.parametrize("name", ["../rain", "Rain", "", "r" * 41])
def test_a_name_that_no_file_could_have_is_refused(styles, name):
    with pytest.raises(RuleError, match="the name of a style"):
        styles.add(f"{name}@0123456789abcdef", RAIN)


def test_an_edition_that_was_not_told_cannot_be_played(styles):
    with pytest.raises(ProtocolError, match="was not told the style rain@0123"):
        styles.check("rain@0123456789abcdef")
