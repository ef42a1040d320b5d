"""``python -m genmusic``."""

import sys

from genmusic.cli import main

sys.exit(main())
