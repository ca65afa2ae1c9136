import importlib.metadata
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import core, registry
from jaxenvs.testing import check_env
from jaxenvs.testing._played import an_eager_step_agrees


def test_make_takes_fields_and_params():
    env: Any = jaxenvs.make("CartPole-v1", integrator="semi_implicit", gravity=3.0, max_steps=9)
    assert env.integrator == "semi_implicit"
    assert (float(env.default_params.gravity), int(env.default_params.max_steps)) == (3, 9)
    assert jaxenvs.make("CartPole-v1") == jaxenvs.make("CartPole-v1")


def test_make_names_what_is_wrong():
    with pytest.raises(ValueError, match=r"did you mean.*CartPole-v1"):
        jaxenvs.make("Cartpole-v1")
    with pytest.raises(TypeError, match=r"unexpected keyword .* 'color'.*gravity.*integrator"):
        jaxenvs.make("CartPole-v1", color="red")


@pytest.mark.parametrize("env_id", jaxenvs.list_envs())
def test_the_table_tells_the_truth(env_id):
    row = jaxenvs.spec(env_id)
    env = jaxenvs.make(env_id)
    assert int(env.default_params.max_steps) == row.max_steps
    assert row.multi_agent == jaxenvs.has_agents(env)
    assert row.reference
    assert (type(env).__doc__ or "").strip()


@pytest.mark.parametrize("env_id", jaxenvs.list_envs())
def test_params_without_arguments_are_valid(env_id):
    env = jaxenvs.make(env_id)
    usual, bare = env.default_params, core.canonical(type(env.default_params)())
    assert jax.tree.structure(bare) == jax.tree.structure(usual)
    for mine, theirs in zip(jax.tree.leaves(bare), jax.tree.leaves(usual), strict=True):
        assert (np.ndim(mine), mine.dtype) == (np.ndim(theirs), theirs.dtype)
    if "size" not in jaxenvs.spec(env_id).kwargs:  # by which some arrays are as large
        jax.eval_shape(env.reset, jax.random.key(0), bare)


def test_arrays_are_options_of_an_id():
    orders = np.ones(16, bool)
    env = jaxenvs.make("Overcooked-CrampedRoom-v0", orders=orders)
    assert env == jaxenvs.make("Overcooked-CrampedRoom-v0", orders=jnp.asarray(orders))
    assert hash(env) == hash(jaxenvs.make("Overcooked-CrampedRoom-v0", orders=orders.tolist()))
    assert env != jaxenvs.make("Overcooked-CrampedRoom-v0", orders=~orders)
    assert env.default_params.orders.all()


MODELS = (
    "AvellanedaStoikov",
    "CarteaJaimungalMaking",
    "AlmgrenChriss",
    "CarteaJaimungalExecution",
)
# Games of one engine, of which these stand for the others.
STAND_FOR_FAMILY = {
    "mpe": {"MPE-SimpleSpeakerListener-v4", "MPE-SimpleTag-v3", "MPE-CollectTreasure-v1"},
    "grid": {"MiniGrid-Dynamic-Obstacles-5x5-v0", "MiniGrid-KeyCorridorS3R1-v0"},
    # The books of orders take a minute each: tests/envs/lob has the cheaper laws.
    "lob": {f"LOB-{name}-v0" for name in MODELS},
    "kinetix": set(),  # tests/envs/kinetix has the cheaper laws; these take a minute
}
# What plays another game with something added, for which the noisy pendulum stands.
VARIANTS = re.compile(r"bsuite-(MNIST|Cartpole|MountainCar|Catch)(Noise|Scale)|Only(CartPole|Pend)")


def _representatives() -> set[str]:
    """One id of each class: its ids differ in numbers and sizes only."""
    first: dict[str, str] = {}
    for env_id in jaxenvs.list_envs():
        row = jaxenvs.spec(env_id)
        if env_id in STAND_FOR_FAMILY.get(row.family, {env_id}) and not VARIANTS.search(env_id):
            first.setdefault(row.entry_point, env_id)
    return set(first.values()) | {"POPGym-NoisyPositionOnlyPendulumEasy-v0"}


def _firsts() -> set[str]:
    """One representative of each family, which stands for the others in what is slowest."""
    first: dict[str, str] = {}
    for env_id in sorted(_representatives()):
        first.setdefault(jaxenvs.spec(env_id).family, env_id)
    return set(first.values())


@pytest.mark.parametrize(
    "env_id",
    [
        pytest.param(env_id, marks=[] if env_id in _representatives() else [pytest.mark.slow])
        for env_id in jaxenvs.list_envs()
    ],
)
def test_every_environment_keeps_the_contract(env_id):
    check_env(jaxenvs.make(env_id), eager=env_id not in _representatives() - _firsts())


@pytest.mark.slow
@pytest.mark.parametrize("env_id", sorted(_representatives() - _firsts()))
def test_every_class_steps_without_jit_too(env_id):
    an_eager_step_agrees(jaxenvs.make(env_id))


def test_families_and_order():
    classic = jaxenvs.list_envs("classic")
    assert classic[:2] == ["CartPole-v0", "CartPole-v1"]
    assert set(classic) <= set(jaxenvs.list_envs())
    assert jaxenvs.list_envs("nothing") == []


def test_third_parties_register_their_own(monkeypatch):
    monkeypatch.setattr(registry, "_SPECS", dict(registry._SPECS))
    jaxenvs.register(
        "TestToys-Walk-v7", "tests.toys:Walk", max_steps=5, deviations=("it is small",), scale=2
    )
    env: Any = jaxenvs.make("TestToys-Walk-v7")
    assert env.scale == 2
    row = jaxenvs.spec("TestToys-Walk-v7")
    assert (row.family, row.source, row.deviations) == ("tests", "", ("it is small",))
    env.reset(jax.random.key(0))
    with pytest.raises(ValueError, match="registered already"):
        jaxenvs.register("TestToys-Walk-v7", "tests.toys:Walk", max_steps=5)
    with pytest.raises(ValueError, match="module:Class"):
        jaxenvs.register("TestToys-Walk-v8", "tests.toys.Walk", max_steps=5)


def test_the_version_is_the_package_s():
    assert importlib.metadata.version("jaxenvs") == jaxenvs.__version__
