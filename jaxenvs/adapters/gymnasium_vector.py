"""A batch of one jaxenvs environment as a `gymnasium.vector.VectorEnv`.

`gymnasium.make_vec("jaxenvs/CartPole-v1", num_envs=1024)` makes one. All copies step, and restart
where they have ended, in one dispatch. They play as `SyncVectorEnv` over single environments does,
up to the rounding of floats: copy `i` under seed `s` is the single environment under seed `s + i`.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import jax
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from jaxenvs.adapters._host import arguments, frames, outputs, programs
from jaxenvs.adapters._host.actions import action_reader
from jaxenvs.adapters._host.carried import Carried
from jaxenvs.adapters._host.episodes import Episodes
from jaxenvs.adapters._host.legacy_infos import legacy_infos
from jaxenvs.adapters._host.outputs import Output
from jaxenvs.core import Env
from jaxenvs.resets import Autoreset

Seeds = int | Sequence[int | None] | None
_AUTORESETS: dict[AutoresetMode, Autoreset] = {
    AutoresetMode.NEXT_STEP: "next_step",
    AutoresetMode.SAME_STEP: "same_step",
    AutoresetMode.DISABLED: "disabled",
}

# What all copies have in common, and the attribute of the batch that holds it.
_SHARED = {
    name: name for name in ("spec", "metadata", "render_mode", "jax_env", "output", "device")
}
_SHARED |= {name: f"single_{name}" for name in ("observation_space", "action_space")}


class GymnasiumVectorEnv(Carried, VectorEnv[Any, Any, Any]):
    """`num_envs` copies, with Gymnasium's interface.

    Args:
      env: any environment.
      num_envs: how many copies.
      env_id: instead of `env`, a registered id; what `gymnasium.make_vec` uses.
      max_episode_steps: the time limit; None: the environment's own, -1: none.
      autoreset_mode: an `AutoresetMode` or its value: "NextStep" (the default), "SameStep" or
        "Disabled".
      render_mode: None or "rgb_array".
      output: "numpy", or "jax" or "torch": everything stays on the device. Infos then always have
        the same names, with masks, and `final_obs` is one batched array, valid where `_final_obs`.
      device: "cpu", "gpu" or another platform of JAX to run on; None: JAX's default.
      legacy_info: infos as Gymnasium 0.29 gave them, which CleanRL's scripts read, with
        `final_observation`, `final_info` and the episode's return and length; implies "SameStep".
      **kwargs: constructor fields and params of the id's class, as in `jaxenvs.make`.

    A reset takes a seed, or a list with a seed or None for each copy; its options change params of
    the episodes that it starts (as those of `GymnasiumEnv` do) and may hold a
    `reset_mask`, bool `[num_envs]`, of the copies to reset. Actions are checked as those of
    `GymnasiumEnv` are, except that the values of arrays on the device are not looked at.
    """

    made_anew = (*Carried.made_anew, "_read_action", "_present", "_present_one")
    metadata: dict[str, Any] = {  # noqa: RUF012 - as VectorEnv declares it
        "render_modes": ["rgb_array"],
        "render_fps": frames.FPS,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        env: Env[Any, Any] | None = None,
        num_envs: int = 1,
        *,
        env_id: str | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str | None = None,
        render_mode: str | None = None,
        output: Output = "numpy",
        device: str | None = None,
        legacy_info: bool = False,
        **kwargs: Any,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs: expected at least 1, got {num_envs}")
        outputs.check_output(output)
        frames.check_render_mode(render_mode, self.metadata["render_modes"])
        game = arguments.make_game(env, env_id, kwargs)
        self.jax_env = arguments.limit_steps(game, max_episode_steps)
        self.num_envs, self.output, self.device = num_envs, output, device
        self.render_mode = render_mode
        self.autoreset_mode = _chosen_mode(autoreset_mode, output, legacy_info)
        self._episodes = Episodes(num_envs) if legacy_info else None
        fps = frames.FPS if render_mode is None else frames.natural_fps(self.jax_env)
        own = {"render_fps": fps, "autoreset_mode": self.autoreset_mode}
        self.metadata = self.metadata | own
        self.single_observation_space = self.jax_env.observation_space().to_gymnasium()
        self.single_action_space = self.jax_env.action_space().to_gymnasium()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._own_params = False
        self._over = np.zeros(num_envs, np.bool_)  # whether the last step ended the episode
        self._saved = None
        self._prepare()

    def _prepare(self) -> None:
        """Sets what a copy makes anew; starts no backend."""
        space = self.jax_env.observation_space()
        self._read_action = action_reader(
            self.jax_env.action_space(), self.num_envs, keep_on_device=self.output != "numpy"
        )
        self._present = outputs.presenter(space, batched=True)
        self._present_one = outputs.presenter(space, batched=False)
        self._carry = None

    # -- Gymnasium's interface -----------------------------------------------------------------

    def reset(
        self, *, seed: Seeds = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        seeds = self._seeds_of_copies(seed)
        options = dict(options or {})
        mask = self._checked_mask(options.pop("reset_mask", None))
        params = arguments.episode_params(self.jax_env, options)
        super().reset(seed=seed if isinstance(seed, int) else None)
        heads = self._heads(seeds, mask)
        if mask is None:
            self._own_params = params is not None
            self._program = self._shared_program()
            self._carry, first = self._program.reset(self._put(heads), params)
            mask = np.ones(self.num_envs, np.bool_)
        else:
            if self._carry is None:
                self._wake()
            program = self._program
            self._carry, first = program.reset_where(self._carry, heads, mask, params)
            self._own_params |= params is not None
            self._program = self._shared_program()
        self._over[mask] = False
        return self._emit_first(first, mask)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        if self._carry is None:
            self._wake()
        if self.output == "torch":
            actions = outputs.from_torch(actions, self.jax_env.action_space())
        actions = self._read_action(actions)
        if self.output != "numpy":
            self._carry, outcome = self._program.step(self._carry, actions)
            return outputs.to_torch(outcome) if self.output == "torch" else outcome
        if self.autoreset_mode == AutoresetMode.DISABLED and self._over.any():
            ended = np.flatnonzero(self._over).tolist()
            raise ResetNeeded(f"reset(options={{'reset_mask': ...}}): ended before: {ended}")
        self._carry, outcome = self._program.step(self._carry, actions)
        obs, reward, terminated, truncated, infos = self._program.outcome.read(outcome)
        self._over = terminated | truncated
        reward, infos = reward.astype(np.float64), outputs.batch_infos(infos, self._one_obs)
        if self._episodes is not None:
            infos = legacy_infos(infos, self._episodes.count(reward, self._over))
        return self._present(obs), reward, terminated, truncated, infos

    def render(self) -> tuple[np.ndarray, ...] | None:
        if self.render_mode is None:
            gymnasium.logger.warn('render() gives nothing without render_mode="rgb_array"')
            return None
        carry = self._read_carry()
        return tuple(
            frames.picture(self.jax_env, *self._one((carry.state, self._params_of(carry)), i))
            for i in range(self.num_envs)
        )

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """A method's results, or an attribute, once for each copy, as `SyncVectorEnv.call`.

        Known are `state`, `params`, `action_masks` (or `action_mask`), `render` and every param,
        each copy's own; `spec`, `metadata`, spaces and options, which all have in common; fields
        and methods of the environment. Raises `AttributeError` for any other name.
        """
        values = self._attributes(name)
        return tuple(value(*args, **kwargs) if callable(value) else value for value in values)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """As `call(name)`."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Refused, `AttributeError`: the copies are one program."""
        del values
        raise AttributeError(
            f"{name} cannot be set on a running batch: make it with that as an option, or give "
            "params of an episode to reset(options=...)"
        )

    # -- beyond Gymnasium ----------------------------------------------------------------------

    def action_masks(self) -> np.ndarray:
        """Bool `[num_envs, num_actions]`; as `GymnasiumEnv.action_masks`."""
        if self._carry is None:
            self._wake()
        mask = self._program.action_mask(self._carry)
        return outputs.mask_array(mask, self.jax_env.action_space(), (self.num_envs,))

    @property
    def state(self) -> Any:
        """The running episodes' states, with numpy leaves `[num_envs, ...]`."""
        return self._read_carry().state

    @property
    def params(self) -> Any:
        """The running episodes' params, with numpy leaves `[num_envs, ...]`."""
        return self._params_of(self._read_carry())

    # -- inside --------------------------------------------------------------------------------

    def _attributes(self, name: str) -> list[Any]:
        """What the single environments would have by this name."""
        copies = range(self.num_envs)
        if name in ("action_masks", "action_mask"):
            return list(self.action_masks())
        if name == "render":
            return list(self.render() or [None for _ in copies])
        if name in ("state", "params"):
            whole = getattr(self, name)
            return [self._one(whole, i) for i in copies]
        if name in _SHARED:
            return [getattr(self, _SHARED[name])] * self.num_envs
        if hasattr(self.jax_env, name):
            return [getattr(self.jax_env, name)] * self.num_envs
        if hasattr(self.jax_env.default_params, name):
            values = getattr(self.params, name)
            return [self._one(values, i) for i in copies]
        raise AttributeError(f"neither the batch nor its environment has {name!r}")

    def _shared_program(self) -> programs.Batch:
        return programs.batch(
            programs.Batch(
                env=self.jax_env,
                num_envs=self.num_envs,
                autoreset=_AUTORESETS[self.autoreset_mode],
                own_params=self._own_params,
                on_device=self.output != "numpy",
            )
        )

    def _seeds_of_copies(self, seed: Seeds) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if not isinstance(seed, Sequence):
            return [seed + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"seed: expected {self.num_envs} seeds, got {len(seed)}")
        return list(seed)

    def _checked_mask(self, mask: Any) -> np.ndarray | None:
        """Raises the errors that Gymnasium's own vector environments raise."""
        if mask is None:
            return None
        if not isinstance(mask, np.ndarray):
            raise TypeError(f"options: reset_mask: expected a numpy array, got {type(mask)}")
        if mask.shape != (self.num_envs,):
            expected = (self.num_envs,)
            raise ValueError(f"options: reset_mask: expected shape {expected}, got {mask.shape}")
        if mask.dtype != np.bool_:
            raise TypeError(f"options: reset_mask: expected dtype bool, got {mask.dtype}")
        if not mask.any():
            raise ValueError("options: reset_mask: expected at least one True")
        return mask

    def _heads(self, seeds: list[int | None], mask: np.ndarray | None) -> Any:
        """Streams of keys: new ones where there is a seed, else those of before."""
        chosen = range(self.num_envs) if mask is None else np.flatnonzero(mask)
        seeded = [i for i in chosen if seeds[i] is not None]
        if len(seeded) == self.num_envs:
            heads = np.zeros((self.num_envs, 3), np.uint32)
        elif self._carry is not None or self._saved is not None:
            if self._carry is None:
                self._wake()
            if not seeded:
                return self._program.heads(self._carry)
            heads = np.array(self._program.heads(self._carry))
        else:
            heads = np.zeros((self.num_envs, 3), np.uint32)
            heads[:, :2] = self.np_random.integers(0, 2**32, (self.num_envs, 2), np.uint32)
        for i in seeded:
            generator, _ = seeding.np_random(seeds[i])
            heads[i] = [*programs.draw_root(generator), 0]
        return heads

    def _emit_first(self, first: Any, mask: np.ndarray) -> tuple[Any, dict[str, Any]]:
        """Observations and infos after a reset of the copies in `mask`."""
        if self.output != "numpy":
            return outputs.to_torch(first) if self.output == "torch" else first
        obs, infos = self._program.first.read(first)
        infos = outputs.batch_infos(infos, self._one_obs)
        if self._episodes is not None:
            self._episodes.restart(mask)
            infos = legacy_infos(infos, {})
        return self._present(obs), infos

    def _one(self, tree: Any, i: int) -> Any:
        return jax.tree.map(lambda leaf: leaf[i].copy(), tree)

    def _one_obs(self, obs: Any, i: int) -> Any:
        return self._present_one(self._one(obs, i))

    def _params_of(self, carry: Any) -> Any:
        if carry.params is not None:
            return carry.params
        shape = (self.num_envs,)
        return jax.tree.map(
            lambda p: np.broadcast_to(p, shape + p.shape), self.jax_env.default_params
        )


def _chosen_mode(
    mode: AutoresetMode | str | None, output: Output, legacy_info: bool
) -> AutoresetMode:
    """Raises `ValueError` for what Gymnasium 0.29 did not have."""
    if not legacy_info:
        return AutoresetMode.NEXT_STEP if mode is None else AutoresetMode(mode)
    if mode is not None and AutoresetMode(mode) != AutoresetMode.SAME_STEP:
        raise ValueError(
            "legacy_info: Gymnasium 0.29 restarts in the step that ends an episode; leave "
            f"autoreset_mode out, or give SameStep; got {AutoresetMode(mode).value}"
        )
    if output != "numpy":
        raise ValueError(f"legacy_info: holds objects of Python, so not with output={output!r}")
    return AutoresetMode.SAME_STEP
