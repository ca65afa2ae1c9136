"""What the adapters run on the device: one compiled program for a reset, one for a step.

Every copy of a game has a stream of random keys of its own: a root, drawn on the host from the
seed, and the number of calls made so far. The key of a call is a function of the two, and a reset
that happens inside a step counts as a call of its own. Copy `i` of a batch therefore plays as a
single environment does that has the same root, whatever its neighbours do.

Programs are shared: equal games compile once. They hold no state; the carry is handed in and out.
"""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng, resets
from jaxenvs.adapters._host.packing import Packed, Packing
from jaxenvs.core import Env
from jaxenvs.multi import has_agents, reward_shape
from jaxenvs.resets import Autoreset, where
from jaxenvs.struct import PyTree

_HEAD = 3  # words: the root's two, and the calls so far
_ONE_CALL = np.array([0, 0, 1], np.uint32)


def draw_root(generator: np.random.Generator) -> np.ndarray:
    """The root of a stream of keys, `(2,)` uint32."""
    return generator.integers(0, 2**32, 2, np.uint32)


class Carry(PyTree):
    """What is remembered between calls, of one copy or, with a leading axis, of a batch."""

    head: jax.Array  # (3,) uint32, root and calls
    over: jax.Array  # () bool, or by agent, whether the last step ended the episode
    params: Any  # of this episode, or None for the environment's own
    state: Any


@dataclasses.dataclass(frozen=True)
class Single:
    """One copy that is never reset by a step."""

    env: Env[Any, Any]
    own_params: bool  # whether the episode has params of its own
    obs_on_device: bool  # whether observations are returned as device arrays, apart from the rest

    @functools.cached_property
    def carry(self) -> Packing:
        """The layout of a `Carry`."""
        return Packing(lambda *args: self._reset(*args)[0], *self._reset_arguments)

    @functools.cached_property
    def first(self) -> Packing:
        """The layout of what a reset gives: `(obs, info)`, without obs if on the device."""

        def first(*args: Any) -> Any:
            obs, info = self._reset(*args)[1]
            return [info] if self.obs_on_device else [obs, info]

        return Packing(first, *self._reset_arguments)

    @functools.cached_property
    def outcome(self) -> Packing:
        """The layout of what a step gives: `(obs, numbers, info)`, without obs if on the device.

        `numbers` is `(3,)` float32, `(3, num_agents)` for several agents: reward, terminated,
        truncated.
        """

        def outcome(*args: Any) -> Any:
            action = self.env.action_space().sample(jax.random.key(0))
            obs, *rest = self._step(self._reset(*args)[0], action)[1]
            return rest if self.obs_on_device else [obs, *rest]

        return Packing(outcome, *self._reset_arguments)

    @functools.cached_property
    def reset(self) -> Any:
        """Compiled: `(head, params) -> (carry, obs, first)`; obs is None if in the first."""

        def reset(head: jax.Array, params: Any) -> tuple[Packed, Any, Packed]:
            carry, (obs, info) = self._reset(head, params)
            if self.obs_on_device:
                return self.carry.pack(carry), obs, self.first.pack([info])
            return self.carry.pack(carry), None, self.first.pack([obs, info])

        return jax.jit(reset)

    @functools.cached_property
    def step(self) -> Any:
        """Compiled: `(carry, action) -> (carry, obs, outcome)`; obs is None if in the outcome."""

        def step(packed: Packed, action: Any) -> tuple[Packed, Any, Packed]:
            carry, (obs, *rest) = self._step(self.carry.unpack(packed), action)
            if self.obs_on_device:
                return self.carry.pack(carry), obs, self.outcome.pack(rest)
            return self.carry.pack(carry), None, self.outcome.pack([obs, *rest])

        return jax.jit(step)

    @functools.cached_property
    def global_state(self) -> Any:
        """Compiled: `carry -> (n,) float32`, the global state of a game of several agents."""

        def global_state(packed: Packed) -> jax.Array:
            assert has_agents(self.env)
            carry = self.carry.unpack(packed)
            return self.env.global_state(carry.state, _params(self.env, carry.params))

        return jax.jit(global_state)

    @functools.cached_property
    def action_mask(self) -> Any:
        """Compiled: `carry -> mask`, bool, or None where the game has none."""

        def action_mask(packed: Packed) -> Any:
            carry = self.carry.unpack(packed)
            return self.env.action_mask(carry.state, _params(self.env, carry.params))

        return jax.jit(action_mask)

    @property
    def _reset_arguments(self) -> tuple[Any, Any]:
        head = jax.ShapeDtypeStruct((_HEAD,), np.uint32)
        return head, self.env.default_params if self.own_params else None

    def _reset(self, head: jax.Array, params: Any) -> tuple[Carry, tuple[Any, Any]]:
        head = head + _ONE_CALL
        state = _initial(self.env, head, params)
        over = jnp.zeros(reward_shape(self.env), jnp.bool_)
        carry = Carry(head=head, over=over, params=params, state=state)
        return carry, (_observe(self.env, state, params), _first_info(self.env, state, params))

    def _step(self, carry: Carry, action: Any) -> tuple[Carry, tuple[Any, jax.Array, Any]]:
        head = carry.head + _ONE_CALL
        state, reward, terminated, truncated, info = _advance(
            self.env, head, carry.state, action, carry.params
        )
        after = carry.replace(head=head, over=terminated | truncated, state=state)
        numbers = jnp.stack([x.astype(jnp.float32) for x in (reward, terminated, truncated)])
        return after, (_observe(self.env, state, carry.params), numbers, info)


