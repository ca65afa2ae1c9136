"""Playing in many environments at once: the one rollout of all algorithms.

Arrays lead with time and environments, `[num_steps, num_envs, *seats, ...]`, where `seats` is `()`
for one agent and `(num_agents,)` for a team.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.memory import Past, Torso, first_row
from jaxenvs.baselines.parts.seats import Seats, Seen
from jaxenvs.struct import PyTree
from jaxenvs.vector import VecEnv


class Situation(PyTree):
    """Where play goes on: `[num_envs]`."""

    seen: Seen
    past: Past | None  # [*seats], what the players know besides; None: nothing
    present: jax.Array | None  # [num_agents] bool, which agents have not left; None for one agent
    env_state: Any


class Steps(PyTree):
    """What was seen and done: `[num_steps, num_envs]`."""

    seen: Seen
    past: Past | None  # [*seats], before this step
    present: jax.Array | None  # [num_agents] bool, before this step; None for one agent
    action: jax.Array  # [*seats], as the head gave it
    extra: Any  # what `decide` adds, such as log-probabilities
    reward: jax.Array  # [*seats] float32, with the weighted shaped reward
    terminated: jax.Array  # [*seats] bool
    done: jax.Array  # () bool, the episode is over
    next_seen: Seen  # what the step led to, before any reset
    episode: Any  # the batch engine's return, length and done, and `success` where the game says
    # so; None in sequences to learn from


Decide = Callable[[Seen, Past | None, Any], tuple[jax.Array, Any, Any]]
"""`(seen, past, chance) -> (action, extra, memory's next state)` for `[num_envs]` situations."""


def start(venv: VecEnv[Any, Any], seats: Seats, first: Past | None, key: jax.Array) -> Situation:
    """All environments at their first observations; the key is consumed.

    `first` is the past of one environment's players before an episode, `[*seats]`.
    """
    shown, env_state = venv.reset(key)
    shape = (venv.num_envs, *seats.shape)
    return Situation(
        seen=seats.observe(shown),
        past=repeated(first, venv.num_envs),
        present=jnp.ones(shape, jnp.bool_) if seats.shape else None,
        env_state=env_state,
    )


def play(
    venv: VecEnv[Any, Any],
    seats: Seats,
    decide: Decide,
    situation: Situation,
    chances: Any,
    shaping: jax.Array | None = None,
) -> tuple[Situation, Steps]:
    """Plays in all environments, one step per row of `chances`.

    Args:
      venv: of `seats.shown(env)`, with `final_obs`.
      seats: who plays.
      decide: chooses the actions.
      situation: where to start.
      chances: what `decide` draws from, and a key for the environments; leading axis `[num_steps]`.
      shaping: `()` float32, the weight of `info["shaped_reward"]`; None: it is not looked at.
    """

    def step(before: Situation, chance: tuple[Any, jax.Array]) -> tuple[Situation, Steps]:
        action, extra, state = decide(before.seen, before.past, chance[0])
        t = venv.step(chance[1], before.env_state, seats.to_env(action))
        episode, past = t.info["episode"], None
        if "success" in t.info:
            episode = episode | {"success": t.info["success"]}
        done = episode["done"]
        row = Steps(
            seen=before.seen,
            past=before.past,
            present=before.present,
            action=action,
            extra=extra,
            reward=t.reward if shaping is None else t.reward + shaping * t.info["shaped_reward"],
            terminated=t.terminated,
            done=done,
            next_seen=seats.observe(t.info["final_obs"]),
            episode=episode,
        )
        if before.past is not None:
            past = Past(state=state, action=seats.as_input(action), start=seats.spread(done))
        return Situation(
            seen=seats.observe(t.obs),
            past=past,
            present=still_there(before.present, t.terminated, done),
            env_state=t.state,
        ), row

    return jax.lax.scan(step, situation, chances)


def still_there(
    present: jax.Array | None, terminated: jax.Array, done: jax.Array
) -> jax.Array | None:
    """Which agents play at the next step, `[n, num_agents]` bool; None for one agent.

    Args:
      present: `[n, num_agents]` bool, which played at this one.
      terminated: `[n, num_agents]` bool.
      done: `[n]` bool, whether the episode is over and all are back.
    """
    return None if present is None else done[:, None] | (present & ~terminated)


def act_alone(
    seats: Seats,
    choose: Callable[[Seen, Past | None], tuple[jax.Array, Any]],
    obs: Any,
    mask: jax.Array | None,
    past: Past | None,
) -> Any:
    """The action for one observation as the environment gives it, by `choose` for `[n]` of them.

    `choose` returns the head's action and the memory's next state. With a past the result is the
    action and the past of the next observation.
    """
    shown = {"obs": obs} if mask is None else {"obs": obs, "mask": mask}
    shown, before = jax.tree.map(lambda x: x[None], (shown, past))
    action, state = first_row(choose(seats.observe(shown), before))
    if past is None:
        return seats.to_env(action)
    start = jnp.zeros(seats.shape, jnp.bool_)
    return seats.to_env(action), Past(state=state, action=seats.as_input(action), start=start)


def draw_alone(
    seats: Seats,
    decide: Callable[[Any, Seen, Past | None], tuple[Any, Any]],
    policy: Any,
    obs: Any,
    mask: jax.Array | None,
    chance: tuple[jax.Array, Past | None],
) -> tuple[Any, tuple[jax.Array, Past | None]]:
    """An action drawn for one observation, and the key and the past for the next one.

    `decide(policy, seen, past)` gives the distribution for `[n]` observations, and the memory's
    next state; `chance` are a key, which is consumed, and the past.
    """
    (key, past), shape = chance, (1, *seats.shape)
    key, noise_key = jax.random.split(key)

    def draw(seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
        found, state = decide(policy, seen, past)
        return found.pick(seats.head.noise(noise_key, shape)), state

    found = act_alone(seats, draw, obs, mask, past)
    return (found, (key, None)) if past is None else (found[0], (key, found[1]))


def first_past(torso: Torso, seats: Seats) -> Past | None:
    """What the players of one environment know before an episode, `[*seats]`; None: nothing."""
    return repeated(torso.first(seats.head.num_outputs), *seats.shape)


def example_of(torso: Torso, seats: Seats, obs: jax.Array) -> tuple[jax.Array, Past | None]:
    """Arguments to make a torso's weights with, from what one environment shows, `[*seats, n]`."""
    past = first_past(torso, seats)
    if past is not None:
        past = past.replace(action=past.action[None], start=past.start[None])
    return obs[None], past


