"""Random levels for the batch engine: with other settings, or of several sizes in one.

Source: Kinetix 3.0.2 (`random_all` of environment/ued/ued.py, and `expand_env_state`).
"""

import dataclasses
from typing import Any, Literal

import jax
import jax.numpy as jnp

from jaxenvs import prng
from jaxenvs.envs.kinetix._level import SIZES, Level, Size
from jaxenvs.envs.kinetix._slots import widened
from jaxenvs.envs.kinetix.levels._generate import random_level
from jaxenvs.envs.kinetix.levels._settings import Generation
from jaxenvs.levels import LevelEnv
from jaxenvs.ranges import check

AnyEnv = LevelEnv[Any, Any, Any]
SizeName = Literal["s", "m", "l"]


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class Generated:
    """A level source of random levels, new ones for each episode.

        jaxenvs.vectorize(
            jaxenvs.make("Kinetix-L-Entity-MultiDiscrete-v0"),
            256,
            level_source=Generated(sizes=("s", "m", "l")),
        )

    Each size is as likely as the others; the game's own has slots for all of them. Raises
    `TypeError` or `ValueError`, which name the field, for what it may not hold.
    """

    sizes: tuple[SizeName, ...] = ()
    """None: the game's own."""
    generation: Generation = Generation()  # noqa: RUF009 (frozen)

    def __post_init__(self) -> None:
        check(self)

    def init(self, key: jax.Array, env: AnyEnv, params: Any) -> Any:
        """Nothing. Raises `ValueError` where a size does not fit."""
        del key
        slots = jax.eval_shape(env.sample_level, jax.random.key(0), params).size
        for size in self._sizes(slots):
            _check_fits(size, slots)
        return ()

    def draw(
        self, key: jax.Array, carry: Any, used: jax.Array, env: AnyEnv, params: Any
    ) -> tuple[Any, Any]:
        """As of `LevelSource`."""
        slots = jax.eval_shape(env.sample_level, key, params).size
        keys = prng.keys_for(key, jnp.arange(used.shape[0], dtype=jnp.int32))
        sizes = self._sizes(slots)
        levels = jax.vmap(lambda key: mixed_level(key, sizes, slots, self.generation))(keys)
        return levels, carry

    def _sizes(self, slots: Size) -> tuple[Size, ...]:
        return tuple(SIZES[name] for name in self.sizes) or (slots,)


def mixed_level(
    key: jax.Array, sizes: tuple[Size, ...], slots: Size, settings: Generation | None = None
) -> Level:
    """A random level of one of the sizes, each as likely as the others, with `slots` slots.

    `key` is consumed. Raises `ValueError` where a size does not fit.
    """
    choice_key, *keys = jax.random.split(key, 1 + len(sizes))
    levels = [
        padded(random_level(key, size, settings), slots)
        for key, size in zip(keys, sizes, strict=True)
    ]
    choice = jax.random.randint(choice_key, (), 0, len(sizes), jnp.int32)
    found = levels[0]
    for i, level in enumerate(levels[1:], 1):
        found = jax.tree.map(lambda new, old, i=i: jnp.where(choice == i, new, old), level, found)
    return found


def padded(level: Level, slots: Size) -> Level:
    """The same level with more slots, none of which is active.

    Raises `ValueError` where there are fewer of a kind.
    """
    _check_fits(level.size, slots)
    return widened(level, slots)


def _check_fits(size: Size, slots: Size) -> None:
    for name, needed, there in zip(Size._fields, size, slots, strict=True):
        if needed > there:
            raise ValueError(f"sizes: expected {there} {name} at most, got {needed}")
