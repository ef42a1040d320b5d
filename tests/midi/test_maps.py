"""Maps of controllers: read, refused, learned, saved."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genmusic.controls.spec import TABLE, defaults
from genmusic.errors import DeviceError, RuleError
from genmusic.midi.mapper import Mapper
from genmusic.midi.maps import (
    ACTIONS,
    NOT_FOR_KNOBS,
    TAKEOVERS,
    TURNED,
    Button,
    Knob,
    MidiMap,
    default_map,
    load_map,
    map_for,
    save_map,
    shipped_maps,
    to_toml,
)
from genmusic.midi.messages import Message
from genmusic.midi.takeover import Takeover
from genmusic.midi.zones import KEYS, ROLES, Zone

STYLES = ("evening", "drive")


def turn(cc, value, channel=1):
    return Message(0, 0xB0 | (channel - 1), cc, value)


def mapper(*knobs, buttons=()):
    return Mapper(MidiMap(title="t", knobs=tuple(knobs), buttons=buttons), STYLES)


@pytest.mark.parametrize("name", shipped_maps())
def test_a_shipped_map_is_good_and_names_its_controller(name):
    shipped = load_map(shipped_maps()[name])

    assert shipped.port
    assert shipped.knobs
    assert len({(k.cc, k.channel) for k in shipped.knobs}) == len(shipped.knobs)
    assert map_for(f"{shipped.port} MIDI 1", [shipped]) == shipped


def test_without_a_map_the_table_of_controls_says_which_knob_moves_what():
    moved = Mapper(default_map(), STYLES).read(turn(21, 64), {**defaults(), "arousal": 0.0})

    assert list(moved.controls) == ["arousal"]
    assert {k.cc for k in default_map().knobs} == {c.midi_cc for c in TABLE if c.midi_cc}


def test_a_program_change_asks_for_a_style():
    assert mapper().read(Message(0, 0xC0, 1), defaults()).controls == {"style": "drive"}
    assert mapper().read(Message(0, 0xC0, 99), defaults()).controls == {}


def test_a_button_turns_a_switch_over_when_it_is_pressed_and_not_when_it_is_let_go():
    reading = mapper(buttons=(Button(cc=48, does="drums.mute"),))

    assert reading.read(turn(48, 127), defaults()).controls == {"drums.mute": True}
    assert reading.read(turn(48, 0), defaults()).controls == {}


def test_a_pad_with_an_action_is_not_played():
    reading = mapper(buttons=(Button(note=36, does="next_piece"),))

    assert reading.read(Message(0, 0x99, 36, 100), defaults()).action == "next_piece"
    assert reading.read(Message(0, 0x90, 60, 100), defaults()).is_note


def test_a_knob_with_another_channel_is_left_alone():
    reading = mapper(Knob(cc=20, channel=3, control="valence", takeover="none"))

    assert reading.read(turn(20, 0, channel=2), defaults()).controls == {}
    assert reading.read(turn(20, 0, channel=3), defaults()).controls == {"valence": -1.0}


def test_range_and_curve_shape_what_a_knob_does():
    reading = mapper(Knob(cc=9, control="density", low=0.2, high=0.6, curve=2.0, takeover="none"))

    values = [reading.read(turn(9, v), defaults()).controls["density"] for v in (0, 64, 127)]

    assert values == pytest.approx([0.2, 0.2 + 0.4 * (64 / 127) ** 2, 0.6])


def test_a_knob_that_waits_is_taken_over_when_it_passes_the_control():
    reading, controls = mapper(Knob(cc=9, control="density")), {**defaults(), "density": 0.5}

    assert not reading.read(turn(9, 10), controls).controls
    assert not reading.read(turn(9, 40), controls).controls
    assert reading.read(turn(9, 70), controls).controls["density"] == pytest.approx(70 / 127)


def test_a_control_that_somebody_else_moved_must_be_picked_up_again():
    reading, controls = mapper(Knob(cc=9, control="density")), {**defaults(), "density": 0.0}
    assert reading.read(turn(9, 0), controls).controls == {"density": 0.0}

    assert not reading.read(turn(9, 3), {**controls, "density": 0.9}).controls


@given(st.floats(0, 1), st.lists(st.integers(0, 127), min_size=2, max_size=40))
def test_a_scaled_knob_never_jumps_and_reaches_both_ends(start, turns):
    takeover, control = Takeover("scaled"), start
    last = turns[0]
    for value in turns:
        moved = takeover.move(value / 127, control)
        if moved is not None:
            assert 0.0 <= moved <= 1.0
            if value not in (0, 127):
                assert (moved - control) * (value - last) >= -1e-12  # it moves as the hand does
            control = moved
        last = value
    assert takeover.move(1.0, control) == 1.0
    assert takeover.move(0.0, 1.0) == 0.0


def test_learning_takes_the_next_knob_and_no_pedal():
    reading = mapper(Knob(cc=20, control="valence"))
    reading.learn("tension")

    assert reading.read(turn(64, 127), defaults()).learned is None
    assert reading.read(turn(20, 5), defaults()).learned == Knob(cc=20, control="tension")
    assert [k.control for k in reading.map.knobs] == ["tension"]
    assert reading.read(turn(21, 5), defaults()).learned is None


KNOBS = st.builds(
    Knob,
    cc=st.integers(0, 119).filter(lambda cc: cc not in NOT_FOR_KNOBS),
    channel=st.integers(0, 16),
    control=st.sampled_from(TURNED),
    low=st.floats(0, 1),
    high=st.floats(0, 1),
    curve=st.floats(0.1, 10),
    takeover=st.sampled_from(TAKEOVERS),
)


ZONES = st.builds(
    lambda role, keys: Zone(role=role, low=min(keys), high=max(keys)),
    st.sampled_from(ROLES),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)),
)


@given(
    st.text('ab "\\\n\té𝄞', max_size=20),
    st.lists(KNOBS, max_size=5),
    st.lists(ZONES, max_size=3),
)
def test_what_is_saved_is_read_back_equal(tmp_path_factory, title, knobs, zones):
    path = tmp_path_factory.mktemp("maps") / "mine.toml"
    saved = MidiMap(title=title or "x", port="p", knobs=tuple(knobs), zones=tuple(zones))

    save_map(path, saved)

    assert load_map(path) == saved
    assert [file.name for file in path.parent.iterdir()] == ["mine.toml"]


def test_a_map_that_cannot_be_saved_leaves_the_old_one(tmp_path):
    (tmp_path / "folder").write_text("a file")

    with pytest.raises(DeviceError, match="cannot be saved"):
        save_map(tmp_path / "folder" / "mine.toml", default_map())


def test_a_wrong_map_is_refused_with_file_line_and_key(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(default_map()).replace('"valence"', '"valance"'))

    with pytest.raises(RuleError, match=r"mine.toml:\d+: knobs.*control.*did you mean 'valence'"):
        load_map(path)


def test_a_button_needs_one_thing_it_sends(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "x"\n[[buttons]]\ncc = 3\nnote = 4\ndoes = "pause"\n')

    with pytest.raises(RuleError, match="either a cc or a note"):
        load_map(path)


def test_a_zone_without_a_key_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "x"\n[[zones]]\nrole = "melody"\nlow = "C4"\nhigh = "C3"\n')

    with pytest.raises(RuleError, match=r"mine.toml:\d+: zones.*low key below"):
        load_map(path)


def test_the_map_shown_in_the_documentation_is_good_and_every_key_is_explained(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "performing.md").read_text()
    shown = []
    for block in re.findall(r"```toml\n(.*?)```", text, re.S):
        (tmp_path / "shown.toml").write_text(block)
        shown.append(load_map(tmp_path / "shown.toml"))

    assert map_for("Arturia Keystep 37", shown) == shown[0]
    keys = {entry.name for schema in (Knob, Button, Zone) for entry in fields(schema)}
    assert set(ROLES) <= set(re.findall(r"`(\w+)`", text))
    assert keys <= set(re.findall(r"`(\w+)`", text))
    assert set(ACTIONS) <= set(re.findall(r"`(\w+)`", text))
