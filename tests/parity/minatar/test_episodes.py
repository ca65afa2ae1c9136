"""Whole episodes of every game in MinAtar and in ours, with the same random choices."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, RIGHT, UP
from tests.parity import report, rollout
from tests.parity.minatar import original

Wish = Callable[[Any], jax.Array]  # what a player wants of each of the six actions, (6,)


def careful(env: Any, wish: Wish) -> Callable[[jax.Array, Any], jax.Array]:
    """A player who looks one step ahead, so that episodes get somewhere, and is a bit erratic."""
    params = env.default_params
    num_actions = env.action_space().n
    useful = env.useful_actions if env.minimal_actions else range(6)

    def choose(key: jax.Array, state: Any) -> jax.Array:
        draw_key, whim_key = jax.random.split(key)
        draws = env.draw(draw_key, params).replace(repeats=jnp.bool_(False))

        def ends(action: jax.Array) -> jax.Array:
            return env.play(state, action, draws, params)[0].terminal

        deadly = jax.vmap(ends)(jnp.arange(num_actions, dtype=jnp.int32))
        whim = jax.random.uniform(whim_key, (num_actions,), jnp.float32) * 1.2
        wanted = wish(state)[np.array(useful)]
        return jnp.argmax(wanted + whim - 10 * deadly.astype(jnp.float32)).astype(jnp.int32)

    return choose


def towards(x: Any, target: Any, less: int, more: int) -> jax.Array:
    wish = jnp.zeros(6, jnp.float32)
    return (
        wish.at[less]
        .set((target < x).astype(jnp.float32))
        .at[more]
        .set((target > x).astype(jnp.float32))
    )


def only(action: int, by: Any) -> jax.Array:
    return jnp.zeros(6, jnp.float32).at[action].set(by)


def anything(state: Any) -> jax.Array:
    return jnp.zeros(6, jnp.float32)


def follow_the_ball(state: Any) -> jax.Array:
    return towards(state.paddle, state.ball.x + state.ball.dx, LEFT, RIGHT)


def cross(state: Any) -> jax.Array:
    return only(UP, 0.9)


def shoot(state: Any) -> jax.Array:
    return only(FIRE, 0.5)


def collect(state: Any) -> jax.Array:
    """Up with divers when the air gets short or the submarine is full, else about under water."""
    sub = state.sub
    home = (sub.divers != 0) & ((sub.oxygen < 60) | (sub.divers == 6))
    up = only(UP, jnp.where(home, 1.5, jnp.where(sub.y == 1, -1.0, 0.0)))
    return up + only(DOWN, jnp.where(~home & (sub.y == 0), 1.5, 0.0)) + only(FIRE, 0.3)


@dataclasses.dataclass
class Case:
    """A game with some numbers changed on both sides."""

    game: str
    ours: dict[str, Any] = dataclasses.field(default_factory=dict)
    theirs: dict[str, Any] = dataclasses.field(default_factory=dict)  # MinAtar's constants
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    version: str = "v1"
    steps: int = 110_000
    wish: Wish | None = None

    @property
    def variant(self) -> str:
        """What is changed, as the parity page says it."""
        return ", ".join(f"{name}={value}" for name, value in self.ours.items())

    def __str__(self) -> str:
        return "-".join(filter(None, [self.game, self.version, self.variant]))


def no_choice(game: Any, shared: original.Shared, what: Any) -> None:
    pass


def crossers(game: Any, shared: original.Shared, draws: Any) -> None:
    shared.shares += [original.share(draws.from_left), original.share(draws.gold)]
    shared.numbers.append(lambda num: (int(draws.row) >> 8) * num >> 24)


def side(game: Any, shared: original.Shared, state: Any) -> None:
    shared.numbers.append(0 if state.ball.x == 0 else 1)


def lanes(word: Any) -> np.ndarray:
    return (np.uint32(word) >> np.arange(0, 32, 4, dtype=np.uint32) & 15).astype(int)


def traffic(game: Any, shared: original.Shared, source: Any) -> None:
    shared.numbers.append(lanes(source.speed))
    shared.shares.append(np.where(lanes(source.right), 1.0, 0.0))


def arrivals(game: Any, shared: original.Shared, draws: Any) -> None:
    if game.e_spawn_timer == 0:
        shared.shares += [original.share(draws.enemy.from_left), original.share(draws.armed)]
        shared.numbers.append(int(draws.enemy.row))
    if game.d_spawn_timer == 0:
        shared.shares.append(original.share(draws.diver.from_left))
        shared.numbers.append(int(draws.diver.row))


TELLERS = {
    "Asterix": ("asterix", no_choice, crossers, anything),
    "Breakout": ("breakout", side, no_choice, follow_the_ball),
    "Freeway": (
        "freeway",
        lambda game, shared, state: traffic(game, shared, state.cars),
        lambda game, shared, draws: traffic(game, shared, draws.traffic),
        cross,
    ),
    "Seaquest": ("seaquest", no_choice, arrivals, collect),
    "SpaceInvaders": ("space_invaders", no_choice, no_choice, shoot),
}


CASES = [
    Case("Asterix"),
    Case("Asterix", version="v0", steps=20_000),
    Case(
        "Asterix",
        {"spawn_interval": 1, "move_interval": 1},
        {"init_spawn_speed": 1, "init_move_interval": 1},
        steps=20_000,
    ),
    Case("Asterix", {"ramp_interval": 3}, {"ramp_interval": 3}, steps=20_000),
    Case("Asterix", {"ramping": False}, options={"difficulty_ramping": False}, steps=20_000),
    Case("Breakout"),
    Case("Breakout", version="v0", steps=20_000),
    Case("Freeway"),
    Case(
        "Freeway",
        {"move_interval": 1, "time_limit": 40},
        {"player_speed": 1, "time_limit": 40},
        version="v0",
        steps=20_000,
    ),
    Case("Seaquest"),
    Case("SpaceInvaders"),
    Case("SpaceInvaders", version="v0", steps=20_000),
]
SEAQUEST_VARIANTS = [
    Case("Seaquest", {"max_oxygen": 3000}, {"max_oxygen": 3000}, steps=20_000),
    Case(
        "Seaquest",
        {"spawn_interval": 3, "rest": 3},
        {"init_spawn_speed": 3, "init_move_interval": 3},
        steps=20_000,
    ),
    Case(
        "Seaquest",
        {"spawn_interval": 1, "rest": 2},
        {"init_spawn_speed": 1, "init_move_interval": 2},
        steps=20_000,
    ),
    Case("Seaquest", {"ramping": False}, options={"difficulty_ramping": False}, steps=20_000),
]


@pytest.mark.parametrize(
    "case",
    [*CASES, *(pytest.param(case, marks=pytest.mark.slow) for case in SEAQUEST_VARIANTS)],
    ids=str,
)
def test_minatar_gives_the_same_episodes(case: Case):
    name, tell_start, tell_step, wish = TELLERS[case.game]
    env_id = f"MinAtar-{case.game}-{case.version}"
    env: Any = jaxenvs.make(env_id, **case.ours)
    params = env.default_params
    num_envs = 16
    ours = rollout.play(
        env,
        num_envs,
        -(-case.steps // num_envs),
        draws=lambda key: env.draw(key, params),
        policy=careful(env, case.wish or wish),
    )
    original.follow(
        name,
        ours,
        tell_start=tell_start,
        tell_step=tell_step,
        constants=case.theirs,
        options=case.options,
        minimal=case.version == "v1",
    )
    assert ours.start.sum() > 40, "too few episodes to tell"
    assert ours.step.reward.any()
    report.record(env_id, "minatar", ours.start.size, 0.0, variant=case.variant)
