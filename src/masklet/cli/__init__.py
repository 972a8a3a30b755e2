"""The command line: one file per command, each a library call said in flags.

What a command needs is imported when it runs, so that `masklet --help` is quick.
"""

from __future__ import annotations

import sys

from masklet.core.errors import MaskletError


def main() -> None:
    """Run the command line; 0 done, 1 failed with one line on stderr, 2 wrong usage."""
    from masklet.cli.app import app

    try:
        app()
    except MaskletError as error:
        print(f"masklet: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("masklet: stopped; finished frames are kept.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
