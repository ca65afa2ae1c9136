"""A jaxenvs environment as a `gymnasium.Env`.

`import jaxenvs` registers every id, so that `gymnasium.make("jaxenvs/CartPole-v1")` makes one.
A step is one dispatch, whose cost is many times that of a small game's rules: the batch of
`jaxenvs.adapters.gymnasium_vector` shares it among all its copies.
"""

from typing import Any

import gymnasium
import jax
import numpy as np

from jaxenvs import spaces
from jaxenvs.adapters._host import arguments, frames, outputs, programs
from jaxenvs.adapters._host.actions import action_reader
from jaxenvs.adapters._host.carried import CarriedOne
from jaxenvs.adapters._host.outputs import Output
from jaxenvs.core import Env

_MAX_CACHED_ACTIONS = 1024


class GymnasiumEnv(CarriedOne[Env[Any, Any]], gymnasium.Env[Any, Any]):
    """One environment, with Gymnasium's interface.

    Args:
      env: any environment; its own time limit holds.
      env_id: instead of `env`, a registered id. This is what `gymnasium.make` uses: the time limit
        is then left to Gymnasium's `TimeLimit`.
      render_mode: None, "rgb_array" (uint8 `[height, width, 3]`) or "human" (a window).
      output: "numpy", or "jax" or "torch", which leave observations on the device. Rewards and
        flags are Python numbers in any case.
      device: "cpu", "gpu" or another platform of JAX to run on; None: JAX's default. A single
        environment is faster on the CPU, unless its steps are very heavy.
      **kwargs: constructor fields and params of the id's class, as in `jaxenvs.make`.

    A seed fixes everything random until the next seed. Options of a reset change params of the
    episode that it starts: an option is the name of a param, or Gymnasium's name for it, and
    `options["params"]` may hold a dict of them; one that is refused leaves the episode as it was.
    `action_space` keeps the bounds of the usual params. Actions, also tensors and arrays on the
    device, raise `ValueError` where they are of the wrong shape or kind, not finite, or whole
    numbers out of range. Coordinates beyond a box go to the game, which most clip, within the
    bounds of the episode's params.
    """

    made_anew = (*CarriedOne.made_anew, "_actions", "_read_action", "_present", "_window")
    metadata: dict[str, Any] = {  # noqa: RUF012 - as gymnasium.Env declares it
        "render_modes": ["human", "rgb_array"],
        "render_fps": frames.FPS,
    }

    def __init__(
        self,
        env: Env[Any, Any] | None = None,
        *,
        env_id: str | None = None,
        render_mode: str | None = None,
        output: Output = "numpy",
        device: str | None = None,
        **kwargs: Any,
    ) -> None:
        outputs.check_output(output)
        frames.check_render_mode(render_mode, self.metadata["render_modes"])
        game = arguments.make_game(env, env_id, kwargs)
        self.jax_env = game if env_id is None else arguments.limit_steps(game, -1)
        self.output, self.device, self.render_mode = output, device, render_mode
        self.on_device = output != "numpy"
        if render_mode is not None:
            fps = frames.natural_fps(self.jax_env)
            self.metadata = self.metadata | {"render_fps": fps}
        self.observation_space = self.jax_env.observation_space().to_gymnasium()
        self.action_space = self.jax_env.action_space().to_gymnasium()
        self._root_source: np.random.Generator | None = None  # what the stream of keys came from
        self._saved = None
        self._prepare()

    def _prepare(self) -> None:
        """Sets what a copy makes anew; starts no backend."""
        action_space = self.jax_env.action_space()
        self._read_action = action_reader(action_space)
        self._present = outputs.presenter(self.jax_env.observation_space(), batched=False)
        self._actions: list[jax.Array] = []  # of a small Discrete space, in order, on the device
        self._first_action = action_space.start if isinstance(action_space, spaces.Discrete) else 0
        self._carry = None
        self._window: Any = None

    # -- Gymnasium's interface -----------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        params = arguments.episode_params(self.jax_env, options)
        super().reset(seed=seed)
        if self._root_source is not self.np_random:
            self._root_source = self.np_random
            self._new_stream(self.np_random)
        obs, info = self._start(params)
        if self.render_mode == "human":
            self._show()
        return self._emit(obs), outputs.single_info(info)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if self._carry is None:
            self._wake()
        action = self._read_action(action)
        if self._actions:
            action = self._actions[action - self._first_action]
        obs, numbers, info = self._advance(action)
        reward, terminated, truncated = numbers.tolist()
        if self.render_mode == "human":
            self._show()
        return (
            self._emit(obs),
            reward,
            terminated != 0,
            truncated != 0,
            outputs.single_info(info),
        )

    def render(self) -> np.ndarray | None:
        if self.render_mode is None:
            gymnasium.logger.warn(
                "render() gives nothing without a render_mode, such as "
                f'gymnasium.make("{self.spec.id if self.spec else ""}", render_mode="rgb_array")'
            )
            return None
        if self.render_mode == "human":
            return self._show()
        return self._picture()

    def close(self) -> None:
        if self._window is not None:
            self._window.__exit__()
            self._window = None

    # -- beyond Gymnasium ----------------------------------------------------------------------

    def action_masks(self) -> np.ndarray:
        """Bool `[num_actions]`, true where an action is legal now; sb3-contrib's MaskablePPO asks.

        All true in a game that forbids nothing. Raises `TypeError` where actions are no numbers of
        a choice.
        """
        if self._carry is None:
            self._wake()
        mask = self._program.action_mask(self._carry)
        return outputs.mask_array(mask, self.jax_env.action_space())

    @property
    def state(self) -> Any:
        """The running episode's state, with numpy leaves."""
        return self._read_carry().state

    @property
    def params(self) -> Any:
        """The running episode's params, with numpy leaves."""
        params = self._read_carry().params
        return self.jax_env.default_params if params is None else params

    # -- inside --------------------------------------------------------------------------------

    def _shared_program(self) -> programs.Single:
        if not self._actions:
            self._place_actions()
        return super()._shared_program()

    def _place_actions(self) -> None:
        """Puts all actions of a small Discrete space on the device, which saves their transfer."""
        space = self.jax_env.action_space()
        if isinstance(space, spaces.Discrete) and space.n <= _MAX_CACHED_ACTIONS:
            self._actions = [self._put(np.int32(space.start + i)) for i in range(space.n)]

    def _emit(self, obs: Any) -> Any:
        if self.output == "numpy":
            return self._present(obs)
        return outputs.to_torch(obs) if self.output == "torch" else obs

    def _picture(self) -> np.ndarray:
        return frames.picture(self.jax_env, self.state, self.params)

    def _show(self) -> None:
        frame = self._picture()
        if self._window is None:
            title = self.spec.id if self.spec else type(self.jax_env.unwrapped).__name__
            self._window = frames.open_window(title, frame)
        self._window.show(frame)
        self._window.keys()
        self._window.wait(self.metadata["render_fps"])
