"""Spaces: the shape, dtype and range of observations and actions.

A space is static: it holds numpy bounds, compares and hashes by value, and may therefore be a field
of an environment or an argument of `jit`. `sample` is traceable and takes a typed key; `contains`
checks structure, shape and dtype when it is called, and the range as a traceable expression.

Inside a transformation of JAX the bounds of a `Box` may come from traced params. Such a space
samples and tests as any other, but has no value yet: comparing it raises `TypeError`.
"""

import abc
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from jaxenvs.struct import frozen

if TYPE_CHECKING:
    import gymnasium

Value = Any  # an array, or a dict or tuple of values


class Space(abc.ABC):
    """A set of arrays, or of dicts and tuples of arrays."""

    @abc.abstractmethod
    def sample(self, key: jax.Array) -> Value:
        """A random element; every element of a finite space can come up."""

    @abc.abstractmethod
    def contains(self, value: Value) -> jax.Array:
        """A bool scalar; false also where structure, shape or dtype differ."""

    @abc.abstractmethod
    def cast(self, value: Value, name: str = "value") -> Value:
        """`value` in this space's dtype.

        Raises `TypeError` for floats where integers are expected and `ValueError` for another shape
        or structure; both name `name`. The range is not checked.
        """

    @abc.abstractmethod
    def to_gymnasium(self) -> "gymnasium.Space":
        """The same space in Gymnasium's classes."""

    @abc.abstractmethod
    def _identity(self) -> tuple[Any, ...]:
        """What two equal spaces of one class have in common."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((type(self), self._identity()))


class _ArraySpace(Space):
    """A space whose elements are arrays of one shape and dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype

    def _matches(self, value: Value) -> bool:
        return _shape(value) == self.shape and _dtype(value) == self.dtype

    def cast(self, value: Value, name: str = "value") -> jax.Array:
        try:
            array = jnp.asarray(value)
        except TypeError as error:
            raise TypeError(f"{name}: expected an array for {self}, got {value!r}") from error
        if array.shape != self.shape:
            raise ValueError(f"{name}: expected shape {self.shape} for {self}, got {array.shape}")
        if jnp.issubdtype(array.dtype, jnp.floating) and not np.issubdtype(self.dtype, np.floating):
            raise TypeError(f"{name}: expected {self.dtype} for {self}, got {array.dtype}")
        return array.astype(self.dtype)


class Box(_ArraySpace):
    """Arrays between `low` and `high`, both included, which broadcast to `shape`.

    Bounds are numbers, arrays or nested lists of numbers, of which any may be traced. They may be
    infinite. An unbounded coordinate is sampled from a normal distribution, one that
    is bounded on one side from an exponential, as in Gymnasium.
    """

    def __init__(
        self,
        low: Any,
        high: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = np.float32,
    ) -> None:
        self.dtype = np.dtype(dtype)
        low, high = (namespace(bound).asarray(bound, self.dtype) for bound in (low, high))
        self.shape = (
            tuple(shape) if shape is not None else np.broadcast_shapes(low.shape, high.shape)
        )
        self.low, self.high = (_spread(bound, self.shape) for bound in (low, high))
        if not self.is_traced and np.any(self.low > self.high):
            raise ValueError("Box: expected low <= high in every coordinate")

    @property
    def is_traced(self) -> bool:
        """Whether bounds depend on traced params, so that nobody knows them yet."""
        return namespace(self.low, self.high) is jnp

    def sample(self, key: jax.Array) -> jax.Array:
        if not np.issubdtype(self.dtype, np.floating):
            return self._sample_integers(key)
        uniform_key, normal_key, exponential_key = jax.random.split(key, 3)
        xp = namespace(self.low, self.high)
        below, above = xp.isfinite(self.low), xp.isfinite(self.high)
        low = jnp.asarray(xp.where(below, self.low, 0), jnp.float32)
        high = jnp.asarray(xp.where(above, self.high, 1), jnp.float32)
        # Interpolated, because `high - low` may overflow.
        share = jax.random.uniform(uniform_key, self.shape, jnp.float32)
        value = low * (np.float32(1) - share) + high * share
        if self.is_traced or not (below & above).all():
            tail = jax.random.exponential(exponential_key, self.shape, jnp.float32)
            normal = jax.random.normal(normal_key, self.shape, jnp.float32)
            value = jnp.where(below & ~above, low + tail, value)
            value = jnp.where(~below & above, high - tail, value)
            value = jnp.where(~below & ~above, normal, value)
        return jnp.clip(value.astype(self.dtype), self.low, self.high)

    def _sample_integers(self, key: jax.Array) -> jax.Array:
        if not self.is_traced and np.any(
            self.high.astype(np.int64) - self.low.astype(np.int64) >= 2**31 - 1
        ):
            raise ValueError(f"sample: the range of {self} is wider than an int32")
        low = jnp.asarray(self.low, jnp.int32)
        width = self.high.astype(np.int32) - self.low.astype(np.int32) + 1
        offset = jax.random.randint(key, self.shape, 0, width, dtype=jnp.int32)
        return (low + offset).astype(self.dtype)

    def contains(self, value: Value) -> jax.Array:
        if not self._matches(value):
            return jnp.bool_(False)
        value = jnp.asarray(value)
        return jnp.all((value >= self.low) & (value <= self.high))

    def to_gymnasium(self) -> "gymnasium.spaces.Box":
        import gymnasium

        return gymnasium.spaces.Box(self.low.copy(), self.high.copy(), self.shape, self.dtype.type)

    def _identity(self) -> tuple[Any, ...]:
        if self.is_traced:
            raise TypeError(f"{self}: spaces with traced bounds cannot be compared or hashed")
        return self.shape, self.dtype, self.low.tobytes(), self.high.tobytes()

    def __repr__(self) -> str:
        if self.is_traced:
            return f"Box(traced, traced, {self.shape}, {self.dtype})"
        low, high = (_brief(bound) for bound in (self.low, self.high))
        return f"Box({low}, {high}, {self.shape}, {self.dtype})"


