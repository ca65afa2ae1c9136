import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import registry
from jaxenvs.cli.arguments import UsageError
from jaxenvs.cli.film import Film, who_plays
from jaxenvs.render.episode import film
from jaxenvs.scripted import makers, scripted
from jaxenvs.wrappers import EpisodeStatistics
from tests.toys import Walk


def home(env, params):
    """Steps towards zero; stays where it is if the walk is narrow."""
    reach = np.int32(params.width > 2)

    def policy(key, state):
        del key
        return jnp.int32(1) - reach * jnp.sign(state.position)

    return policy


class Stroll(Walk):
    """A walk with a policy."""


class LongStroll(Stroll):
    """A walk with its base class's policy and one of its own."""


POLICIES = {Stroll: {"home": home}, LongStroll: {"home_too": home}}


def test_policies_are_found_through_the_class_and_its_bases():
    assert makers(Walk()) == {}
    assert list(makers(Stroll())) == ["home"]
    assert set(makers(EpisodeStatistics(env=LongStroll()))) == {"home", "home_too"}


def test_a_policy_is_made_for_the_params_and_sees_the_state_under_wrappers():
    env = EpisodeStatistics(env=Stroll())
    _, state = env.reset(jax.random.key(0))
    state = state.replace(inner=state.inner.replace(position=jnp.int32(2)))
    key = jax.random.key(1)
    assert scripted(env, "home")(key, state) == 0
    assert scripted(env, "home", env.params_with(width=2))(key, state) == 1


def test_films_follow_it():
    env = Stroll(scale=2).with_params(width=100, bonus=0.0)
    states = []
    frames, returns = film(env, scripted(env, "home"), jax.random.key(0), size=64, pause=0)
    assert (len(frames), len(returns)) == (1 + 5, 1)
    key, state = jax.random.key(0), env.reset(jax.random.key(5))[1]
    for _ in range(5):
        state = env.step(key, state, scripted(env, "home")(key, state)).state
        states.append(abs(int(state.position)))
    assert max(states) <= 3  # two steps back at most, and a push


@pytest.mark.parametrize(
    ("env", "name", "message"),
    [
        (Walk(), "home", "policy: Walk comes with none, got 'home'"),
        (Stroll(), "hom", "policy: Stroll comes with home, got 'hom'; did you mean home?"),
    ],
)
def test_unknown_names_are_refused(env, name, message):
    with pytest.raises(ValueError, match=message):
        scripted(env, name)


def test_the_command_line_knows_them_by_name(monkeypatch):
    monkeypatch.setattr(registry, "_SPECS", dict(registry._SPECS))
    jaxenvs.register("Stroll-v0", f"{__name__}:Stroll", max_steps=5)
    _, policy, title = who_plays(Film(subject="Stroll-v0", policy="home"))
    assert (policy.name, title) == ("home", "Stroll-v0, home")
    with pytest.raises(UsageError, match="--policy: expected random, home or the folder of a run"):
        who_plays(Film(subject="Stroll-v0", policy="nowhere"))
