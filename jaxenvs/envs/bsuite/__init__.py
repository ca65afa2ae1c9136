"""bsuite: small games that ask one question each, as in DeepMind's behaviour suite."""

from typing import Any

from jaxenvs.registry import register

_FLOAT32 = "float32 throughout, where bsuite computes in float64"
_ELAPSED = "elapsed time is the step count times the time step, where bsuite adds up"
_DIGITS = "digits drawn for this package in place of MNIST, which `data` may name"
_PIXELS = "pixels are 0 to 1, where bsuite reads bytes from 128 on as negative (signed_pixels)"
_ARMS = "the arms' rewards are drawn with seed 0, where bsuite takes the clock"
_SEA = (
    "actions are mapped with seed 42, as in bsuite's experiments, where the class takes the clock"
)
_CHAIN = "the first chain has the bonus, where bsuite takes the clock"


def _register(
    name: str, where: str, experiment: str, deviations: tuple[str, ...] = (), **kwargs: Any
) -> None:
    register(
        f"bsuite-{name}-v0",
        f"jaxenvs.envs.bsuite.{where}",
        max_steps=0,
        reference=f"bsuite 0.3.6 {experiment}",
        deviations=deviations,
        **kwargs,
    )


_register("Bandit", "bandit:SimpleBandit", "bandit", (_ARMS,))
_register("MNIST", "mnist:MNISTBandit", "mnist", (_DIGITS, _PIXELS))
_register("Catch", "catch:Catch", "catch")
_register("Cartpole", "cartpole:Cartpole", "cartpole", (_FLOAT32, _ELAPSED))
_register(
    "CartpoleSwingup",
    "cartpole_swingup:CartpoleSwingup",
    "cartpole_swingup",
    (_FLOAT32, _ELAPSED),
)
_register("MountainCar", "mountain_car:MountainCar", "mountain_car", (_FLOAT32,))
_register("DeepSea", "deep_sea:DeepSea", "deep_sea", (_SEA,))
_register(
    "DeepSeaStochastic", "deep_sea:DeepSea", "deep_sea_stochastic", (_SEA,), deterministic=False
)
_register("DiscountingChain", "discounting_chain:DiscountingChain", "discounting_chain", (_CHAIN,))
_register("MemoryLength", "memory_chain:MemoryChain", "memory_len", memory_length=10)
_register("MemorySize", "memory_chain:MemoryChain", "memory_size", memory_length=2, num_bits=10)
_register(
    "UmbrellaLength", "umbrella_chain:UmbrellaChain", "umbrella_length",
    chain_length=10, n_distractor=20,
)  # fmt: skip
_register(
    "UmbrellaDistract", "umbrella_chain:UmbrellaChain", "umbrella_distract",
    chain_length=20, n_distractor=10,
)  # fmt: skip

for _name, _experiment, _deviations in (
    ("Bandit", "bandit", (_ARMS,)),
    ("MNIST", "mnist", (_DIGITS, _PIXELS)),
    ("Catch", "catch", ()),
    ("Cartpole", "cartpole", (_FLOAT32, _ELAPSED)),
    ("MountainCar", "mountain_car", (_FLOAT32,)),
):
    _register(
        f"{_name}Noise", f"variants:{_name}Noise", f"{_experiment}_noise", _deviations,
        noise_scale=1.0,
    )  # fmt: skip
    _register(
        f"{_name}Scale", f"variants:{_name}Scale", f"{_experiment}_scale", _deviations,
        reward_scale=30.0,
    )  # fmt: skip
