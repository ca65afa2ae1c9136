"""`python -m jaxenvs`: the same as the command `jaxenvs`."""

import sys

from jaxenvs.cli import main

if __name__ == "__main__":
    sys.exit(main())