class Discrete(_ArraySpace):
    """The integers `start` to `start + n - 1`, int32 scalars."""

    shape = ()
    dtype = np.dtype(np.int32)

    def __init__(self, n: int, start: int = 0) -> None:
        if n < 1:
            raise ValueError(f"Discrete: expected n >= 1, got {n}")
        self.n, self.start = int(n), int(start)

    def sample(self, key: jax.Array) -> jax.Array:
        return jax.random.randint(key, (), self.start, self.start + self.n, dtype=jnp.int32)

    def contains(self, value: Value) -> jax.Array:
        if not self._matches(value):
            return jnp.bool_(False)
        value = jnp.asarray(value)
        return (value >= np.int32(self.start)) & (value < np.int32(self.start + self.n))

    def to_gymnasium(self) -> "gymnasium.spaces.Discrete":
        import gymnasium

        return gymnasium.spaces.Discrete(self.n, start=self.start)

    def _identity(self) -> tuple[Any, ...]:
        return self.n, self.start

    def __repr__(self) -> str:
        return f"Discrete({self.n})" if self.start == 0 else f"Discrete({self.n}, {self.start})"


class MultiDiscrete(_ArraySpace):
    """Integer arrays, coordinate `i` one of `num_values[i]` from `start[i]` on."""

    def __init__(self, num_values: Any, dtype: Any = np.int32, start: Any = 0) -> None:
        self.num_values = frozen(np.asarray(num_values, np.int32))
        if np.any(self.num_values < 1):
            raise ValueError(f"MultiDiscrete: expected counts >= 1, got {self.num_values}")
        self.shape, self.dtype = self.num_values.shape, np.dtype(dtype)
        self.start = frozen(np.broadcast_to(np.asarray(start, np.int32), self.shape))

    def sample(self, key: jax.Array) -> jax.Array:
        stop = self.start + self.num_values
        drawn = jax.random.randint(key, self.shape, self.start, stop, dtype=jnp.int32)
        return drawn.astype(self.dtype)

    def contains(self, value: Value) -> jax.Array:
        if not self._matches(value):
            return jnp.bool_(False)
        offset = jnp.asarray(value).astype(jnp.int32) - self.start
        return jnp.all((offset >= 0) & (offset < self.num_values))

    def to_gymnasium(self) -> "gymnasium.spaces.MultiDiscrete":
        import gymnasium

        return gymnasium.spaces.MultiDiscrete(
            self.num_values.copy(), dtype=self.dtype.type, start=self.start.copy()
        )

    def _identity(self) -> tuple[Any, ...]:
        return self.shape, self.dtype, self.num_values.tobytes(), self.start.tobytes()

    def __repr__(self) -> str:
        start = f", start={self.start.tolist()}" if self.start.any() else ""
        return f"MultiDiscrete({self.num_values.tolist()}, {self.dtype}{start})"


class MultiBinary(_ArraySpace):
    """Bool arrays of `shape`, or of `(n,)` for an int."""

    dtype = np.dtype(np.bool_)

    def __init__(self, shape: int | Sequence[int]) -> None:
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)

    def sample(self, key: jax.Array) -> jax.Array:
        return jax.random.bernoulli(key, shape=self.shape)

    def contains(self, value: Value) -> jax.Array:
        return jnp.bool_(self._matches(value))

    def to_gymnasium(self) -> "gymnasium.spaces.Box":
        """A bool `Box`: Gymnasium's own MultiBinary is int8, which would change the dtype."""
        import gymnasium

        low = np.zeros(self.shape, np.bool_)
        return gymnasium.spaces.Box(low, ~low, self.shape, np.bool_)  # type: ignore[arg-type]

    def _identity(self) -> tuple[Any, ...]:
        return (self.shape,)

    def __repr__(self) -> str:
        return f"MultiBinary({self.shape})"