def repeated(tree: Any, *axes: int) -> Any:
    """Every leaf with these leading axes, along which it is the same."""
    return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (*axes, *leaf.shape)), tree)


def swap_leading(tree: Any) -> Any:
    """Exchanges the axes of time and environments in every leaf."""
    return jax.tree.map(lambda leaf: jnp.swapaxes(leaf, 0, 1), tree)


def from_first(steps: Steps) -> Steps:
    """Steps `[T, n]` with the memory's states before the first of them alone, `[n]`."""
    if steps.past is None:
        return steps
    return steps.replace(past=steps.past.replace(state=first_row(steps.past.state)))


def sequences(steps: Steps) -> Steps:
    """Steps `[T, n]` as sequences `[n, T]`: of the memory's states only the first ones are kept."""
    return _exchanged(from_first(steps.replace(episode=None)))


def time_first(rows: Steps) -> Steps:
    """Sequences `[n, T]` as steps `[T, n]`, with the memory's states before them, `[n]`."""
    return _exchanged(rows)


def _exchanged(steps: Steps) -> Steps:
    """`swap_leading` of all but the memory's states, which have no axis of time here."""
    if steps.past is None:
        return swap_leading(steps)
    state = steps.past.state
    swapped = swap_leading(steps.replace(past=steps.past.replace(state=None)))
    return swapped.replace(past=swapped.past.replace(state=state))


def rows_of(steps: Steps, whole: bool) -> Steps:
    """Steps `[T, n]` as rows to draw: `whole` sequences `[n, T]`, or single steps `[T * n]`."""
    if whole:
        return sequences(steps)
    return jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), steps.replace(episode=None))


def steps_of(rows: Steps, whole: bool) -> Steps:
    """Rows as steps with time first, `[T, n]`; single ones have no axis of time, `[n]`."""
    return time_first(rows) if whole else rows
