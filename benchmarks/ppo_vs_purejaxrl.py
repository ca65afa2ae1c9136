"""PPO end to end: ours and PureJaxRL's recipe on gymnax, alternating.

The same settings on both sides, PureJaxRL's for CartPole and for MinAtar (`SETTINGS`; separate
networks of 64-64, Adam with a rate that falls to 0), and the same number of steps. How the recipe
was made and what is measured stands in end_to_end.py. It has no distrax: the categorical
distribution is a few lines, so that no time goes into importing or tracing it.

    pip install gymnax==1.0.1 flax optax
    python benchmarks/ppo_vs_purejaxrl.py --repeats 3
    python benchmarks/ppo_vs_purejaxrl.py --repeats 2 --seeds 1 --env MinAtar-Breakout-v1
"""

import math
import pathlib
import sys
from typing import Any, Literal, NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from benchmarks.end_to_end import Contest, logged, passes, run

NUM_STEPS, NUM_EPOCHS = 128, 4
GAMMA, GAE_LAMBDA, CLIP, ENT_COEF, VF_COEF, MAX_GRAD_NORM = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5


class Setting(NamedTuple):
    """What differs between PureJaxRL's settings for a game and those for another."""

    peer: str  # gymnax's id
    total_steps: int
    num_envs: int
    num_minibatches: int
    activation: Literal["tanh", "relu"]
    lr: float


SETTINGS = {
    "CartPole-v1": Setting("CartPole-v1", 500_000, 4, 4, "tanh", 2.5e-4),
    "MinAtar-Breakout-v1": Setting("Breakout-MinAtar", 1_000_000, 64, 8, "relu", 5e-3),
    "MinAtar-SpaceInvaders-v1": Setting("SpaceInvaders-MinAtar", 1_000_000, 64, 8, "relu", 5e-3),
}


class Step(NamedTuple):
    """One row of the recipe's rollout."""

    done: Any
    action: Any
    value: Any
    reward: Any
    log_prob: Any
    obs: Any
    info: Any


def recipe(env_id: str, total_steps: int) -> Any:  # noqa: PLR0915  one closure, as in the original
    """`key -> (parameters, infos)`: PureJaxRL's structure on gymnax."""
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax

    setting = SETTINGS[env_id]
    num_envs, num_minibatches = setting.num_envs, setting.num_minibatches
    reset, env_step, num_actions, shape = logged(setting.peer)
    num_updates = total_steps // NUM_STEPS // num_envs
    activation = {"tanh": nn.tanh, "relu": nn.relu}[setting.activation]

    class ActorCritic(nn.Module):
        @nn.compact
        def __call__(self, x):
            def branch(num_outputs, scale):
                hidden = x
                for _ in range(2):
                    init = nn.initializers.orthogonal(np.sqrt(2))
                    hidden = activation(nn.Dense(64, kernel_init=init)(hidden))
                return nn.Dense(num_outputs, kernel_init=nn.initializers.orthogonal(scale))(hidden)

            return branch(num_actions, 0.01), jnp.squeeze(branch(1, 1.0), axis=-1)

    def log_prob_of(logits, action):
        return jnp.take_along_axis(jax.nn.log_softmax(logits), action[..., None], axis=-1)[..., 0]

    network = ActorCritic()
    schedule = optax.linear_schedule(setting.lr, 0.0, num_updates * NUM_EPOCHS * num_minibatches)
    optimizer = optax.chain(
        optax.clip_by_global_norm(MAX_GRAD_NORM), optax.adam(schedule, eps=1e-5)
    )

    def loss(params, rows, advantage, target):
        logits, value = network.apply(params, rows.obs)
        log_prob = log_prob_of(logits, rows.action)
        near = rows.value + jnp.clip(value - rows.value, -CLIP, CLIP)
        value_loss = 0.5 * jnp.maximum((value - target) ** 2, (near - target) ** 2).mean()
        ratio = jnp.exp(log_prob - rows.log_prob)
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        clipped = jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage
        actor_loss = -jnp.minimum(ratio * advantage, clipped).mean()
        log_probs = jax.nn.log_softmax(logits)
        entropy = -(jnp.exp(log_probs) * log_probs).sum(-1).mean()
        return actor_loss + VF_COEF * value_loss - ENT_COEF * entropy

    def play(carry, _):
        params, obs, state, key = carry
        key, action_key, step_key = jax.random.split(key, 3)
        logits, value = network.apply(params, obs)
        action = jax.random.categorical(action_key, logits)
        keys = jax.random.split(step_key, num_envs)
        next_obs, state, reward, done, info = jax.vmap(env_step)(keys, state, action)
        row = Step(done, action, value, reward, log_prob_of(logits, action), obs, info)
        return (params, next_obs, state, key), row

    def backwards(carry, row):
        advantage, next_value = carry
        delta = row.reward + GAMMA * next_value * (1 - row.done) - row.value
        advantage = delta + GAMMA * GAE_LAMBDA * (1 - row.done) * advantage
        return (advantage, row.value), advantage

    epoch = passes(loss, optimizer, num_minibatches, num_envs * NUM_STEPS)

    def update(carry, _):
        params, opt_state, obs, state, key = carry
        (_, obs, state, key), rows = jax.lax.scan(play, (params, obs, state, key), None, NUM_STEPS)
        last_value: Any = network.apply(params, obs)[1]
        start = (jnp.zeros_like(last_value), last_value)
        _, advantage = jax.lax.scan(backwards, start, rows, reverse=True, unroll=16)
        batch = (rows, advantage, advantage + rows.value)
        carry, _ = jax.lax.scan(epoch, (params, opt_state, batch, key), None, NUM_EPOCHS)
        params, opt_state, _, key = carry
        return (params, opt_state, obs, state, key), rows.info

    def train(key):
        key, init_key, env_key = jax.random.split(key, 3)
        params = network.init(init_key, jnp.zeros(math.prod(shape)))
        obs, state = jax.vmap(reset)(jax.random.split(env_key, num_envs))
        carry = (params, optimizer.init(params), obs, state, key)
        carry, infos = jax.lax.scan(update, carry, None, num_updates)
        return carry[0], infos

    return train


def our_trainer(env_id: str, total_steps: int) -> Any:
    """The same settings in our config."""
    from jaxenvs.baselines import ppo
    from jaxenvs.envs.minatar import GYMNAX_SETTINGS

    setting = SETTINGS[env_id]
    return ppo.make_train(
        ppo.Config(
            env_id,
            env_kwargs=GYMNAX_SETTINGS.get(env_id, {}),
            total_steps=total_steps,
            num_envs=setting.num_envs,
            num_steps=NUM_STEPS,
            num_epochs=NUM_EPOCHS,
            num_minibatches=setting.num_minibatches,
            activation=setting.activation,
            lr=setting.lr,
            gamma=GAMMA,
            gae_lambda=GAE_LAMBDA,
            clip=CLIP,
            ent_coef=ENT_COEF,
            vf_coef=VF_COEF,
            max_grad_norm=MAX_GRAD_NORM,
        )
    )


if __name__ == "__main__":
    steps = {env_id: setting.total_steps for env_id, setting in SETTINGS.items()}
    run(Contest(__file__, recipe, our_trainer, steps), "PPO against PureJaxRL's recipe")
