"""`python -m jaxenvs`: the same as the command `jaxenvs`."""

from jaxenvs.cli import command

if __name__ == "__main__":
    command()
