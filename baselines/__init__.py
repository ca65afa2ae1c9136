"""Training algorithms that run end to end inside one `jit`; `runs.run` trains them by name."""

from jaxenvs import extras

extras.require("baselines", "flax", "optax", "flashbax")
