"""Tables for people: framed by rich in a terminal, plain columns in a pipe."""

import shutil
import sys
from collections.abc import Sequence


def show(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> None:
    """Prints a table on stdout; the columns in `right` are aligned to the right.

    A pipe gets whole lines, whatever their length; so does a terminal without rich.
    """
    if sys.stdout.isatty():
        try:
            import rich.box
            import rich.console
            import rich.table
        except ModuleNotFoundError:
            pass
        else:
            table = rich.table.Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
            for i, name in enumerate(header):
                justify = "right" if i in right else "left"
                # Ids and numbers stay whole; the last column holds the prose.
                last = i == len(header) - 1
                table.add_column(name, justify=justify, no_wrap=not last)
            for row in rows:
                table.add_row(*(cell.replace("[", "\\[") for cell in row))
            width = shutil.get_terminal_size().columns
            rich.console.Console(width=width, highlight=False).print(table)
            return
    print(plain(header, rows, right))


def plain(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> str:
    """The table as aligned columns, two spaces apart."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
