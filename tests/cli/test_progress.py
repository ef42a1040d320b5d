import sys

from genmusic.cli.progress import progress_bar


def test_a_terminal_shows_what_is_written_and_how_far(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")

    with progress_bar("evening.wav") as show:
        show(0.5)

    shown = capsys.readouterr()
    assert "evening.wav" in shown.err
    assert "50%" in shown.err
    assert shown.out == ""


def test_nobody_watching_sees_nothing(capsys):
    with progress_bar("evening.wav") as show:
        show(0.5)

    assert capsys.readouterr() == ("", "")
