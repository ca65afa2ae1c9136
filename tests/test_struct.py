import dataclasses

import jax
import jax.numpy as jnp
import pytest

from jaxenvs.struct import PyTree, static


class Point(PyTree):
    x: jax.Array
    y: jax.Array
    name: str = static(default="p")


class Ball(Point):
    radius: jax.Array


def test_fields_are_leaves_unless_static():
    ball = Ball(x=jnp.float32(1), y=jnp.float32(2), radius=jnp.float32(3))
    assert [float(leaf) for leaf in jax.tree.leaves(ball)] == [1, 2, 3]
    assert jax.tree.structure(ball) != jax.tree.structure(ball.replace(name="q"))


def test_records_are_frozen_and_replaced_by_name():
    point = Point(x=jnp.float32(1), y=jnp.float32(2))
    assert float(point.replace(x=jnp.float32(5)).x) == 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = jnp.float32(0)  # type: ignore[misc]
    with pytest.raises(TypeError, match="z"):
        point.replace(z=1)
    with pytest.raises(TypeError):
        Point(jnp.float32(1), jnp.float32(2))  # type: ignore[misc]


def test_records_pass_through_transformations():
    points = jax.vmap(lambda x: Point(x=x, y=x + 1))(jnp.arange(3.0))
    total, _ = jax.lax.scan(lambda sum_, p: (sum_ + p.x * p.y, None), jnp.float32(0), points)
    assert float(jax.jit(lambda t: t)(total)) == 0 * 1 + 1 * 2 + 2 * 3
    assert float(jax.grad(lambda p: p.x**2)(Point(x=jnp.float32(3), y=jnp.float32(0))).x) == 6
