import jax

import jaxenvs


def test_who_steps_over_the_edge_starts_again(getkey):
    env = jaxenvs.make("CliffWalking-v1")
    obs, state = env.reset(getkey())
    fall = jax.jit(env.step)(getkey(), state, 1)
    assert (int(obs), int(fall.obs), float(fall.reward)) == (36, 36, -100.0)
    assert not fall.terminated


def test_the_shortest_walk_takes_13_steps(getkey):
    env = jaxenvs.make("CliffWalking-v1")
    step = jax.jit(env.step)
    _, state = env.reset(getkey())
    moves = []
    for action in [0] + [1] * 11 + [2]:
        moves.append(step(getkey(), state, action))
        state = moves[-1].state
    assert sum(float(move.reward) for move in moves) == -13
    assert [bool(move.terminated) for move in moves] == [False] * 12 + [True]
    assert int(state.number) == 47


def test_there_is_no_time_limit():
    assert jaxenvs.make("CliffWalking-v1").default_params.max_steps == 0
    assert jaxenvs.make("CliffWalkingSlippery-v1").default_params.max_steps == 0
