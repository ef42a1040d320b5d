"""``genmusic model``: look into trained models, and measure how well melodies are predicted."""

from __future__ import annotations

import argparse
from typing import Any

from genmusic.cli.model import credits, evaluate, show

ACTIONS = (show, evaluate, credits)


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the commands and their options."""
    parser = subparsers.add_parser("model", help="look into trained models, and measure them")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action in ACTIONS:
        action.add_action(actions)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    status: int = arguments.act(arguments)
    return status
