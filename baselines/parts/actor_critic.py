"""Policies and values: two networks (`Pair`), or one torso with two readouts (`Trunk`).

Both take what `seats` see, `[..., *seats, num_features]` float32. The agents of a team share one
pair, or have one each: then every leaf of the weights leads with an axis `[num_agents]`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian, Factorized
from jaxenvs.baselines.parts.entities import EncoderKind
from jaxenvs.baselines.parts.entities_transformer import encoder_of
from jaxenvs.baselines.parts.heads import BoxHead, Head
from jaxenvs.baselines.parts.memory import (
    Feedforward,
    Past,
    Recurrent,
    Torso,
    look_ahead,
    one_step,
)
from jaxenvs.baselines.parts.networks import MLP, Readout, torso_of
from jaxenvs.baselines.parts.rollout import Steps, example_of, first_past, first_row
from jaxenvs.baselines.parts.seats import Seats, Seen

Policy = Categorical | Factorized | DiagGaussian
View = Callable[[Seen], jax.Array]
"""What a network takes of what a state shows."""


class Judged(NamedTuple):
    """Values of a rollout, `[T, n, *seats]` float32, and the critic's memory after it."""

    value: jax.Array
    next_value: jax.Array  # of what each step led to, before any reset
    state: Any  # None: the critic has no memory of its own


