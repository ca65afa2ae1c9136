"""Writes days of synthetic flow as LOBSTER's files.

python -m jaxenvs.orderbook.synthetic --law hawkes --out data --messages 10000 --seed 0
"""

import argparse
from pathlib import Path

from jaxenvs.orderbook.laws import LAWS
from jaxenvs.orderbook.lobster import write_rows
from jaxenvs.orderbook.synthetic.generator import Session, generate
from jaxenvs.orderbook.synthetic.sample import write_sample


def main(arguments: list[str] | None = None) -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(
        prog="python -m jaxenvs.orderbook.synthetic",
        description="Write a day of synthetic order flow as LOBSTER's two files.",
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder; it is made")
    parser.add_argument("--law", choices=sorted(LAWS), default="hawkes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--messages", type=int, default=10_000, help="rows of the day")
    parser.add_argument("--levels", type=int, default=10, help="of the order book")
    parser.add_argument("--before", type=int, default=0, help="events before the file begins")
    parser.add_argument("--symbol", default="SYNTH")
    parser.add_argument("--date", default="2000-01-03")
    parser.add_argument("--plain", action="store_true", help="do not pack the files (.gz)")
    parser.add_argument("--sample", action="store_true", help="the day that jaxenvs ships, alone")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    if given.sample:
        write_sample(given.out)
        return
    names = ("messages", "levels", "before", "symbol", "date")
    try:
        session = Session(**{name: getattr(given, name) for name in names})
        rows = generate(LAWS[given.law](), session, seed=given.seed)
    except (TypeError, ValueError) as error:
        parser.error(str(error))
    for path in write_rows(given.out, rows, packed=not given.plain):
        print(path)


if __name__ == "__main__":
    main()
