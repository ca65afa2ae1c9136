"""Tables for people: framed by rich in a terminal, plain columns in a pipe."""

import os
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

_GAP = 2  # spaces between columns
_NONE: Mapping[int, int] = MappingProxyType({})


def show(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    prose: Mapping[int, int] = _NONE,
    dispensable: Sequence[int] = (),
) -> None:
    """Prints a table on stdout; the columns in `right` are aligned to the right.

    A pipe gets whole lines, whatever their length; so does a terminal without rich. In a terminal
    the columns in `prose` are wrapped, to no less than the width given there, and all others stay
    whole; where the lines are still too long, the `dispensable` columns are left out, one after
    the other.
    """
    if sys.stdout.isatty():
        try:
            import rich.box
            import rich.console
            import rich.table
        except ModuleNotFoundError:
            pass
        else:
            columns = shutil.get_terminal_size().columns
            table = rich.table.Table(
                box=rich.box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
            )
            shown = fitting(header, rows, columns, prose, dispensable)
            for i in shown:
                justify = "right" if i in right else "left"
                table.add_column(
                    header[i], justify=justify, no_wrap=i not in prose, overflow="fold"
                )
            for row in rows:
                table.add_row(*(row[i].replace("[", "\\[") for i in shown))
            color = None if os.environ.get("NO_COLOR") else "auto"
            console = rich.console.Console(width=columns, highlight=False, color_system=color)
            console.print(table)
            return
    print(plain(header, rows, right))


def fitting(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: int,
    prose: Mapping[int, int] = _NONE,
    dispensable: Sequence[int] = (),
) -> list[int]:
    """The table's columns that go into lines of `columns` characters, in their order."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    least = [min(width, prose.get(i, width)) for i, width in enumerate(widths)]
    shown = list(range(len(header)))
    for i in dispensable:
        if sum(least[j] for j in shown) + _GAP * (len(shown) - 1) <= columns:
            break
        shown.remove(i)
    return shown


def plain(header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int]) -> str:
    """The table as aligned columns, two spaces apart."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        (" " * _GAP)
        .join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        .rstrip()
        for line in lines
    )
