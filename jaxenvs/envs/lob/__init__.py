"""Limit order books: execution and market making against synthetic or recorded flow."""

from jaxenvs.registry import register

_PAPER = "the papers of JAX-LOB and JaxMARL-HFT"

register(
    "LOB-Execution-v0",
    "jaxenvs.envs.lob.execution:Execution",
    max_steps=0,
    reference=_PAPER,
)
register(
    "LOB-MarketMaking-v0",
    "jaxenvs.envs.lob.market_making:MarketMaking",
    max_steps=0,
    reference=_PAPER,
)
register(
    "LOB-MultiAgent-v0",
    "jaxenvs.envs.lob.multi_agent:MultiAgent",
    max_steps=0,
    reference=_PAPER,
    multi_agent=True,
)
