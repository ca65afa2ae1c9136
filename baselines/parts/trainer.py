"""What every algorithm offers: how to start, one update, and how to judge the result."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import Mesh

Metrics = dict[str, jax.Array]


@dataclasses.dataclass(frozen=True)
class Trainer:
    """An algorithm on an environment, as pure functions; `make_train` of each algorithm gives one.

    `carry` is a pytree that holds everything that changes, the random key and the traced numbers
    `hp` included. Repeating `update` is bit-exact, in one scan or in chunks. All functions can be
    vmapped: over keys for seeds, over `hp` for sweeps.
    """

    init: Callable[[jax.Array, Any], Any]
    """`(key, hp) -> carry`; the key is consumed."""

    update: Callable[[Any], tuple[Any, Metrics]]
    """`carry -> (carry, metrics)`: play, then learn from it; metrics are float32 scalars."""

    evaluate: Callable[[Any, jax.Array], Metrics]
    """`(carry, key) -> metrics`: whole episodes of the greedy policy, for the same key the same."""

    policy: Callable[[Any], Any]
    """`carry -> policy`: the part of the carry that `act` needs."""

    act: Any
    """`(policy, obs, mask) -> action`: the greedy action for one observation; mask may be None.

    Of an algorithm with a memory, `(policy, obs, mask, memory) -> (action, memory)`. None: what is
    trained is no policy.
    """

    env: Any
    """The environment that is trained on, with the params of the run as its defaults."""

    hp: Any
    """The traced numbers of the config, a pytree of float32 scalars with a field per name."""

    num_updates: int
    """How often `update` is to be called."""

    steps_per_update: int
    """Environment steps that one update takes, over all its environments."""

    spread: "Callable[[Mesh], Trainer] | None" = None
    """`mesh -> trainer`: the same one, with the work within an update shared out over a mesh of one
    axis. None: only whole agents can be shared out.
    """

    parts: int = 1
    """Into how many equal parts `spread` can divide the work, at most; every divisor will do."""

    sample: Any = None
    """`(policy, obs, mask, (key, memory)) -> (action, (key, memory))`: as `act`, but drawn.

    The key is replaced by the next one. None: the algorithm only acts greedily.
    """

    memory: Any = None
    """What `act` remembers at the start of an episode; None: it has no memory."""


def scan_updates(trainer: Trainer, key: jax.Array, hp: Any) -> tuple[Any, Metrics]:
    """A whole run as one traceable function: the last carry, and metrics of shape `[num_updates]`.

    `jax.jit(functools.partial(scan_updates, trainer))` compiles it; `jax.vmap` over `key` trains
    many seeds, over `hp` many settings. The key is consumed.
    """
    carry = _depend_on(key, trainer.init(key, hp))
    return jax.lax.scan(lambda c, _: trainer.update(c), carry, length=trainer.num_updates)


def _depend_on(key: jax.Array, tree: Any) -> Any:
    """The same values, every one of them a function of the key as far as `vmap` can tell.

    Else `vmap` would compute what is common to all seeds, such as the count of updates, once: a
    program that differs from the chunked loop's, where every agent has its own carry, and rounds
    differently.
    """
    bit = jax.random.key_data(key).ravel()[0] == 0
    return jax.tree.map(lambda leaf: jnp.where(bit, leaf, leaf), tree)
