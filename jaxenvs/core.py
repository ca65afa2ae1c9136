"""The contract that every environment keeps.

An environment is a value: a frozen record of what is static (sizes, modes). What changes while
playing is in a `State`, every number of the game is in a `Params`; both are pytrees, so `jit`,
`vmap`, `scan` and `grad` apply as to any function. `step` never resets an episode:
`jaxenvs.vectorize` does.
"""

import abc
import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar, dataclass_transform

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import changed, ranges
from jaxenvs.spaces import Space
from jaxenvs.struct import ByValue, PyTree

Info = dict[str, Any]
_LAST_TICK = np.iinfo(np.int32).max


class State(PyTree):
    """What an environment remembers between steps."""

    time: jax.Array  # () int32, steps since reset


class Params(PyTree):
    """What a user may vary: every leaf is traced and can be vmapped over.

    An annotation may declare a range (`jaxenvs.ranges`). It holds for values given by name, to
    `make`, `Env.with_params` and `Env.params_with`. A record given to `reset` and `step` may be
    traced and is taken as it is: with NaN or out of range, what the game then does is undefined.
    """

    max_steps: int = 0  # steps until truncation; 0 or less: no limit


StateT = TypeVar("StateT")
ParamsT = TypeVar("ParamsT", bound=Params)


class Transition(NamedTuple):
    """What one step gives, in the order of gymnax 1.0 and Gymnasium."""

    obs: Any  # as the observation space says
    state: Any
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool: the game is over, no value follows
    truncated: jax.Array  # () bool: the time limit was reached, play could have gone on
    info: Info  # the same structure from every step


def _after_checks(own: Callable[[Any], None]) -> Callable[[Any], None]:
    """A `__post_init__` before which the fields are checked against their annotations, once."""

    @functools.wraps(own)
    def post_init(self: Any) -> None:
        if type(self).__post_init__ is post_init:  # and not called by that of a subclass
            ranges.check(self)
        own(self)

    return post_init


