"""Classic control, as in Gymnasium."""

from jaxenvs.registry import register

_FLOAT32 = "float32 throughout, where Gymnasium computes in float64"
_AFTER_THE_END = "a push after the end always gives the reward of a fallen pole"

for _version, _max_steps in (("v0", 200), ("v1", 500)):
    register(
        f"CartPole-{_version}",
        "jaxenvs.envs.classic.cartpole:CartPole",
        max_steps=_max_steps,
        reference=f"Gymnasium 1.4 CartPole-{_version}",
        deviations=(_FLOAT32, _AFTER_THE_END),
    )
