"""``python -m sparsegrow`` is the command ``sparsegrow``."""

import sys

from sparsegrow.cli import main

if __name__ == "__main__":
    sys.exit(main())
