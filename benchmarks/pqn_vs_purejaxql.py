"""PQN end to end: ours and PureJaxQL's recipe on gymnax, alternating.

The same settings on both sides, PureJaxQL's for CartPole (`SETTINGS`; layers of 256-256, each with
its LayerNorm, RAdam with a rate that falls to 0) and for MinAtar at a tenth of the steps, and the
same number of steps. How the recipe was made and what is measured stands in end_to_end.py. As in
the original, epsilon is the same for all environments, Q(lambda) targets are computed once for a
rollout from the values at playing time, and the last but one step bootstraps from the value after
the last one (ours follow the recursion at every step).

    pip install gymnax==1.0.1 flax optax
    python benchmarks/pqn_vs_purejaxql.py --repeats 2 --seeds 1
    python benchmarks/pqn_vs_purejaxql.py --repeats 1 --seeds 1 --env MinAtar-Breakout-v1
"""

import pathlib
import sys
from typing import Any, NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from benchmarks.end_to_end import Contest, logged, passes, run

GAMMA, MAX_GRAD_NORM = 0.99, 10.0


class Setting(NamedTuple):
    """What differs between PureJaxQL's settings for a game and those for another."""

    peer: str  # gymnax's id
    total_steps: int
    num_envs: int
    num_steps: int
    num_epochs: int
    num_minibatches: int
    hidden: tuple[int, ...]
    filters: int  # of a convolution before them; 0: none
    lr: float
    epsilon_end: float
    epsilon_share: float
    trace_lambda: float
    reward_scale: float


SETTINGS = {
    "CartPole-v1": Setting(
        "CartPole-v1", 500_000, 32, 64, 4, 16, (256, 256), 0, 1e-4, 0.2, 0.2, 0.95, 0.1
    ),
    "MinAtar-Breakout-v1": Setting(
        "Breakout-MinAtar", 1_000_000, 128, 32, 2, 32, (128,), 16, 5e-4, 0.05, 0.1, 0.65, 1.0
    ),
}


class Step(NamedTuple):
    """One row of the recipe's rollout."""

    obs: Any
    action: Any
    reward: Any
    done: Any
    values: Any
    info: Any


def recipe(env_id: str, total_steps: int) -> Any:  # noqa: PLR0915  one closure, as in the original
    """`key -> (parameters, infos)`: PureJaxQL's structure on gymnax."""
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    import optax

    setting = SETTINGS[env_id]
    num_envs, num_steps = setting.num_envs, setting.num_steps
    reset, env_step, num_actions, shape = logged(setting.peer)
    num_updates = total_steps // num_steps // num_envs

    class QNetwork(nn.Module):
        @nn.compact
        def __call__(self, x):
            if setting.filters:
                x = x.reshape(*x.shape[:-1], *shape)
                x = nn.Conv(setting.filters, (3, 3), padding="VALID")(x)
                x = nn.relu(nn.LayerNorm()(x))
                x = x.reshape(*x.shape[:-3], -1)
            for width in setting.hidden:
                x = nn.relu(nn.LayerNorm()(nn.Dense(width)(x)))
            return nn.Dense(num_actions)(x)

    network = QNetwork()
    gradient_steps = num_updates * setting.num_epochs * setting.num_minibatches
    optimizer = optax.chain(
        optax.clip_by_global_norm(MAX_GRAD_NORM),
        optax.radam(optax.linear_schedule(setting.lr, 0.0, gradient_steps)),
    )
    exploring = round(setting.epsilon_share * num_updates)
    epsilon_of = optax.linear_schedule(1.0, setting.epsilon_end, exploring)

    def loss(params, obs, action, target):
        values: Any = network.apply(params, obs)
        value = jnp.take_along_axis(values, action[..., None], axis=-1)[..., 0]
        return 0.5 * jnp.square(value - target).mean()

    def explore(key, values, epsilon):
        when_key, what_key = jax.random.split(key)
        random = jax.random.randint(what_key, (), 0, num_actions)
        return jnp.where(jax.random.uniform(when_key) < epsilon, random, values.argmax(-1))

    def play(carry, _):
        params, obs, state, epsilon, key = carry
        key, action_key, step_key = jax.random.split(key, 3)
        values: Any = network.apply(params, obs)
        action_keys = jax.random.split(action_key, num_envs)
        action = jax.vmap(explore, (0, 0, None))(action_keys, values, epsilon)
        keys = jax.random.split(step_key, num_envs)
        next_obs, state, reward, done, info = jax.vmap(env_step)(keys, state, action)
        row = Step(obs, action, setting.reward_scale * reward, done, values, info)
        return (params, next_obs, state, epsilon, key), row

    def backwards(carry, row):
        target, next_value = carry
        mixed = setting.trace_lambda * target + (1 - setting.trace_lambda) * next_value
        target = row.reward + GAMMA * (1 - row.done) * mixed
        return (target, row.values.max(-1)), target

    epoch = passes(loss, optimizer, setting.num_minibatches, num_envs * num_steps)

    def update(carry, count):
        params, opt_state, obs, state, key = carry
        situation = (params, obs, state, epsilon_of(count), key)
        (_, obs, state, _, key), rows = jax.lax.scan(play, situation, None, num_steps)
        last = jax.tree.map(lambda x: x[-1], rows)
        last_values: Any = network.apply(params, obs)
        last_value = last_values.max(-1)
        last_target = last.reward + GAMMA * (1 - last.done) * last_value
        earlier = jax.tree.map(lambda x: x[:-1], rows)
        _, target = jax.lax.scan(backwards, (last_target, last_value), earlier, reverse=True)
        batch = (rows.obs, rows.action, jnp.concatenate([target, last_target[None]]))
        carry = (params, opt_state, batch, key)
        carry, _ = jax.lax.scan(epoch, carry, None, setting.num_epochs)
        params, opt_state, _, key = carry
        return (params, opt_state, obs, state, key), rows.info

    def train(key):
        key, init_key, env_key = jax.random.split(key, 3)
        obs, state = jax.vmap(reset)(jax.random.split(env_key, num_envs))
        params = network.init(init_key, obs)
        carry = (params, optimizer.init(params), obs, state, key)
        carry, infos = jax.lax.scan(update, carry, jnp.arange(num_updates))
        return carry[0], infos

    return train


def our_trainer(env_id: str, total_steps: int) -> Any:
    """The same settings in our config."""
    from jaxenvs.baselines import pqn
    from jaxenvs.envs.minatar import GYMNAX_SETTINGS

    setting: dict[str, Any] = SETTINGS[env_id]._asdict() | {"total_steps": total_steps}
    del setting["peer"]
    setting["env_kwargs"] = GYMNAX_SETTINGS.get(env_id, {})
    return pqn.make_train(pqn.Config(env_id, gamma=GAMMA, max_grad_norm=MAX_GRAD_NORM, **setting))


if __name__ == "__main__":
    steps = {env_id: setting.total_steps for env_id, setting in SETTINGS.items()}
    run(Contest(__file__, recipe, our_trainer, steps), "PQN against PureJaxQL's recipe")
