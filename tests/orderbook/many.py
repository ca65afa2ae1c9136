"""Compares engine and rules message by message: python -m tests.orderbook.many 10000000."""

import sys

from jaxenvs.orderbook import Sizes
from tests.orderbook import flows

KINDS = (
    Sizes(capacity=8, owners=3, fills=4),
    Sizes(capacity=32, owners=3, fills=8),
    Sizes(capacity=16, owners=3, fills=4, self_trade="cancel_resting"),
    Sizes(capacity=16, owners=3, fills=4, self_trade="cancel_incoming"),
    Sizes(capacity=16, owners=2, fills=4, icebergs=True),
    Sizes(capacity=128, owners=2, fills=8),
)


def main() -> None:
    """Runs until so many messages are compared; fails at the first difference."""
    wanted, done, seed = int(sys.argv[1]), 0, 1000
    while done < wanted:
        for sizes in KINDS:
            for mix in flows.MIXES:
                streams = flows.messages(seed, mix, sizes)
                rules = flows.by_the_rules(streams, sizes)
                flows.assert_equal(flows.by_the_engine(streams, sizes)[0], rules, streams)
                done += streams["kind"].size
        seed += 1
        print(f"{done:,} messages, all equal", flush=True)


if __name__ == "__main__":
    main()
