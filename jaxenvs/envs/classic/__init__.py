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

register(
    "Pendulum-v1",
    "jaxenvs.envs.classic.pendulum:Pendulum",
    max_steps=200,
    reference="Gymnasium 1.4 Pendulum-v1",
    deviations=(_FLOAT32, "the angle in the state does not count the turns"),
)
register(
    "Acrobot-v1",
    "jaxenvs.envs.classic.acrobot:Acrobot",
    max_steps=500,
    reference="Gymnasium 1.4 Acrobot-v1",
    deviations=(_FLOAT32, "the height that ends an episode counts the lengths of the links"),
)
register(
    "MountainCar-v0",
    "jaxenvs.envs.classic.mountain_car:MountainCar",
    max_steps=200,
    reference="Gymnasium 1.4 MountainCar-v0",
    deviations=(_FLOAT32,),
)
register(
    "MountainCarContinuous-v0",
    "jaxenvs.envs.classic.mountain_car_continuous:MountainCarContinuous",
    max_steps=999,
    reference="Gymnasium 1.4 MountainCarContinuous-v0",
    deviations=(_FLOAT32,),
)