@dataclasses.dataclass(frozen=True)
class Batch:
    """`num_envs` copies, reset by a step as `autoreset` says."""

    env: Env[Any, Any]
    num_envs: int
    autoreset: Autoreset
    own_params: bool
    on_device: bool  # whether everything is returned as device arrays

    @functools.cached_property
    def carry(self) -> Packing:
        """The layout of a `Carry` of all copies."""
        return Packing(lambda *args: self._reset(*args)[0], *self._reset_arguments)

    @functools.cached_property
    def first(self) -> Packing:
        """The layout of what a reset gives: `(obs, infos)`."""
        return Packing(lambda *args: self._reset(*args)[1], *self._reset_arguments)

    @functools.cached_property
    def outcome(self) -> Packing:
        """The layout of what a step gives: `(obs, reward, terminated, truncated, infos)`."""

        def outcome(*args: Any) -> Any:
            keys = jax.random.split(jax.random.key(0), self.num_envs)
            action = jax.vmap(self.env.action_space().sample)(keys)
            return self._step(self._reset(*args)[0], action)[1]

        return Packing(outcome, *self._reset_arguments)

    @functools.cached_property
    def reset(self) -> Any:
        """Compiled: `(heads, params) -> (carry, first)`, all copies, with the same params."""

        def reset(heads: jax.Array, params: Any) -> tuple[Packed, Any]:
            carry, first = self._reset(heads, params)
            return self.carry.pack(carry), self._emit_first(first)

        return jax.jit(reset)

    @functools.cached_property
    def reset_where(self) -> Any:
        """Compiled: `(carry, heads, mask, params) -> (carry, first)`, the copies in `mask` alone.

        The carry is in this program's layout and the next one in that of
        `dataclasses.replace(self, own_params=True)` if `params` is not None.
        """

        def reset_where(packed: Packed, heads: jax.Array, mask: jax.Array, params: Any) -> Any:
            carry = self.carry.unpack(packed).replace(head=heads)
            if params is None:
                target = self
            else:
                target = batch(dataclasses.replace(self, own_params=True))
                if carry.params is None:
                    carry = carry.replace(params=self._for_all(self.env.default_params))
            carry = target._restart(carry, mask, params)
            carry = carry.replace(over=carry.over & ~mask)
            return target.carry.pack(carry), self._emit_first(self._first(carry, mask))

        return jax.jit(reset_where)

    @functools.cached_property
    def heads(self) -> Any:
        """Compiled: `carry -> heads`, the streams of keys as they stand, `(num_envs, 3)` uint32."""
        return jax.jit(lambda packed: self.carry.unpack(packed).head)

    @functools.cached_property
    def action_mask(self) -> Any:
        """Compiled: `carry -> masks`, bool `[num_envs, ...]`, or None where the game has none."""

        def mask(state: Any, params: Any) -> Any:
            return self.env.action_mask(state, _params(self.env, params))

        def action_mask(packed: Packed) -> Any:
            carry = self.carry.unpack(packed)
            return jax.vmap(mask)(carry.state, carry.params)

        return jax.jit(action_mask)

    @functools.cached_property
    def step(self) -> Any:
        """Compiled: `(carry, action) -> (carry, outcome)`; the carry given is used up."""

        def step(packed: Packed, action: Any) -> tuple[Packed, Any]:
            carry, outcome = self._step(self.carry.unpack(packed), action)
            return self.carry.pack(carry), outcome if self.on_device else self.outcome.pack(outcome)

        return jax.jit(step, donate_argnums=0)

    # -- inside --------------------------------------------------------------------------------

    @property
    def _reset_arguments(self) -> tuple[Any, Any]:
        heads = jax.ShapeDtypeStruct((self.num_envs, _HEAD), np.uint32)
        return heads, self.env.default_params if self.own_params else None

    def _emit_first(self, first: tuple[Any, Any]) -> Any:
        return first if self.on_device else self.first.pack(first)

    def _for_all(self, params: Any) -> Any:
        return jax.tree.map(
            lambda leaf: jnp.broadcast_to(leaf, (self.num_envs, *jnp.shape(leaf))), params
        )

    def _start(self, heads: jax.Array, params: Any) -> Any:
        return jax.vmap(functools.partial(_initial, self.env))(heads, params)

    def _observe(self, carry: Carry) -> Any:
        return jax.vmap(functools.partial(_observe, self.env))(carry.state, carry.params)

    def _first_infos(self, carry: Carry, mask: jax.Array) -> dict[str, Any]:
        """The infos of the copies in `mask`, which have just started."""
        first_info = jax.vmap(functools.partial(_first_info, self.env))
        return _masked(first_info(carry.state, carry.params), mask)

    def _first(self, carry: Carry, mask: jax.Array) -> tuple[Any, Any]:
        return self._observe(carry), self._first_infos(carry, mask)

    def _reset(self, heads: jax.Array, params: Any) -> tuple[Carry, tuple[Any, Any]]:
        heads, params = heads + _ONE_CALL, self._for_all(params)
        state = self._start(heads, params)
        over = jnp.zeros(self.num_envs, jnp.bool_)
        carry = Carry(head=heads, over=over, params=params, state=state)
        return carry, self._first(carry, ~over)

    def _step(self, carry: Carry, action: Any) -> tuple[Carry, tuple[Any, ...]]:
        next_step = self.autoreset == "next_step"
        asked = carry.over if next_step else jnp.zeros_like(carry.over)
        # Copies that are reset in place of this step make their one call there.
        head = carry.head + jnp.where(asked[:, None], np.uint32(0), _ONE_CALL)
        state, reward, terminated, truncated, info = jax.vmap(
            functools.partial(_advance, self.env)
        )(head, carry.state, action, carry.params)
        reward, terminated, truncated = resets.silenced(
            self.autoreset, carry.over, (reward, terminated, truncated)
        )
        over = terminated | truncated
        started = resets.due_after(self.autoreset, carry.over, over)
        carry = carry.replace(head=head, over=over, state=state)
        final = {}
        if self.autoreset == "same_step":
            final = {
                "final_obs": self._observe(carry),
                "_final_obs": over,
                "final_info": _masked(info, over),
                "_final_info": over,
            }
        infos = _masked(info, ~started)
        if self.autoreset != "disabled":
            carry = self._restart(carry, started, None)
            infos = _joined(started, self._first_infos(carry, started), infos)
        return carry, (self._observe(carry), reward, terminated, truncated, infos | final)

    def _restart(self, carry: Carry, mask: jax.Array, params: Any) -> Carry:
        """Starts the copies in `mask`, with params of their own or, if None, the defaults."""
        head = carry.head + jnp.where(mask[:, None], _ONE_CALL, np.uint32(0))
        if self.own_params:
            fresh = self._for_all(_params(self.env, params))
            carry = carry.replace(params=where(mask, fresh, carry.params))
        params = carry.params

        def start_all(ids: jax.Array, used: jax.Array, nothing: None) -> tuple[Any, None]:
            del ids, used
            return self._start(head, params), nothing

        def start_some(ids: jax.Array, used: jax.Array, nothing: None) -> tuple[Any, None]:
            del used
            return self._start(*jax.tree.map(lambda leaf: leaf[ids], (head, params))), nothing

        if self.env.reset_cost == "expensive":
            chunk = resets.usual_chunk(self.num_envs)
            state, _ = resets.chunked(start_some, mask, carry.state, None, chunk)
        else:
            state, _ = resets.fused(start_all, mask, carry.state, None)
        return carry.replace(head=head, state=state)