@dataclass_transform(frozen_default=True, kw_only_default=True)
@dataclasses.dataclass(frozen=True, kw_only=True)
class Env(abc.ABC, Generic[StateT, ParamsT]):
    """A game as a pure function of keys, states and actions.

    Users call `reset` and `step`. Authors write `original_params`, `initial`, `transition`,
    `observe` and the spaces. A subclass becomes a frozen, keyword-only dataclass, hashable by
    value, and a static node under `jit`: equal instances share one compilation.

    Making one checks its fields against their annotations (`jaxenvs.ranges`): `TypeError` for a
    value of another kind, `ValueError` for one that is not allowed. A `__post_init__` runs after
    that and has to check only what concerns several fields.
    """

    overrides: tuple[tuple[str, Any], ...] = ()
    """Changes to the original's params, sorted by name, arrays as `ByValue`; see `with_params`."""

    reset_cost: ClassVar[Literal["cheap", "expensive"]] = "cheap"
    """`expensive`: a reset costs more than a few steps. `vectorize` chooses by this how copies are
    reset."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__post_init__" in vars(cls):
            cls.__post_init__ = _after_checks(cls.__post_init__)
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        jax.tree_util.register_static(cls)

    @_after_checks
    def __post_init__(self) -> None:
        """Checks across fields, for subclasses; called once each field by itself is right."""

    # -- for users ---------------------------------------------------------------------------

    def reset(self, key: jax.Array, params: ParamsT | None = None) -> tuple[Any, StateT]:
        """Starts an episode; the key is consumed. Returns the observation and the state."""
        params = self.canonical_params(params)
        state = self.initial(as_key(key), params)
        return self.observe(state, params), state

    def step(
        self, key: jax.Array, state: StateT, action: Any, params: ParamsT | None = None
    ) -> Transition:
        """Plays one action; the key is consumed. Never resets, also not after the end."""
        params = self.canonical_params(params)
        action = self.action_space().cast(action, "action")
        state, reward, terminated, truncated, info = self.advance(
            as_key(key), state, action, params
        )
        return Transition(self.observe(state, params), state, reward, terminated, truncated, info)

    @property
    def default_params(self) -> ParamsT:
        """The original's numbers with this instance's overrides, as float32, int32 and bool."""
        changes = {
            name: value.tree if isinstance(value, ByValue) else value
            for name, value in self.overrides
        }
        return canonical(self.original_params().replace(**changes))

    def with_params(self, **changes: Any) -> Self:
        """The same environment with other default params, numbers or arrays, which are copied.

        Raises as `params_with`.
        """
        changes = {name: changed.by_value(value) for name, value in self._checked(changes).items()}
        merged = tuple(sorted((dict(self.overrides) | changes).items()))
        return dataclasses.replace(self, overrides=merged)

    def params_with(self, **changes: Any) -> ParamsT:
        """The default params with other numbers or arrays, ready for `reset` and `step`.

        Raises `TypeError` for a name that its `Params` does not have and for values of another
        kind than the param's: strings, traced values, floats for whole numbers, numbers for bools.
        Raises `ValueError` for what is out of the range that the annotation declares, not finite
        (unless the original is this infinity), out of the dtype's range, or of another shape.
        """
        return canonical(self.default_params.replace(**self._checked(changes)))

    def _checked(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Changes to the params, once they are known to be right."""
        original = canonical(self.original_params())
        known = [field.name for field in dataclasses.fields(original)]
        for name in changes:
            if name not in known:
                # In Python's own words, by which callers know an argument that they may leave out.
                wrong = f"{type(self).__name__} got an unexpected keyword argument {name!r}"
                raise TypeError(f"{wrong}: its params are {known}")
        return changed.checked(changes, original)

    @property
    def unwrapped(self) -> "Env[Any, Any]":
        """The game itself, under all wrappers."""
        return self

    @property
    def agents(self) -> tuple[str, ...]:
        """The names along the agent axis; `()` in a game of one agent, which has no such axis.

        `jaxenvs.has_agents(env)` asks for this.
        """
        return ()

    @property
    def plays_levels(self) -> bool:
        """Whether an episode plays a level. `jaxenvs.has_levels(env)` asks for this."""
        return False

    # -- for authors -------------------------------------------------------------------------

    @abc.abstractmethod
    def original_params(self) -> ParamsT:
        """The original game's numbers, as plain Python numbers."""

    @abc.abstractmethod
    def initial(self, key: jax.Array, params: ParamsT) -> StateT:
        """The state at the start of an episode, with `time` 0."""

    @abc.abstractmethod
    def transition(
        self, key: jax.Array, state: StateT, action: Any, params: ParamsT
    ) -> tuple[StateT, jax.Array, jax.Array, Info]:
        """Plays one action: `(state, reward, terminated, info)`; leaves `time` alone."""

    @abc.abstractmethod
    def observe(self, state: StateT, params: ParamsT) -> Any:
        """The observation: a deterministic function of the state."""

    @abc.abstractmethod
    def observation_space(self, params: ParamsT | None = None) -> Space:
        """Where observations lie; shape and dtype do not depend on `params`, bounds may."""

    @abc.abstractmethod
    def action_space(self, params: ParamsT | None = None) -> Space:
        """Where actions lie; shape and dtype do not depend on `params`, bounds may."""

    def action_mask(self, state: StateT, params: ParamsT | None = None) -> jax.Array | None:
        """`(num_actions,)` bool, true where an action is legal; None: all are, always."""
        del state, params
        return None

    def initial_info(self, state: StateT, params: ParamsT | None = None) -> Info:
        """The info of a first state, for frameworks whose resets report one; mostly empty."""
        del state, params
        return {}

    # -- for engines -------------------------------------------------------------------------

    def advance(
        self, key: jax.Array, state: StateT, action: Any, params: ParamsT
    ) -> tuple[StateT, jax.Array, jax.Array, jax.Array, Info]:
        """`transition`, the clock and the time limit, without an observation.

        Takes canonical params, a typed key and an action of the space's dtype, as `step` makes
        them. Returns `(state, reward, terminated, truncated, info)`.
        """
        # The clock stops at the greatest number that it holds. A minimum joins the fusion of the
        # sum; a comparison would start another one.
        before = jnp.minimum(state.time, np.int32(_LAST_TICK - 1))  # type: ignore[attr-defined]
        time = before + np.int32(1)
        state, reward, terminated, info = self.transition(key, state, action, params)
        over = (params.max_steps > 0) & (time >= params.max_steps)
        truncated = jnp.broadcast_to(over, jnp.shape(terminated))
        return state.replace(time=time), reward, terminated, truncated, info  # type: ignore[attr-defined]

    def canonical_params(self, params: ParamsT | None) -> ParamsT:
        """`params`, or the defaults for None, with strong float32, int32 and bool leaves."""
        if params is None:
            return self.default_params
        if not isinstance(params, Params):
            raise TypeError(f"params: expected {type(self).__name__}'s Params, got {params!r}")
        return canonical(params)


ParamsLike = TypeVar("ParamsLike")


def canonical(params: ParamsLike) -> ParamsLike:
    """Every leaf as float32, int32 or bool, not weakly typed, whatever x64 says.

    Python numbers become numpy scalars, so that they fold into the program as constants.
    """
    return jax.tree.map(_canonical_leaf, params)


def _canonical_leaf(leaf: Any) -> Any:
    kind = jnp.result_type(leaf)
    if jnp.issubdtype(kind, jnp.bool_) or jnp.issubdtype(kind, jax.dtypes.extended):
        return np.bool_(leaf) if isinstance(leaf, bool) else leaf
    for family, dtype in ((jnp.floating, np.float32), (jnp.signedinteger, np.int32)):
        if jnp.issubdtype(kind, family):
            if isinstance(leaf, jax.Array):
                return jax.lax.convert_element_type(leaf, dtype)
            return np.asarray(leaf, dtype)[()]
    return leaf


def as_key(key: Any) -> jax.Array:
    """A typed key; a raw `(2,)` uint32 key, as of `jax.random.PRNGKey`, is wrapped.

    Raises `TypeError` for anything else.
    """
    dtype = getattr(key, "dtype", None)
    if dtype is not None and jnp.issubdtype(dtype, jax.dtypes.prng_key):
        if key.shape != ():
            raise TypeError(f"key: expected one key, got an array of keys of shape {key.shape}")
        return key
    if dtype == np.uint32 and key.ndim == 1:
        return jax.random.wrap_key_data(key)
    raise TypeError(f"key: expected jax.random.key(seed), got {key!r}")
