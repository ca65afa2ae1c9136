"""Synthetic order flow on the host, by four laws, as LOBSTER's files or as a flow at once.

rows = generate(Hawkes(), Session(messages=10_000), seed=0)
write_rows("data", rows, packed=True)
flow = to_flow([rows])  # without files

python -m jaxenvs.orderbook.synthetic --law hawkes --out data  # the same as a command
"""

from jaxenvs.orderbook.laws import (
    LAWS,
    UNIT,
    ContStoikovTalreja,
    Hawkes,
    Law,
    QueueReactive,
    Sizes,
    ZeroIntelligence,
)
from jaxenvs.orderbook.synthetic.generator import Session, generate
from jaxenvs.orderbook.synthetic.sample import sample_flow, sample_folder

__all__ = [
    "LAWS",
    "UNIT",
    "ContStoikovTalreja",
    "Hawkes",
    "Law",
    "QueueReactive",
    "Session",
    "Sizes",
    "ZeroIntelligence",
    "generate",
    "sample_flow",
    "sample_folder",
]
