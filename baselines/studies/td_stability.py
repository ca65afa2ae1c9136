"""Off-policy TD learning on Baird's counterexample: what diverges, and what layer norm does.

    python -m jaxenvs.baselines.studies.td_stability --out runs/td_stability

writes `table.md` and `figure.png` in about a minute on a CPU.

Part 1 learns the values of Baird's seven states, all 0, by TD(0) with importance weights, from
transitions that another policy drew. Linear values diverge, and so do those of a network with
linear units; layer norm keeps the same network bounded. (Small networks of tanh or relu units stay
bounded without it, too.)

Part 2 measures the instability itself. For values of a network with `k` hidden units, the expected
update changes the weights' error along `A = E[rho (gamma g(s') - g(s)) g(s)^T]`, with the gradients
`g` of the values by the weights; where the largest eigenvalue of its symmetric part is positive,
some error grows. Layer norm, scaled to unit length as in the theory, with a readout of unit length,
bounds what the hidden weights add to it by O(1 / sqrt(k)).

Sources: Baird, "Residual algorithms" (1995); Sutton & Barto, "Reinforcement learning" (2018),
example 11.1; Gallici et al., "Simplifying deep temporal difference learning" (ICLR 2025).
"""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

NUM_STATES, GAMMA, RHO = 7, 0.99, 7.0
FEATURES = np.zeros((NUM_STATES, 8), np.float32)
FEATURES[np.arange(6), np.arange(6)] = 2  # the six upper states have a weight each
FEATURES[:6, 7] = 1
FEATURES[6, 6:] = 1, 2  # and share one with the lower state
START = np.array([1, 1, 1, 1, 1, 1, 10, 1], np.float32)  # Sutton & Barto's weights

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "linear": lambda x: x}

Weights = dict[str, jax.Array]


@dataclasses.dataclass(frozen=True)
class Critic:
    """A way to represent values."""

    name: str
    hidden: int = 0  # 0: linear in the features
    layer_norm: bool = False  # over the hidden layer, without a scale or shift of its own
    decay: float = 0.0  # l2 regularisation of the readout
    activation: str = "tanh"  # of the hidden layer: tanh, relu, or linear

    def init(self, key: jax.Array) -> Weights:
        """The weights at the start; the key is consumed."""
        if not self.hidden:
            return {"readout": jnp.asarray(START)}
        inner_key, readout_key = jax.random.split(key)
        inner = jax.random.normal(inner_key, (8, self.hidden)) / jnp.sqrt(jnp.float32(8))
        return {"inner": inner, "readout": jax.random.normal(readout_key, (self.hidden,))}

    def value(self, weights: Weights, features: jax.Array) -> jax.Array:
        """The value of a state, from its features `(8,)`."""
        if not self.hidden:
            return features @ weights["readout"]
        hidden = features @ weights["inner"]
        if self.layer_norm:
            centred = hidden - jnp.mean(hidden)
            hidden = centred * jax.lax.rsqrt(jnp.mean(centred**2) + 1e-5)
        return ACTIVATIONS[self.activation](hidden) @ weights["readout"]


CRITICS = (
    Critic("linear"),
    Critic("linear + l2", decay=1e-2),
    Critic("MLP, linear units", 16, activation="linear"),
    Critic("MLP, tanh", 16),
    Critic("MLP, tanh + l2", 16, decay=1e-2),
    Critic("MLP, relu", 16, activation="relu"),
    Critic("layer norm, linear units", 16, layer_norm=True, activation="linear"),
    Critic("layer norm, tanh", 16, layer_norm=True),
    Critic("layer norm, tanh + l2", 16, layer_norm=True, decay=1e-2),
    Critic("layer norm, relu", 16, layer_norm=True, activation="relu"),
)


