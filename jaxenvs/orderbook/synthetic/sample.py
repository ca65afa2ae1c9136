"""The day of synthetic flow that is shipped, with every kind of row that LOBSTER's files have."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from jaxenvs.orderbook.laws import Hawkes
from jaxenvs.orderbook.lobster import Flow, Options, Rows, load, replay, to_flow, write_rows
from jaxenvs.orderbook.records import Kind
from jaxenvs.orderbook.synthetic.generator import Session, generate

SESSION = Session(
    messages=8000,
    before=400,
    end=34_600,
    sweeps=0.08,
    together=0.03,
    hidden=0.01,
    auctions=True,
    halt=True,
)
SEED = 15


def sample_folder() -> Path:
    """The folder with the sample's two files, packed, and expected.json: see `expected`."""
    return Path(__file__).parent / "day"


def sample_flow(options: Options | None = None) -> Flow:
    """The sample as a flow: 400 seconds of the Hawkes law, 10 levels."""
    return load(sample_folder(), options)


def write_sample(folder: Path | str) -> None:
    """Makes the sample anew; the files are the same to the byte.

    `python -m jaxenvs.orderbook.synthetic --sample --out FOLDER` calls it.
    """
    rows = generate(Hawkes(), SESSION, seed=SEED)
    write_rows(folder, rows, packed=True)
    text = json.dumps(expected(rows), indent=2) + "\n"
    (Path(folder) / "expected.json").write_text(text)


def expected(rows: Rows) -> dict[str, Any]:
    """What a loader and an engine should find in the rows of a day.

    "rows": by type, 1 to 7. "trades": incoming orders that traded, executions of one time and
    direction being one. "traded": shares. "matched": the shares of messages after which the levels
    of bids and asks are those of the file, best first. "book": the SHA-256 of the last book of the
    replay, int32 [2, levels, 2] little-endian: bids then asks, price in ticks and shares.
    """
    played = replay(rows)
    merged = to_flow([rows]).messages.kind == Kind.IOC
    return {
        "rows": [int((rows.kind == kind).sum()) for kind in range(1, 8)],
        "trades": int(np.asarray(merged).sum()),
        "traded": played.traded,
        "matched": np.round(played.matched, 6).tolist(),
        "book": hashlib.sha256(played.last.astype("<i4").tobytes()).hexdigest(),
    }