class ActorCritic(Protocol):
    """What PPO asks of its networks."""

    def first(self) -> Past | None:
        """The actor's past of one environment before an episode, `[*seats]`."""
        ...

    def first_of_critic(self) -> Any:
        """The state of the critic's own memory there; None: it has none."""
        ...

    def init(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        """Weights for what one environment shows; the key is consumed."""
        ...

    def decide(self, weights: Any, seen: Seen, past: Past | None) -> tuple[Policy, Any]:
        """The policy `[n, *seats]` for one observation of each environment; the memory's state."""
        ...

    def judge(self, weights: Any, critic_state: Any, steps: Steps, action: jax.Array) -> Judged:
        """Values of all steps; `action` is what was done in each, as networks take it."""
        ...

    def review(self, weights: Any, states: Any, rows: Any) -> tuple[Policy, jax.Array]:
        """Policy and value at rows to learn from, `[T, n]`, for one set of weights.

        `states` are `(actor's, critic's)` before the first of them; `rows` have `seen` and `past`.
        """
        ...

    def each(self, function: Callable[..., Any], axes: tuple[Any, ...], out: Any = 0) -> Any:
        """`function` with the weights of each agent for its part, or as it is if they share them.

        The weights come first; `axes` are the agents' axes of the other arguments, `out` those of
        what comes back.
        """
        ...


class Pair:
    """A network for the policy and one for the value: `actor` and `critic`."""

    def __init__(
        self,
        seats: Seats,
        torsos: dict[str, Torso],
        critic_view: View,
        log_std_init: float,
        share: bool = True,
    ) -> None:
        """`torsos` are those of `actor` and `critic`; without `share` each agent has its own."""
        self.seats, self.head, self.torsos = seats, seats.head, torsos
        self.views: dict[str, View] = {"actor": _observed, "critic": critic_view}
        self.readouts = {"actor": Readout(self.head.num_outputs, 0.01), "critic": Readout(1, 1.0)}
        self.log_std_init, self.share = log_std_init, share

    def first(self) -> Past | None:
        """See `ActorCritic`."""
        return first_past(self.torsos["actor"], self.seats)

    def first_of_critic(self) -> Any:
        """See `ActorCritic`."""
        past = first_past(self.torsos["critic"], self.seats)
        return None if past is None else past.state

    def init(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        """See `ActorCritic`."""
        if not self.seats.shape:
            torso = self.torsos["actor"]
            if isinstance(torso, Feedforward):
                return self._init_at_once(key, torso, seen.obs)
            return self._init_in_turn(key, seen)
        keys = jax.random.split(key, len(self.seats.names))
        if self.share:
            return self._init_in_turn(keys[0], seen)
        return jax.vmap(self._init_in_turn, (0, None))(keys, seen)

    def _init_at_once(self, key: jax.Array, torso: Feedforward, obs: jax.Array) -> dict[str, Any]:
        """Both of two equal torsos together: the program is half as long."""
        torso_key, readout_key = jax.random.split(key)
        networks = jax.vmap(torso.torso.init, (0, None))(jax.random.split(torso_key), obs)
        weights: dict[str, Any] = {}
        for i, (name, readout) in enumerate(self.readouts.items()):
            network = jax.tree.map(lambda leaf, i=i: leaf[i], networks)
            own = {"params": {"torso": network["params"]}}
            out: Any = torso.apply(own, obs, None)
            weights[name] = {"torso": own, "readout": readout.init(readout_key, out[0])}
        return _with_log_std(weights, self.head, self.log_std_init)

    def _init_in_turn(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        weights: dict[str, Any] = {}
        for name, own_key in zip(self.torsos, jax.random.split(key), strict=True):
            torso_key, readout_key = jax.random.split(own_key)
            torso = self.torsos[name]
            example = example_of(torso, self.seats, self.views[name](seen))
            own = torso.init(torso_key, *example)
            out: Any = torso.apply(own, *example)
            weights[name] = {"torso": own, "readout": self.readouts[name].init(readout_key, out[0])}
        return _with_log_std(weights, self.head, self.log_std_init)

    def each(self, function: Callable[..., Any], axes: tuple[Any, ...], out: Any = 0) -> Any:
        """See `ActorCritic`."""
        return function if self.share else jax.vmap(function, (0, *axes), out)

    def decide(self, weights: Any, seen: Seen, past: Past | None) -> tuple[Policy, Any]:
        """See `ActorCritic`."""

        def alone(weights: Any, obs: jax.Array, past: Past | None) -> tuple[jax.Array, Any]:
            out, state = one_step(self.torsos["actor"], weights["torso"], obs, past)
            return self._read("actor", weights, out), state

        actor = weights["actor"]
        outputs, state = self.each(alone, (1, 1), 1)(actor, self.views["actor"](seen), past)
        return _policy(self.head, actor, outputs, seen.mask), state

    def judge(self, weights: Any, critic_state: Any, steps: Steps, action: jax.Array) -> Judged:
        """See `ActorCritic`."""
        view, torso = self.views["critic"], self.torsos["critic"]

        def alone(
            weights: Any, state: Any, past: Past | None, obs: Any, next_obs: Any, action: Any
        ) -> Judged:
            found: Any = torso.apply(weights["torso"], obs, _from(past, state))
            out, states = found
            ahead = look_ahead(torso, weights["torso"], states, next_obs, action)
            value, next_value = (self._read("critic", weights, x)[..., 0] for x in (out, ahead))
            return Judged(value, next_value, jax.tree.map(lambda x: x[-1], states))

        past = _from(steps.past, None)
        return self.each(alone, (1, 2, 2, 2, 2), Judged(2, 2, 1))(  # type: ignore[arg-type]
            weights["critic"], critic_state, past, view(steps.seen), view(steps.next_seen), action
        )

    def review(self, weights: Any, states: Any, rows: Any) -> tuple[Policy, jax.Array]:
        """See `ActorCritic`."""
        outputs = {}
        for name, state in zip(("actor", "critic"), states, strict=True):
            obs, past = self.views[name](rows.seen), _from(rows.past, state)
            found: Any = self.torsos[name].apply(weights[name]["torso"], obs, past)
            outputs[name] = self._read(name, weights[name], found[0])
        policy = _policy(self.head, weights["actor"], outputs["actor"], rows.seen.mask)
        return policy, outputs["critic"][..., 0]

    def _read(self, name: str, weights: Any, out: jax.Array) -> jax.Array:
        return self.readouts[name].apply(weights["readout"], out)  # type: ignore[return-value]


class Trunk:
    """One torso, and a readout each for policy and value: with a memory, half the work of two."""

    def __init__(self, seats: Seats, torso: Torso, log_std_init: float) -> None:
        self.seats, self.head, self.torso = seats, seats.head, torso
        self.actor, self.critic = Readout(self.head.num_outputs, 0.01), Readout(1, 1.0)
        self.log_std_init = log_std_init

    def first(self) -> Past | None:
        """See `ActorCritic`."""
        return first_past(self.torso, self.seats)

    def first_of_critic(self) -> Any:
        """See `ActorCritic`."""
        return None

    def init(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        """See `ActorCritic`."""
        torso_key, actor_key, critic_key = jax.random.split(key, 3)
        example = example_of(self.torso, self.seats, seen.obs)
        torso = self.torso.init(torso_key, *example)
        out: Any = self.torso.apply(torso, *example)
        weights: dict[str, Any] = {
            "torso": torso,
            "actor": {"readout": self.actor.init(actor_key, out[0])},
            "critic": {"readout": self.critic.init(critic_key, out[0])},
        }
        return _with_log_std(weights, self.head, self.log_std_init)

    def each(self, function: Callable[..., Any], axes: tuple[Any, ...], out: Any = 0) -> Any:
        """See `ActorCritic`."""
        del axes, out
        return function

    def decide(self, weights: Any, seen: Seen, past: Past | None) -> tuple[Policy, Any]:
        """See `ActorCritic`."""
        out, state = one_step(self.torso, weights["torso"], seen.obs, past)
        return self._policy(weights, out, seen), state

    def judge(self, weights: Any, critic_state: Any, steps: Steps, action: jax.Array) -> Judged:
        """See `ActorCritic`."""
        past = None if steps.past is None else _from(steps.past, first_row(steps.past.state))
        found: Any = self.torso.apply(weights["torso"], steps.seen.obs, past)
        out, states = found
        ahead = look_ahead(self.torso, weights["torso"], states, steps.next_seen.obs, action)
        return Judged(self._value(weights, out), self._value(weights, ahead), critic_state)

    def review(self, weights: Any, states: Any, rows: Any) -> tuple[Policy, jax.Array]:
        """See `ActorCritic`."""
        past = _from(rows.past, states[0])
        found: Any = self.torso.apply(weights["torso"], rows.seen.obs, past)
        return self._policy(weights, found[0], rows.seen), self._value(weights, found[0])

    def _policy(self, weights: Any, out: jax.Array, seen: Seen) -> Policy:
        outputs: Any = self.actor.apply(weights["actor"]["readout"], out)
        return _policy(self.head, weights["actor"], outputs, seen.mask)

    def _value(self, weights: Any, out: jax.Array) -> jax.Array:
        value: Any = self.critic.apply(weights["critic"]["readout"], out)
        return value[..., 0]


def _observed(seen: Seen) -> jax.Array:
    return seen.obs


def _policy(head: Head, actor: Any, outputs: jax.Array, mask: jax.Array | None) -> Policy:
    return head.distribution(outputs, actor.get("log_std"), mask)


def _with_log_std(weights: Any, head: Head, log_std_init: float) -> Any:
    """The weights, with a deviation for every coordinate where actions are continuous."""
    if isinstance(head, BoxHead):
        width = (head.num_outputs,)
        weights["actor"]["log_std"] = jnp.full(width, log_std_init, jnp.float32)
    return weights


def _from(past: Past | None, state: Any) -> Past | None:
    """The past with another state of the memory."""
    return None if past is None else past.replace(state=state)


def networks_of(config: Any, seats: Seats, critic_view: View) -> ActorCritic:
    """The networks that a config of PPO asks for; the policy takes the observations.

    A critic that takes something else than the observation has neither a convolution nor an
    encoder: that is no image and no entities. Raises `ValueError` for filters on observations that
    are no image, and for encoders on observations without entities.
    """
    widths, activation = config.hidden, config.activation

    def torso(of_obs: bool) -> Torso:
        filters = config.filters if of_obs else 0
        kind: EncoderKind = config.encoder if of_obs else "mlp"
        entities = encoder_of(seats.space, kind, config.entity_width, activation)
        if config.memory != "none":
            return Recurrent(
                widths, activation, config.memory, config.memory_width, entities=entities
            )
        if entities is not None:
            return Feedforward(nn.Sequential([entities, MLP(widths, activation)]))
        return Feedforward(torso_of(seats.space, filters, widths, activation))

    if config.trunk:
        return Trunk(seats, torso(True), config.log_std_init)
    critic_sees_obs = not getattr(config, "critic_takes_world", False)
    torsos = {"actor": torso(True), "critic": torso(critic_sees_obs)}
    share = getattr(config, "share", True)  # a config of one agent has no such field
    return Pair(seats, torsos, critic_view, config.log_std_init, share)