def learn(critic: Critic, key: jax.Array, num_steps: int, every: int, lr: float) -> jax.Array:
    """Root mean square value error after every `every` updates, `[num_steps // every]`."""
    init_key, chance_key = jax.random.split(key)
    features = jnp.asarray(FEATURES)

    def step(weights: Weights, key: jax.Array) -> tuple[Weights, None]:
        state_key, action_key, next_key = jax.random.split(key, 3)
        # The behaviour visits all states alike; in one of seven steps it does what is evaluated,
        # which leads to the lower state. All other steps have the weight 0.
        state = jax.random.randint(state_key, (), 0, NUM_STATES)
        solid = jax.random.randint(action_key, (), 0, 7) == 0
        after = jnp.where(solid, 6, jax.random.randint(next_key, (), 0, 6))
        value, gradient = jax.value_and_grad(critic.value)(weights, features[state])
        error = GAMMA * critic.value(weights, features[after]) - value  # there are no rewards
        rate = lr * jnp.where(solid, jnp.float32(RHO), jnp.float32(0)) * error
        weights = jax.tree.map(lambda w, g: w + rate * g, weights, gradient)
        readout = weights["readout"] * (1 - lr * critic.decay)
        return weights | {"readout": readout}, None

    def stretch(weights: Weights, key: jax.Array) -> tuple[Weights, jax.Array]:
        weights, _ = jax.lax.scan(step, weights, jax.random.split(key, every))
        values = jax.vmap(critic.value, (None, 0))(weights, features)
        return weights, jnp.sqrt(jnp.mean(values**2))

    keys = jax.random.split(chance_key, num_steps // every)
    return jax.lax.scan(stretch, critic.init(init_key), keys)[1]


def hidden_instability(width: int, layer_norm: bool, key: jax.Array) -> jax.Array:
    """The largest eigenvalue that the hidden weights of a fresh critic add to an update."""
    critic = Critic("", width, layer_norm)
    weights = critic.init(key)
    readout = weights["readout"] / jnp.linalg.norm(weights["readout"])
    # The theory's layer norm has unit length; the square root may as well stand here.
    weights["readout"] = readout / jnp.sqrt(jnp.float32(width)) if layer_norm else readout
    gradients = jax.vmap(jax.grad(critic.value), (None, 0))(weights, jnp.asarray(FEATURES))["inner"]
    # The update moves weights only within the span of the seven gradients.
    _, inside = jnp.linalg.qr(gradients.reshape(NUM_STATES, -1).T)
    after = GAMMA * inside[:, 6:] - inside  # the evaluated policy always leads to the lower state
    matrix = after @ inside.T / NUM_STATES
    return jnp.linalg.eigvalsh((matrix + matrix.T) / 2)[-1]


@dataclasses.dataclass(frozen=True)
class Study:
    """What was measured."""

    steps: np.ndarray  # [num_points], updates
    errors: dict[str, np.ndarray]  # by critic, [num_seeds, num_points]
    widths: tuple[int, ...]
    instability: dict[str, np.ndarray]  # by network, [num_widths, num_seeds]


def run(
    num_steps: int = 20_000,
    num_seeds: int = 5,
    widths: tuple[int, ...] = (16, 64, 256, 1024),
    lr: float = 0.01,
    seed: int = 0,
) -> Study:
    """Both parts."""
    every = max(1, num_steps // 100)
    keys = jax.random.split(jax.random.key(seed), num_seeds)
    errors = {}
    for critic in CRITICS:
        program = jax.jit(
            jax.vmap(lambda key, critic=critic: learn(critic, key, num_steps, every, lr))
        )
        errors[critic.name] = np.asarray(program(keys))
    instability: dict[str, Any] = {"MLP": [], "layer norm": []}
    many = jax.random.split(jax.random.key(seed + 1), 50)
    for width in widths:
        for layer_norm, rows in enumerate(instability.values()):
            measure = jax.jit(
                jax.vmap(lambda key, w=width, ln=bool(layer_norm): hidden_instability(w, ln, key))
            )
            rows.append(np.asarray(measure(many)))
    steps = every * np.arange(1, num_steps // every + 1)
    return Study(steps, errors, widths, {k: np.array(v) for k, v in instability.items()})


def slope(widths: tuple[int, ...], instability: np.ndarray) -> float:
    """The power of the width by which the median instability goes, by least squares."""
    median = np.median(instability, axis=1)
    return float(np.polyfit(np.log(widths), np.log(median), 1)[0])


def table(study: Study) -> str:
    """Both parts in Markdown."""
    shown = [np.searchsorted(study.steps, s) for s in study.steps[-1] * np.array([0.05, 0.25, 1.0])]
    head = " | ".join(f"{study.steps[i]:,} updates" for i in shown)
    lines = [f"| values | {head} |", "|---" * (len(shown) + 1) + "|"]
    for name, errors in study.errors.items():
        # A value that is no number has diverged.
        median = np.median(np.where(np.isnan(errors), np.inf, errors), axis=0)
        cells = ["diverged" if np.isinf(median[i]) else f"{median[i]:.2g}" for i in shown]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    widths = " | ".join(f"k = {width}" for width in study.widths)
    lines += ["", f"| hidden weights of | {widths} | power of k |"]
    lines.append("|---" * (len(study.widths) + 2) + "|")
    for name, rows in study.instability.items():
        cells = " | ".join(f"{value:.2g}" for value in np.median(rows, axis=1))
        lines.append(f"| {name} | {cells} | {slope(study.widths, rows):.2f} |")
    return "\n".join(lines) + "\n"


def figure(study: Study, path: Path) -> None:
    """Both parts as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sheet, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), dpi=130, layout="constrained")
    for name, errors in study.errors.items():
        median = np.median(np.where(np.isnan(errors), np.inf, errors), axis=0)
        shown = np.clip(median, 1e-4, 1e12)
        left.plot(study.steps, shown, "-" if "norm" in name else "--", label=name, linewidth=1.6)
    left.set(yscale="log", ylim=(1e-4, 1e10), xlabel="updates", ylabel="root mean square error")
    left.set_title("Baird's counterexample", loc="left")
    left.legend(frameon=False, fontsize=7, ncols=2)
    for name, rows in study.instability.items():
        right.plot(study.widths, np.median(rows, axis=1), "o-", label=name)
    reference = np.median(study.instability["layer norm"][0])
    bound = reference * np.sqrt(study.widths[0] / np.array(study.widths))
    right.plot(study.widths, bound, "--", color="gray", label="1 / sqrt(k)")
    right.set(xscale="log", yscale="log", xlabel="hidden units k", ylabel="largest eigenvalue")
    right.set_title("instability by hidden weights", loc="left")
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e6e6ee", linewidth=0.7)
    sheet.savefig(path)
    plt.close(sheet)


def main() -> None:
    """Runs the study and writes its figure and table."""
    parser = argparse.ArgumentParser(description="Off-policy TD on Baird's counterexample.")
    parser.add_argument("--out", type=Path, default=Path("runs/td_stability"))
    parser.add_argument("--num-steps", type=int, default=20_000)
    parser.add_argument("--num-seeds", type=int, default=5)
    args = parser.parse_args()
    study = run(args.num_steps, args.num_seeds)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "table.md").write_text(table(study))
    figure(study, args.out / "figure.png")
    print(table(study))
    print(f"written to {args.out}")


if __name__ == "__main__":
    main()
