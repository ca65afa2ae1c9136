"""Observations of entities as Kinetix has them, made up at random, and a game about them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces

POLYGONS, CIRCLES, JOINTS, THRUSTERS = 3, 2, 2, 2
BODIES = POLYGONS + CIRCLES


def entity_space(one_hot: bool = False) -> spaces.Dict:
    """The space of `random_scene`; indices are a `MultiDiscrete` where `one_hot`, else a `Box`."""

    def features(rows: int, columns: int) -> spaces.Box:
        return spaces.Box(-np.inf, np.inf, (rows, columns))

    def indices(*shape: int) -> spaces.Space:
        if one_hot:
            return spaces.MultiDiscrete(np.full(shape, BODIES))
        return spaces.Box(0, BODIES - 1, shape, np.int32)

    return spaces.Dict(
        {
            "polygons": features(POLYGONS, 27),
            "circles": features(CIRCLES, 19),
            "joints": features(2 * JOINTS, 22),
            "thrusters": features(THRUSTERS, 8),
            "polygon_mask": spaces.MultiBinary(POLYGONS),
            "circle_mask": spaces.MultiBinary(CIRCLES),
            "joint_mask": spaces.MultiBinary(2 * JOINTS),
            "thruster_mask": spaces.MultiBinary(THRUSTERS),
            "joint_indexes": indices(2 * JOINTS, 2),
            "thruster_indexes": indices(THRUSTERS),
            "attention_mask": spaces.MultiBinary((4, BODIES, BODIES)),
        }
    )


def random_scene(rng: np.random.Generator) -> dict[str, Any]:
    """A scene whose last polygon, second joint and second thruster are not there."""
    space = entity_space()
    scene: dict[str, Any] = {}
    for name, part in space.spaces.items():
        scene[name] = rng.normal(size=part.shape).astype(np.float32)  # type: ignore[attr-defined]
    for name in ("polygon_mask", "circle_mask", "joint_mask", "thruster_mask"):
        scene[name] = np.ones(scene[name].shape, np.bool_)
    scene["polygon_mask"][-1] = scene["thruster_mask"][-1] = False
    scene["joint_mask"][[1, 3]] = False
    there = np.array([0, 1, 3, 4])
    one, other = rng.choice(there, 2, replace=False)
    scene["joint_indexes"] = np.array([[one, other], [0, 0], [other, one], [0, 0]], np.int32)
    scene["thruster_indexes"] = np.array([rng.choice(there), 0], np.int32)
    attention = rng.random((4, BODIES, BODIES)) < 0.5
    attention[0] = True
    pairs = np.zeros((BODIES, BODIES), np.bool_)
    pairs[np.ix_(there, there)] = True
    scene["attention_mask"] = attention & pairs
    return scene


def permuted(scene: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The same scene with polygons, circles, joints and thrusters in another order."""
    polygons, circles = rng.permutation(POLYGONS), rng.permutation(CIRCLES)
    ends, thrusters = rng.permutation(2 * JOINTS), rng.permutation(THRUSTERS)
    bodies = np.concatenate([polygons, POLYGONS + circles])  # the old number of each new one
    new = np.argsort(bodies).astype(np.int32)
    orders = {"polygon": polygons, "circle": circles, "joint": ends, "thruster": thrusters}
    moved = dict(scene)
    for name, order in orders.items():
        moved[f"{name}s"] = scene[f"{name}s"][order]
        moved[f"{name}_mask"] = scene[f"{name}_mask"][order]
    moved["joint_indexes"] = new[scene["joint_indexes"][ends]]
    moved["thruster_indexes"] = new[scene["thruster_indexes"][thrusters]]
    moved["attention_mask"] = scene["attention_mask"][:, bodies][:, :, bodies]
    return moved


class TurnState(core.State):
    side: jax.Array  # () int32, 0 or 1
    place: jax.Array  # () int32, the polygon that says so


class Turn(core.Env[TurnState, core.Params]):
    """Say on which side the only circle's neighbour is; one step an episode, reward 1 if right.

    The circle is joined to one of the first two polygons; its first feature is the side, 1 or -1,
    that of the other polygon is the opposite.
    """

    def original_params(self) -> core.Params:
        return core.Params(max_steps=1)

    def initial(self, key: jax.Array, params: core.Params) -> TurnState:
        side, place = jax.random.randint(key, (2,), 0, 2, dtype=jnp.int32)
        return TurnState(time=jnp.int32(0), side=side, place=place)

    def transition(
        self, key: jax.Array, state: TurnState, action: jax.Array, params: core.Params
    ) -> tuple[TurnState, jax.Array, jax.Array, core.Info]:
        right = action[0] == state.side
        return state, right.astype(jnp.float32), jnp.bool_(True), {"success": right}

    def observe(self, state: TurnState, params: core.Params) -> dict[str, jax.Array]:
        shown = {
            name: jnp.zeros(part.shape, part.dtype)  # type: ignore[attr-defined]
            for name, part in self.observation_space().spaces.items()
        }
        sign = 2.0 * state.side.astype(jnp.float32) - 1.0
        there = np.arange(POLYGONS) < 2
        own = np.arange(POLYGONS) == state.place
        shown["polygons"] = shown["polygons"].at[:, 0].set(jnp.where(own, sign, -sign))
        ends = jnp.stack([state.place, jnp.int32(POLYGONS)])
        first = np.arange(2 * JOINTS) % JOINTS == 0
        indices = shown["joint_indexes"].at[0].set(ends).at[JOINTS].set(ends[::-1])
        return shown | {
            "polygon_mask": jnp.asarray(there),
            "circle_mask": jnp.asarray(np.arange(CIRCLES) == 0),
            "joint_mask": jnp.asarray(first),
            "joint_indexes": indices,
        }

    def observation_space(self, params: core.Params | None = None) -> spaces.Dict:
        return entity_space()

    def action_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete([2, 3])
