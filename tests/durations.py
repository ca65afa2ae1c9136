"""Where the suite's time goes: seconds by folder, of a file that pytest's --junit-xml wrote.

    make unit PYTEST=--junit-xml=times.xml
    python -m tests.durations times.xml [DEPTH]

DEPTH says how many names of a path make a row: 2 is `envs.mpe` (the default), 3 a file of it. A
test's seconds are those of its worker, set-up included; two workers share them.
"""

import sys
import xml.etree.ElementTree as xml
from collections import defaultdict


def seconds(path: str, depth: int = 2) -> dict[str, tuple[float, int]]:
    """Seconds and number of tests by folder, the largest first."""
    rows: dict[str, list[float]] = defaultdict(list)
    for case in xml.parse(path).iter("testcase"):
        names = case.attrib["classname"].removeprefix("tests.").split(".")
        rows[".".join(names[:depth])].append(float(case.attrib["time"]))
    ordered = sorted(rows, key=lambda name: -sum(rows[name]))
    return {name: (sum(rows[name]), len(rows[name])) for name in ordered}


def main(path: str, depth: str = "2") -> None:
    """Prints the table."""
    table = seconds(path, int(depth))
    print(f"{'seconds':>8} {'tests':>6}")
    for name, (total, count) in table.items():
        print(f"{total:8.1f} {count:6}  {name}")
    print(f"{sum(total for total, _ in table.values()):8.1f} {sum(n for _, n in table.values()):6}")


if __name__ == "__main__":
    main(*sys.argv[1:])
