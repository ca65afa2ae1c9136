"""Where a run of these tests ends, so that nothing is compiled."""


class Compiling(Exception):
    """Stands for everything after the last check."""
