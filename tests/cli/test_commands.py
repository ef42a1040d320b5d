import os
import subprocess
import sys

import pytest

from genmusic import __version__, cli
from genmusic.errors import UnknownNameError


def genmusic(*arguments, **settings):
    command = [sys.executable, "-m", "genmusic", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **settings)


@pytest.fixture
def failing(monkeypatch):
    """Let the render command end with an exception."""

    def fail_with(error):
        def run(arguments):
            raise error

        monkeypatch.setattr("genmusic.cli.render.run", run)

    return fail_with


def test_help_names_every_command():
    shown = genmusic("--help")

    assert shown.returncode == 0
    assert all(f"    {name} " in shown.stdout for name in cli.COMMANDS)


def test_the_version_is_that_of_the_package(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"genmusic {__version__}\n"


@pytest.mark.parametrize("command", ["--help", *([name, "--help"] for name in cli.COMMANDS)])
def test_help_does_not_load_the_compiler(command):
    arguments = [command] if isinstance(command, str) else command
    code = f"""if True:
        import sys
        from genmusic.cli import main
        main({arguments})
        print("numba" in sys.modules)
    """

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert shown.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("arguments", [
    [], ["sing"], ["render"], ["render", "a.wav", "--bogus"],
    ["perform", "--role", "sing"], ["perform", "--role", "melody=C4-C2"],
])  # fmt: skip
def test_wrong_usage_is_one_line_that_names_the_help_and_status_2(arguments, capsys):
    status = cli.main(arguments)

    assert status == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--help)" in error


def test_what_fails_is_one_line_and_status_1(failing, capsys):
    failing(UnknownNameError("there is no style 'x'"))

    status = cli.main(["render", "a.wav"])

    assert status == 1
    assert capsys.readouterr().err == "genmusic: there is no style 'x'\n"


def test_ctrl_c_is_quiet(failing, capsys):
    failing(KeyboardInterrupt())

    assert cli.main(["render", "a.wav"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)

    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with open(writer, "w") as gone:
        shown = subprocess.run(
            [sys.executable, "-m", "genmusic", "render", "--help"],
            stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60, env=buffered,
        )  # fmt: skip

    assert (shown.returncode, shown.stderr) == (141, "")
