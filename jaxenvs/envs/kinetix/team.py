"""Kinetix for a team: each agent commands some kinds of motors and thrusters.

Source: Kinetix, as `jaxenvs.envs.kinetix.kinetix` names it, where one agent commands them all.
Differs from it in: the kinds of motors and thrusters are split among agents, who see the same and
share the reward.
"""

from typing import Annotated, Any

import jax
import jax.numpy as jnp

from jaxenvs import core, spaces
from jaxenvs.envs.kinetix import _actions
from jaxenvs.envs.kinetix._level import NUM_MOTOR_BINDINGS
from jaxenvs.envs.kinetix._state import Params, State
from jaxenvs.envs.kinetix.kinetix import Kinetix
from jaxenvs.envs.kinetix.observations import _symbolic
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range

_Agent = Annotated[int, Range(0, _actions.NUM_COMMANDS - 1)]


class KinetixTeam(MultiAgentEnv[State, Params], Kinetix):
    """Agents command motors and thrusters together, each some kinds of them.

    Actions are as in `Kinetix`, but of an agent's own kinds alone, motors first; where agents have
    different numbers of kinds, what is beyond an agent's own does nothing. Observation, for all:
    that of `Kinetix`. Reward, for all: that of `Kinetix`.
    """

    num_agents: Annotated[int, Range(1, _actions.NUM_COMMANDS)] = 2  # type: ignore[assignment]

    split: tuple[_Agent, ...] | None = None
    """Which agent has each of the four kinds of motors and the two of thrusters, six numbers; None:
    they are dealt one after the other."""

    actions: _actions.Kind = "multidiscrete"
    """As of `Kinetix`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.split is None:
            return
        if len(self.split) != _actions.NUM_COMMANDS:
            raise ValueError(f"split: expected {_actions.NUM_COMMANDS} agents, got {self.split}")
        if set(self.split) != set(range(self.num_agents)):
            expected = f"each of the agents 0 to {self.num_agents - 1} to have something"
            raise ValueError(f"split: expected {expected}, got {self.split}")

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(self.num_agents))

    @property
    def kinds(self) -> list[tuple[list[int], list[int]]]:
        """For each agent its kinds of motors, 0 to 3, and of thrusters, 0 or 1."""
        dealt = (i % self.num_agents for i in range(_actions.NUM_COMMANDS))
        owners = list(dealt if self.split is None else self.split)
        motors, thrusters = owners[:NUM_MOTOR_BINDINGS], owners[NUM_MOTOR_BINDINGS:]
        return [
            (
                [kind for kind, owner in enumerate(motors) if owner == agent],
                [kind for kind, owner in enumerate(thrusters) if owner == agent],
            )
            for agent in range(self.num_agents)
        ]

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        del params
        own = [
            _actions.space(self.actions, len(motors), len(thrusters), self._room)
            for motors, thrusters in self.kinds
        ]
        return dict(zip(self.agents, own, strict=True))

    @property
    def _room(self) -> int:
        """The most kinds that an agent has."""
        return max(len(motors) + len(thrusters) for motors, thrusters in self.kinds)

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return dict.fromkeys(self.agents, Kinetix.observation_space(self, params))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key
        motor: dict[int, jax.Array] = {}
        thruster: dict[int, jax.Array] = {}
        for agent, (motors, thrusters) in enumerate(self.kinds):
            said = _actions.commands(self.actions, action[agent], len(motors), len(thrusters))
            motor |= zip(motors, said[0], strict=True)
            thruster |= zip(thrusters, said[1], strict=True)
        told = [[found[kind] for kind in sorted(found)] for found in (motor, thruster)]
        state, reward, over, info = self.play(state, told[0], told[1], params)
        shape = (self.num_agents,)
        return state, jnp.broadcast_to(reward, shape), jnp.broadcast_to(over, shape), info

    def observe(self, state: State, params: Params) -> Any:
        seen = super().observe(state, params)
        return jax.tree.map(lambda x: jnp.broadcast_to(x, (self.num_agents, *x.shape)), seen)

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(n,)` float32: the symbolic observation."""
        del params
        return _symbolic.observe(state)
