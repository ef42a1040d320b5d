"""What the README shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from genmusic import cli
from genmusic.rules import load_style

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()


def code(language):
    """The one block of code in a language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return block


COMMANDS = re.findall(r"genmusic (?:render|style|model) [^`\n]+", TEXT)
LINKS = re.findall(r"\]\(([^)#]+)\)", TEXT)
FOLDERS = re.findall(r"\b((?:genmusic|kernels)/[a-z/_.]*)", TEXT)


@pytest.fixture
def rain(tmp_path, monkeypatch):
    """A folder with the style of the README."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rain.toml"
    path.write_text(code("toml"))
    return path


def test_the_rules_are_a_style(rain):
    style = load_style(rain)

    assert style.title == "Rain on the roof"
    assert style.parts["melody"].patch == "bell"


def test_the_python_lines_run(tmp_path):
    shown = subprocess.run(
        [sys.executable, "-c", code("python")],
        capture_output=True, text=True, timeout=300, env={"PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip

    assert re.search(r"[\w#]+ (major|minor|dorian|phrygian|lydian|mixolydian)\n", shown.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_works(command, rain, capsys):
    status = cli.main(command.split()[1:])

    assert status == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", [*LINKS, *FOLDERS])
def test_what_it_points_to_is_there(name):
    assert (ROOT / name).exists()


@pytest.mark.parametrize("target", re.findall(r"\bmake ([a-z]+)`?\n", TEXT))
def test_make_knows_the_target(target):
    made = subprocess.run(
        ["make", "--dry-run", "--question", target], cwd=ROOT, capture_output=True, timeout=60
    )

    assert made.returncode in (0, 1)  # 2: no such target