@functools.lru_cache(maxsize=256)
def single(program: Single) -> Single:
    """The one instance among equal ones, whose compiled functions all share."""
    return program


@functools.lru_cache(maxsize=256)
def batch(program: Batch) -> Batch:
    """The one instance among equal ones, whose compiled functions all share."""
    return program


def _call_key(head: jax.Array) -> jax.Array:
    root = jax.random.wrap_key_data(head[:2], impl="threefry2x32")
    return prng.keys_for(root, head[2:])[0]


def _params(env: Env[Any, Any], params: Any) -> Any:
    """Those of the episode, or the environment's own for None."""
    return env.default_params if params is None else params


def _initial(env: Env[Any, Any], head: jax.Array, params: Any) -> Any:
    return env.initial(_call_key(head), _params(env, params))


def _advance(
    env: Env[Any, Any], head: jax.Array, state: Any, action: Any, params: Any
) -> tuple[Any, ...]:
    action = env.action_space().cast(action, "action")
    params = _params(env, params)
    state, *ends, info = env.advance(_call_key(head), state, action, params)
    return state, *ends, _with_mask(env, state, params, info)


def _first_info(env: Env[Any, Any], state: Any, params: Any) -> dict[str, Any]:
    params = _params(env, params)
    return _with_mask(env, state, params, env.initial_info(state, params))


def _with_mask(env: Env[Any, Any], state: Any, params: Any, info: Any) -> dict[str, Any]:
    """The info with the state's `action_mask`, as Gymnasium's spaces take it, where it has one."""
    mask = env.action_mask(state, params)
    return info if mask is None else info | {"action_mask": mask.astype(jnp.int8)}


def _observe(env: Env[Any, Any], state: Any, params: Any) -> Any:
    return env.observe(state, _params(env, params))


def _masked(info: Any, mask: jax.Array) -> dict[str, Any]:
    """An info of a batch as Gymnasium has it: each name beside a mask, zeros where it is off."""
    infos: dict[str, Any] = {}
    for name, value in info.items():
        if isinstance(value, dict):
            infos[name] = _masked(value, mask)
        else:
            infos[name] = where(mask, value, jax.tree.map(jnp.zeros_like, value))
        infos["_" + name] = mask
    return infos


def _joined(chosen: jax.Array, ours: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Masked infos, `ours` of the copies in `chosen` and `others` of the rest, as one."""
    both = {}
    for name in ours.keys() & others.keys():
        pair = (ours[name], others[name])
        both[name] = _joined(chosen, *pair) if isinstance(pair[0], dict) else where(chosen, *pair)
    return others | ours | both
