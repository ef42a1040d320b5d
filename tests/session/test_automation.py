import pytest

from genmusic.errors import AutomationError
from genmusic.session.automation import FILE_BYTES_LIMIT, LINES_LIMIT, read_automation
from genmusic.session.engine import Change
from genmusic.session.library import open_library

GOOD = '{"at_seconds": 1, "set": {"valence": 0.5}}'


@pytest.fixture(scope="module")
def library():
    return open_library()


@pytest.fixture
def automation(tmp_path, library):
    def read(text):
        path = tmp_path / "changes.jsonl"
        path.write_text(text)
        return read_automation(path, library)

    return read


def test_a_line_is_controls_at_the_first_quantum_that_is_not_before_its_time(automation):
    changes = automation('{"at_seconds": 0.001, "set": {"valence": 0.5, "drums.mute": true}}')

    assert changes == (Change(64, "valence", 0.5), Change(64, "drums.mute", True))


def test_the_frame_of_a_log_comes_back_exactly_from_its_seconds(automation):
    frames = [64 * n for n in (1, 3, 12_345, 64_799_999)]

    changes = automation(
        "\n".join(
            f'{{"at_seconds": {frame / 48_000!r}, "set": {{"space": 0}}}}' for frame in frames
        )
    )

    assert [change.frame for change in changes] == frames


def test_empty_lines_are_nothing(automation):
    assert len(automation(f"\n{GOOD}\n\n{GOOD}\n")) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "truncated"),
        ("\xff", "malformed"),
        ("[1, 2]", "Expected `object`, got `array`"),
        ('{"set": {}}', "missing required field `at_seconds`"),
        ('{"at_seconds": -1, "set": {}}', "Expected `float` >= 0.0"),
        ('{"at_seconds": 1e9, "set": {}}', "Expected `float` <= 86400.0"),
        ('{"at_seconds": "1", "set": {}}', "Expected `float`, got `str`"),
        ('{"at_seconds": 1, "set": {}, "skip": 1}', "unknown field `skip`"),
        ('{"at_seconds": 1, "set": {"loudness": 1}}', "no control named 'loudness'"),
        ('{"at_seconds": 1, "set": {"valence": 2}}', r"valence must be in -1\.\.1, got 2"),
        ('{"at_seconds": 1, "set": {"valence": [1]}}', "got `array`"),
        ('{"at_seconds": 1, "set": {"style": "polka"}}', "there is no style 'polka'; known:"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_reason(automation, line, reason):
    with pytest.raises(AutomationError, match=rf"changes\.jsonl:2: .*{reason}"):
        automation(f"{GOOD}\n{line}\n{GOOD}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [(" " * (FILE_BYTES_LIMIT + 1), "larger than"), ("\n" * (LINES_LIMIT + 1), "more than")],
)
def test_a_file_that_is_too_large_is_refused(automation, text, reason):
    with pytest.raises(AutomationError, match=reason):
        automation(text)


def test_a_missing_file_is_named(tmp_path, library):
    with pytest.raises(AutomationError, match=r"gone\.jsonl: cannot be read: No such file"):
        read_automation(tmp_path / "gone.jsonl", library)
