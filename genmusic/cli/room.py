"""``genmusic room``: a token with which a performer leads a room of this server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from genmusic.cli.arguments import whole_number

DAYS = 30
DAY_SECONDS = 86_400.0


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("room", help="let a performer lead a room of this server")
    parser.add_argument("name", metavar="NAME", help="1 to 32 small letters, digits and hyphens")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the folder of the server"
    )
    parser.add_argument(
        "--days",
        type=whole_number(1, 3_650),
        default=DAYS,
        metavar="N",
        help=f"how long it is good for (default: {DAYS})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a token."""
    from genmusic.session.room.names import check_name
    from genmusic.session.tokens import Purpose, TokenMint, load_key

    check_name(arguments.name)
    mint = TokenMint(load_key(arguments.data))
    token = mint.issue(Purpose.LEAD, arguments.name, arguments.days * DAY_SECONDS)
    sys.stdout.write(token + "\n")
    return 0
