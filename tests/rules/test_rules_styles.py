import pytest

from genmusic.rules import Curve, PhraseRules, load_style, shipped_styles


@pytest.fixture
def written(tmp_path):
    """Write a style that extends another, and read it."""

    def write(text: str, base: str = "evening"):
        path = tmp_path / "rain.toml"
        path.write_text(f'title = "Rain"\nextends = "{base}"\n{text}\n')
        return load_style(path)

    return write


NAMES = tuple(shipped_styles())


def test_ten_styles_are_shipped():
    assert NAMES == (
        "ambient", "chamber", "cinematic", "drive", "evening", "folk", "jazz", "lofi", "synthwave",
        "techno",
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_style_has_a_tune_chords_and_a_bass_and_is_named_after_its_file(name):
    style = load_style(shipped_styles()[name])

    assert style.name == name
    assert set(style.parts) >= {"melody", "comp", "bass"}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_style_keeps_the_registers_apart(name):
    parts = load_style(shipped_styles()[name]).parts
    middle = {part: (rules.low + rules.high) / 2 for part, rules in parts.items()}

    assert middle["bass"] + 12 <= min(middle["comp"], middle.get("pad", 127))
    assert max(middle["comp"], middle.get("pad", 0)) < middle["melody"]


@pytest.mark.parametrize("one", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_no_two_shipped_styles_share_their_sounds_patterns_words_or_tempo(one, other):
    if one >= other:
        return
    first, second = (load_style(shipped_styles()[name]) for name in (one, other))

    def sounds(style):
        return [part.patch for part in style.parts.values()]

    assert sounds(first) != sounds(second)
    assert first.form.plans != second.form.plans
    assert not {p.steps for p in first.bass.patterns} >= {p.steps for p in second.bass.patterns}
    assert first.harmony != second.harmony
    assert first.mood.tempo_bpm != second.mood.tempo_bpm
    assert first.titles.places != second.titles.places


def test_an_extended_style_keeps_what_the_file_does_not_say(written):
    style, base = written("[parts.comp]\npan = 0.9"), load_style(shipped_styles()["evening"])

    assert (style.name, style.title) == ("rain", "Rain")
    assert style.parts["comp"].pan == 0.9
    assert style.parts["comp"].patch == base.parts["comp"].patch
    assert style.form == base.form


def test_a_list_in_an_extending_style_replaces_the_whole_list(written):
    style = written('[[bass.patterns]]\nsteps = "R..."', "drive")

    assert [pattern.steps for pattern in style.bass.patterns] == ["R..."]


def test_spaces_group_the_steps_of_a_pattern(written):
    style = written('[[drums.patterns]]\nkick = "x... x... x... x..."', "drive")

    assert style.drums.patterns[0].kick == "x...x...x...x..."


@pytest.mark.parametrize(("name", "pitch"), [("C4", 60), ("A0", 21), ("F#3", 54), ("Gb3", 54)])
def test_pitches_are_named(written, name, pitch):
    assert written(f'[parts.pad]\nlow = "{name}"\nhigh = "C7"').parts["pad"].low == pitch


def test_a_phrase_is_bars_and_a_cadence(written):
    style = written('[sections.A]\nphrases = ["8 open", "4 authentic"]')

    assert style.sections["A"].phrases == (PhraseRules(8, "open"), PhraseRules(4, "authentic"))


def test_a_style_cannot_be_changed(written):
    style = written("")

    with pytest.raises(AttributeError):
        style.title = "Other"
    with pytest.raises(TypeError):
        style.parts["melody"] = None


@pytest.mark.parametrize(
    ("position", "value"), [(-2, 10), (-1, 10), (-0.5, 15), (0, 20), (0.5, 10), (1, 0), (2, 0)]
)
def test_a_curve_is_straight_between_its_points_and_level_outside(position, value):
    curve = Curve("valence", ((-1.0, 10.0), (0.0, 20.0), (1.0, 0.0)))

    assert curve.at(position) == value