class Dict(Space):
    """A dict of named elements, one per subspace; keys are kept in sorted order, as in JAX."""

    def __init__(self, spaces: Mapping[str, Space]) -> None:
        self.spaces = {name: spaces[name] for name in sorted(spaces)}

    def sample(self, key: jax.Array) -> dict[str, Value]:
        keys = jax.random.split(key, len(self.spaces))
        named = zip(self.spaces.items(), keys, strict=True)
        return {name: space.sample(subkey) for (name, space), subkey in named}

    def contains(self, value: Value) -> jax.Array:
        if not isinstance(value, Mapping) or set(value) != set(self.spaces):
            return jnp.bool_(False)
        inside = [space.contains(value[name]) for name, space in self.spaces.items()]
        return jnp.stack(inside).all()

    def cast(self, value: Value, name: str = "value") -> dict[str, Value]:
        if not isinstance(value, Mapping) or set(value) != set(self.spaces):
            raise ValueError(f"{name}: expected a dict with keys {list(self.spaces)}, got {value}")
        return {
            field: space.cast(value[field], f"{name}[{field!r}]")
            for field, space in self.spaces.items()
        }

    def to_gymnasium(self) -> "gymnasium.spaces.Dict":
        import gymnasium

        subspaces = {name: space.to_gymnasium() for name, space in self.spaces.items()}
        return gymnasium.spaces.Dict(subspaces)

    def _identity(self) -> tuple[Any, ...]:
        return tuple(self.spaces.items())

    def __repr__(self) -> str:
        return f"Dict({self.spaces})"


class Tuple(Space):
    """A tuple of elements, one per subspace."""

    def __init__(self, spaces: Sequence[Space]) -> None:
        self.spaces = tuple(spaces)

    def sample(self, key: jax.Array) -> tuple[Value, ...]:
        keys = jax.random.split(key, len(self.spaces))
        paired = zip(self.spaces, keys, strict=True)
        return tuple(space.sample(subkey) for space, subkey in paired)

    def contains(self, value: Value) -> jax.Array:
        if not isinstance(value, tuple) or len(value) != len(self.spaces):
            return jnp.bool_(False)
        paired = zip(self.spaces, value, strict=True)
        return jnp.stack([space.contains(item) for space, item in paired]).all()

    def cast(self, value: Value, name: str = "value") -> tuple[Value, ...]:
        if not isinstance(value, tuple) or len(value) != len(self.spaces):
            raise ValueError(f"{name}: expected a tuple of {len(self.spaces)}, got {value}")
        paired = enumerate(zip(self.spaces, value, strict=True))
        return tuple(space.cast(item, f"{name}[{i}]") for i, (space, item) in paired)

    def to_gymnasium(self) -> "gymnasium.spaces.Tuple":
        import gymnasium

        return gymnasium.spaces.Tuple([space.to_gymnasium() for space in self.spaces])

    def _identity(self) -> tuple[Any, ...]:
        return self.spaces

    def __repr__(self) -> str:
        return f"Tuple({list(self.spaces)})"


def sample_legal(space: Space, key: jax.Array, mask: jax.Array | None) -> Value:
    """A random action of `space`, one that `mask` allows.

    Args:
      space: of actions. Masks count where it is `Discrete` or `MultiDiscrete`.
      key: consumed.
      mask: what `Env.action_mask` gives, `[..., n]` bool, whose last axis is over the actions from
        `start` on; or None. Leading axes, as of a batch, get actions of their own.
    """
    if mask is None or not isinstance(space, Discrete | MultiDiscrete):
        return space.sample(key)
    logits = jnp.where(mask, np.float32(0), np.float32(-np.inf))
    offset = jax.random.categorical(key, logits).astype(space.dtype)
    return offset + np.asarray(space.start, space.dtype)


def namespace(*values: Any) -> ModuleType:
    """`jax.numpy` where any of the values, arrays or nested lists, is traced, else `numpy`.

    What is known stays numpy and thereby a constant of the program.
    """
    traced = any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(values))
    return jnp if traced else np


def _spread(bound: Any, shape: tuple[int, ...]) -> Any:
    """A bound of shape `shape`, read-only if it is known."""
    if isinstance(bound, Tracer):
        return jnp.broadcast_to(bound, shape)
    return frozen(np.broadcast_to(bound, shape))


def _shape(value: Value) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", np.shape(value)))


def _dtype(value: Value) -> np.dtype:
    dtype = getattr(value, "dtype", None)
    return np.asarray(value).dtype if dtype is None else dtype


def _brief(bound: np.ndarray) -> str:
    """One number where all coordinates agree, else the list."""
    if bound.size and (bound == bound.flat[0]).all():
        return f"{bound.flat[0]:g}" if bound.dtype != np.bool_ else str(bound.flat[0])
    return str(bound.tolist())
