"""docs/commands.md names every command and option there is, and none that is not."""

import argparse
import re
from pathlib import Path

import pytest

from genmusic.cli import build_parser

TEXT = (Path(__file__).parent.parent / "docs" / "commands.md").read_text()


def walk(parser):
    """Every parser of the tree that runs something, with its full name."""
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield parser
    for action in below:
        for child in action.choices.values():
            yield from walk(child)


PARSERS = {parser.prog: parser for parser in walk(build_parser())}


def section(command):
    """The text below the heading of a command."""
    found = re.search(rf"^## `{command}\b.*?(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize("command", PARSERS)
def test_the_command_has_a_section(command):
    assert section(command), f"docs/commands.md has no section ## `{command} …`"


@pytest.mark.parametrize("command", PARSERS)
def test_the_section_names_exactly_the_options_there_are(command):
    actions = [a for a in PARSERS[command]._actions if a.dest != "help"]
    options = {option for action in actions for option in action.option_strings if "--" in option}

    documented = set(re.findall(r"^\| `(--[a-z-]+)", section(command), re.MULTILINE))

    assert documented == options


@pytest.mark.parametrize("command", PARSERS)
def test_the_heading_names_the_positional_arguments(command):
    names = [a.metavar or a.dest for a in PARSERS[command]._actions if not a.option_strings]

    heading = section(command).splitlines()[0]

    assert all(str(name).upper() in heading for name in names), heading


def test_no_section_is_about_a_command_that_is_not_there():
    documented = re.findall(r"^## `(genmusic [a-z ]*[a-z])", TEXT, re.MULTILINE)

    assert set(documented) == set(PARSERS)
