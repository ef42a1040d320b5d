import pytest

from genmusic.errors import RuleError
from genmusic.rules import load_style

HEAD = 'title = "Rain"\nextends = "evening"\n'


def fault(tmp_path, text: str, name: str = "rain.toml") -> RuleError:
    (tmp_path / name).write_text(text)
    with pytest.raises(RuleError) as caught:
        load_style(tmp_path / name)
    return caught.value


def test_an_unknown_key_suggests_the_nearest_one(tmp_path):
    error = fault(tmp_path, HEAD + "[harmony]\nseventh = 0.5\n")

    assert str(error) == (
        "rain.toml:4: harmony.seventh: there is no such key; did you mean 'sevenths'?"
    )


def test_an_unknown_key_far_from_all_lists_them(tmp_path):
    error = fault(tmp_path, HEAD + "[pad]\nzzz = 1\n")

    assert str(error).endswith("there is no such key; known: voices")


def test_a_number_out_of_range_names_range_and_value(tmp_path):
    error = fault(tmp_path, HEAD + "\n[parts.bass]\npan = 0.5\nlevel_db = 12\n")

    assert (error.file, error.line, error.key) == ("rain.toml", 6, "parts.bass.level_db")
    assert str(error).endswith("must be -60..6 dB, got 12")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('melody.max_leap = "far"', "must be a whole number in 5..12 semitones, got 'far'"),
        ("melody.max_leap = 7.5", "must be a whole number in 5..12 semitones, got 7.5"),
        ("melody.arch = true", "must be 0..12 semitones, got True"),
        ("melody.arch = nan", "must be 0..12 semitones, got nan"),
        ('melody.grid = "eigth"', "got 'eigth'; did you mean 'eighth'?"),
        ("title = 7", "must be text of at most 60 characters, got 7"),
        ("parts = 3", "must be a table of melody, counter, comp, pad, bass, drums"),
        ("melody = 3", "must be a table, got 3"),
        (
            'parts.pad.low = "H2"',
            "must be a pitch from C-1 to G9, such as C4, F#3 or Bb5, got 'H2'",
        ),
        ('parts.pad.low = "A9"', "must be a pitch"),
        ('form.plans = ["intro A Z"]', "there is no section 'Z'"),
        ("form.plans = []", "must have 1..16 entries, got 0"),
        ('sections.A.phrases = ["4 whole"]', "must be 2..8 bars and a cadence"),
        ('sections.A.phrases = ["9 half"]', "must be 2..8 bars and a cadence"),
        ("harmony.degrees = [1, 2]", "must have 7..7 entries, got 2"),
        ('harmony.rhythms = ["4 23"]', "must be bars of 4, 22"),
        ("harmony.dark_modes = { dorain = 1 }", "did you mean 'dorian'?"),
        ('comp.patterns = [{ steps = "xxxxx" }]', "must be a bar in 2, 3, 4, 6, 8, 9, 12, 16, 18"),
        (
            'comp.patterns = [{ steps = "xxx" }]',
            "must have 4, 8, 12, 16, 24, 32 steps in 4/4, got 3",
        ),
        (
            'form.metres = { "4/4" = 0, "3/4" = 0, "6/8" = 0 }',
            "form.metres: one of them must weigh more than 0",
        ),
        ('form.metres = { "2/4" = 1.0 }', "comp.patterns must have one for the metre 2/4"),
        ('drums.patterns = [{ kick = "kick" }]', "of the signs Xxo and . for nothing"),
        (
            'extends = "morning"',
            "lofi, synthwave, techno), got 'morning'",
        ),
    ],
)
def test_each_kind_of_mistake_is_told_in_one_sentence(tmp_path, line, message):
    head = "" if line.startswith("extends") else 'extends = "evening"\n'
    title = "" if line.startswith("title") else 'title = "Rain"\n'

    error = fault(tmp_path, title + head + line + "\n")

    assert message in str(error)
    assert error.line == len((title + head).splitlines()) + 1
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ('{ by = "mood", points = [[0, 80]] }', "must be one of valence, arousal, tension"),
        ('{ by = "arousal", points = [[0, 300]] }', "must be 40..200 bpm, got 300"),
        ('{ by = "arousal", points = [[2, 80]] }', "must be -1..1, got 2"),
        ('{ by = "arousal", points = [[0, 80], [0, 90]] }', "positions must rise"),
        ('{ by = "arousal", points = [[0]] }', "must have 2..2 entries, got 1"),
        ('{ by = "arousal", point = [[0, 80]] }', "did you mean 'points'?"),
        ("80", "must be { by = an axis, points ="),
    ],
)
def test_a_curve_that_cannot_be_is_refused(tmp_path, curve, message):
    error = fault(tmp_path, HEAD + f"[mood]\ntempo_bpm = {curve}\n")

    assert message in str(error)
    assert error.line == 4


def test_a_range_of_less_than_an_octave_is_refused(tmp_path):
    error = fault(tmp_path, HEAD + '[parts.melody]\nlow = "C4"\nhigh = "B4"\n')

    assert (error.line, error.key) == (5, "parts.melody.high")
    assert str(error).endswith("must be at least 12 semitones above low, got 11")


def test_a_required_key_that_is_missing_is_named(tmp_path):
    error = fault(tmp_path, 'text = "no title"\n')

    assert "'title' must be given" in str(error)


def test_text_that_is_not_toml_names_the_line(tmp_path):
    error = fault(tmp_path, 'title = "Rain"\n[parts\n')

    assert error.line == 2
    assert "not TOML" in str(error)


def test_toml_that_ends_too_early_names_the_last_line(tmp_path):
    assert fault(tmp_path, 'title = "Rain"\nparts = [').line == 2


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RuleError, match=r"rain\.toml: cannot be read: No such file"):
        load_style(tmp_path / "rain.toml")


def test_bytes_that_are_not_text_are_refused(tmp_path):
    (tmp_path / "rain.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(RuleError, match="is not UTF-8 text"):
        load_style(tmp_path / "rain.toml")


def test_a_huge_file_is_refused(tmp_path):
    assert "larger than 100000 bytes" in str(fault(tmp_path, "#" * 100_001))


@pytest.mark.parametrize("name", ["Rain.toml", ".toml", "a b.toml", "x" * 41 + ".toml"])
def test_a_file_name_that_cannot_name_a_style_is_refused(tmp_path, name):
    assert "the name of a style has" in str(fault(tmp_path, HEAD, name))


def test_the_line_of_a_table_in_a_list_of_tables_is_its_own(tmp_path):
    patterns = '[[bass.patterns]]\nsteps = "R..."\n' * 2 + '[[bass.patterns]]\nsteps = "Q..."\n'

    error = fault(tmp_path, HEAD + patterns)

    assert (error.line, error.key) == (8, "bass.patterns[3].steps")
