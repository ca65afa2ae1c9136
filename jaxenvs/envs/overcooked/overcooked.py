"""Overcooked: cooks fill pots, wait, and serve the soup, and get in each other's way.

Source: Carroll et al., "On the Utility of Learning about Humans for Human-AI Coordination", NeurIPS
2019, and its package overcooked-ai; the old dynamics are those of the paper.
Differs from it in: the shaped reward stands in the info, and in the reward only where it is asked
for; kitchens may have any number of cooks, with five layers of the lossless view for each.
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.overcooked import _cooking as cooking
from jaxenvs.envs.overcooked import _features as features
from jaxenvs.envs.overcooked import _lossless as lossless
from jaxenvs.envs.overcooked import _starts as starts
from jaxenvs.envs.overcooked._kitchens import Kitchen, kitchen
from jaxenvs.envs.overcooked._state import State, with_cooks_settled
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range, Share
from jaxenvs.struct import array

NUM_ACTIONS = 6


def _usual() -> Kitchen:
    return kitchen("cramped_room")


class Params(core.Params):
    """Orders, and what things are worth; recipes are numbered 4 * num_onions + num_tomatoes.

    The defaults are those of the cramped room.
    """

    max_steps: int = 400  # steps until truncation; 0 or less: no limit
    orders: Any = array(default_factory=lambda: _usual().orders)
    """(16,) bool, by recipe: whether it is worth anything"""
    bonus_orders: Any = array(default_factory=lambda: _usual().bonus)
    """(16,) bool, by recipe: whether it is worth more"""
    recipe_values: Any = array(default_factory=lambda: _usual().values)
    """(16,) float32, by recipe: the reward for serving it"""
    cook_times: Any = array(default_factory=lambda: _usual().times)
    """(16,) int32, by recipe: steps that it cooks"""
    order_bonus: float = 2.0  # how many times its value a bonus order is worth
    placement_reward: float = 3.0  # shaped, for an ingredient put into a pot
    dish_reward: float = 3.0  # shaped, for a dish that is taken when one is needed
    soup_reward: float = 5.0  # shaped, for a soup taken out of a pot
    shaping: float = 0.0  # how much of each cook's shaped reward is added to her reward
    random_places: bool = False  # whether cooks start anywhere
    random_directions: bool = False  # whether cooks look anywhere at first
    random_things: Share = 0.0  # the chance that a pot is in use, or a hand full, at first


class Overcooked(MultiAgentEnv[State, Params]):
    """Up to three onions and tomatoes make a soup, which cooks, goes onto a dish, and is served.

    Actions: 0 north, 1 south, 2 east, 3 west, 4 stay, 5 interact with what stands ahead: take, lay
    down, fill, start cooking, serve. Observation: layers of the kitchen, own ones first, or
    numbers that describe it. Reward, for all: what the soups served in this step are worth, nothing
    if they were not ordered. Info: each cook's `shaped_reward`, and the `sparse_reward` that she
    earned. Truncated after 400 steps.
    """

    layout: str = "cramped_room"
    """The name of a kitchen, or a kitchen in letters, of several lines."""

    dynamics: Literal["new", "old"] = "new"
    """`old`: pots with three ingredients begin to cook by themselves, and cannot be made to."""

    observation: Literal["lossless", "features"] = "lossless"
    """`lossless`: layers over the kitchen; `features`: directions to what is near, pots, walls."""

    num_pots_seen: Annotated[int, Range(0, 100)] = 2
    """How many of the nearest pots the features describe."""

    compat: Literal["overcooked_ai", "jaxmarl"] = "overcooked_ai"
    """`jaxmarl`: as JaxMARL's published numbers were made, layers lead with rows, counters under
    things are not shown, and the five classic kitchens have its starts; with the old dynamics."""

    def __post_init__(self) -> None:
        _ = self.kitchen  # which is refused here if it is none

    @property
    def kitchen(self) -> Kitchen:
        """The layout and what is cooked in it."""
        return kitchen(self.layout)

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(len(self.kitchen.layout.cooks)))

    def original_params(self) -> Params:
        here = self.kitchen
        return Params(
            orders=here.orders,
            bonus_orders=here.bonus,
            recipe_values=here.values,
            cook_times=here.times,
            order_bonus=here.order_bonus,
            random_directions=self.compat == "jaxmarl",
        )

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        del params
        layout = self.kitchen.layout
        if self.observation == "features":
            size = features.size(self.num_agents, self.num_pots_seen)
            return dict.fromkeys(self.agents, spaces.Box(-np.inf, np.inf, (size,)))
        shape = (layout.width, layout.height, lossless.num_layers(self.num_agents))
        if self.compat == "jaxmarl":
            shape = (layout.height, layout.width, shape[2])
        return dict.fromkeys(self.agents, spaces.Box(0, 255, shape, np.uint8))

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        del params
        return dict.fromkeys(self.agents, spaces.Discrete(NUM_ACTIONS))

    def initial(self, key: jax.Array, params: Params) -> State:
        fixed = starts.JAXMARL if self.compat == "jaxmarl" else {}
        return starts.start(key, self.kitchen, params, fixed.get(self.layout))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key
        layout = self.kitchen.layout
        state, sparse, shaped = cooking.interact(
            state, action == 5, layout, params, begin_by_hand=self.dynamics == "new"
        )
        state = cooking.walk(state, action, layout)
        state = cooking.cook(state, params, begin_when_full=self.dynamics == "old")
        reward = sparse.sum() + params.shaping * shaped
        over = jnp.zeros(self.num_agents, jnp.bool_)
        info = {"shaped_reward": shaped, "sparse_reward": sparse}
        return with_cooks_settled(state), reward, over, info

    def observe(self, state: State, params: Params) -> jax.Array:
        layout = self.kitchen.layout
        if self.observation == "features":
            return features.observe(state, layout, params, self.num_pots_seen)
        return lossless.observe(state, layout, params, jaxmarl=self.compat == "jaxmarl")

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(n,)` float32: the layers that the first cook sees."""
        layers = lossless.observe(state, self.kitchen.layout, params, jaxmarl=False)
        return layers[0].reshape(-1).astype(jnp.float32)
