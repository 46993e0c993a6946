"""``python -m sparsegrow`` is the command ``sparsegrow``."""

import sys


def run() -> int:
    """Run the command line; Ctrl-C while it is still being loaded is one line, too."""
    try:
        from sparsegrow.cli import main
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(run())
