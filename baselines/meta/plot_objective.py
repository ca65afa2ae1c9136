"""Pictures of objectives: what each drift makes of ratio and advantage.

    python -m jaxenvs.baselines.meta.plot_objective --out objective.png
    python -m jaxenvs.baselines.meta.plot_objective --drifts ppo dpo runs/mine/drift.npz

For every drift, the objective `r A - f(r, A)` over the ratio `r` and the advantage `A`, and its
slope by the ratio below it. Where the slope has the sign of the advantage, the update goes on;
where it fades, the update is clipped or damped (cautious optimism, for good actions); where it has
the other sign, what was done is taken back (rollback). Where `A` is near 0, a pull towards the
policy that played keeps its entropy (implicit entropy), and good actions that have become rare may
be raised by more than their advantage (rescue). Drifts that know the time get three columns, over
an agent's life. The last row has cuts of the objective at fixed advantages.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.parts.drifts import Drift, NeuralDrift, Setting, drift_of

RATIOS = np.linspace(0.02, 2.6, 173, dtype=np.float32)
ADVANTAGES = np.linspace(-3, 3, 121, dtype=np.float32)
CUTS = (1.0, -1.0, 0.0)
LIFE = (0.0, 0.5, 1.0)
_SLOPE, _VALUE = 2.0, 3.0  # where the colors end
_COLUMNS = 3
_NAMED = 0.1  # of the area where a feature could be is what makes it worth a word
_WORDS = {
    "rollback": "rollback",
    "clipped": "clipped",
    "damped": "cautious optimism",
    "rescue": "rescue",
    "entropy": "implicit entropy",
}


class Panel(NamedTuple):
    """An objective at a time of life."""

    title: str
    drift: Drift
    progress: float


class Feature(NamedTuple):
    """Where an objective does something that the advantage alone would not, as shares of area."""

    rollback: float  # of A < 0, r < 1: the slope has turned
    clipped: float  # of A > 0, r > 1: less than a tenth of the slope is left
    damped: float  # of A > 0, r > 1: between a tenth and nine tenths are left
    rescue: float  # of A > 0, r < 1: the slope is a tenth above the advantage, and more
    entropy: float  # of A = 0: the slope points back to r = 1


def slopes(
    drift: Drift, progress: float, ratios: np.ndarray, advantages: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The objective and its slope by the ratio, `[num_advantages, num_ratios]` float32 both."""
    weights = jax.tree.map(jnp.asarray, drift.weights)
    setting = Setting(progress=np.float32(progress))

    def objective(ratio: jax.Array, advantage: jax.Array) -> jax.Array:
        return ratio * advantage - drift(weights, jnp.log(ratio), advantage, setting)

    both = jax.vmap(jax.vmap(jax.value_and_grad(objective), (0, None)), (None, 0))
    value, slope = jax.jit(both)(jnp.asarray(ratios), jnp.asarray(advantages))
    return np.asarray(value), np.asarray(slope)


def regions(slope: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By feature, where a slope over the grid has it, and where it could; bool, as the grid."""
    ratio, advantage = np.meshgrid(RATIOS, ADVANTAGES)
    good, bad, even = advantage > 0.1, advantage < -0.1, np.abs(advantage) < 0.01
    more, less = ratio > 1.02, ratio < 0.98
    left = slope / np.where(even, 1, advantage)
    found = {
        "rollback": (bad & less, slope > 1e-3),
        "clipped": (good & more, left < 0.1),
        "damped": (good & more, (left >= 0.1) & (left < 0.9)),
        "rescue": (good & less, left > 1.1),
        "entropy": (even & (more | less), slope * np.sign(1 - ratio) > 0.02),
    }
    return {name: (where & here, where) for name, (where, here) in found.items()}


def features(drift: Drift, progress: float = 0.0) -> Feature:
    """What an objective does, over `0 < r < 2.6` and `|A| < 3`."""
    _, slope = slopes(drift, progress, RATIOS, ADVANTAGES)
    return Feature(
        **{name: float(here.sum() / where.sum()) for name, (here, where) in regions(slope).items()}
    )


def panels_of(names: Sequence[str]) -> list[Panel]:
    """A panel per drift, or three for one that knows the time."""
    panels = []
    for name in names:
        drift, label = drift_of(name), Path(name).stem.upper().replace("_", "-")
        if isinstance(drift, NeuralDrift) and drift.temporal:
            panels += [Panel(f"{label}, n/N = {share:g}", drift, share) for share in LIFE]
        else:
            panels.append(Panel(label, drift, 0.0))
    return panels


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Writes the picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    columns = max(len(CUTS), min(_COLUMNS, len(panels)))
    rows = -(-len(panels) // columns)
    size = (3.7 * columns, 3.1 * (2 * rows + 1))
    sheet, grid = plt.subplots(2 * rows + 1, columns, figsize=size, dpi=110, layout="constrained")
    for axes in grid.ravel():
        axes.set_visible(False)
    images: tuple[Any, Any] = (None, None)
    for i, panel in enumerate(panels):
        row, column = divmod(i, columns)
        images = _heat_maps(grid[2 * row : 2 * row + 2, column], panel)
    for row in range(rows):
        for image, axes, label in zip(
            images, grid[2 * row : 2 * row + 2], ("objective", "slope by r"), strict=True
        ):
            sheet.colorbar(image, ax=list(axes), label=label, pad=0.01)
    for cut, axes in zip(CUTS, grid[-1], strict=False):
        _cut(axes, panels, cut)
    sheet.savefig(path)
    plt.close(sheet)


def _heat_maps(pair: Any, panel: Panel) -> tuple[Any, Any]:
    """The objective and its slope over ratio and advantage, with words where they say something."""
    value, slope = slopes(panel.drift, panel.progress, RATIOS, ADVANTAGES)
    images = []
    for axes, heat, limit, title in zip(
        pair, (value, slope), (_VALUE, _SLOPE), (panel.title, f"{panel.title}: slope"), strict=True
    ):
        axes.set_visible(True)
        images.append(
            axes.pcolormesh(
                RATIOS, ADVANTAGES, heat, cmap="RdBu", vmin=-limit, vmax=limit, shading="nearest"
            )
        )
        axes.axvline(1.0, color="gray", linewidth=0.6)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("ratio r")
        axes.set_ylabel("advantage A")
    # Where there is no slope at all, as where PPO clips, rounding would draw a maze.
    flat = np.abs(slope) < 1e-3
    signed = np.where(flat, 1e-3 * np.sign(ADVANTAGES)[:, None], slope)
    pair[1].contour(RATIOS, ADVANTAGES, signed, levels=[0.0], colors="black", linewidths=0.7)
    _annotate(pair[1], slope)
    return images[0], images[1]


def _annotate(axes: Any, slope: np.ndarray) -> None:
    """Names what covers a good part of where it could be, in the middle of it."""
    found = regions(slope)
    sizes = {name: here.sum() / where.sum() for name, (here, where) in found.items()}
    found.pop(min("clipped", "damped", key=sizes.__getitem__))  # they would stand side by side
    for name, (here, _) in found.items():
        if sizes[name] < _NAMED:
            continue
        rows, columns = np.nonzero(here)
        x, y = np.median(RATIOS[columns]), np.median(ADVANTAGES[rows])
        if name == "entropy":
            x, y = 1.8, 0.0
        axes.text(
            np.clip(x, 0.55, 2.0),
            y,
            _WORDS[name],
            fontsize=8,
            ha="center",
            va="center",
            bbox={"color": "white", "alpha": 0.8, "pad": 1.5},
        )


def _cut(axes: Any, panels: Sequence[Panel], advantage: float) -> None:
    """The objectives at one advantage."""
    axes.set_visible(True)
    for panel in panels:
        value, _ = slopes(panel.drift, panel.progress, RATIOS, np.array([advantage], np.float32))
        axes.plot(RATIOS, value[0], label=panel.title, linewidth=1.5)
    axes.set_title(f"objective at A = {advantage:g}", loc="left", fontsize=10)
    axes.set_xlabel("ratio r")
    axes.axvline(1.0, color="gray", linewidth=0.6)
    bottom, top = axes.get_ylim()
    axes.set_ylim(min(bottom, -0.5), max(top, 0.1))
    axes.legend(frameon=False, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Draws the objectives that are named."""
    parser = argparse.ArgumentParser(description="Draw objectives and their slopes.")
    parser.add_argument("--drifts", nargs="+", default=["none", "ppo", "dpo"])
    parser.add_argument("--out", type=Path, default=Path("objective.png"))
    args = parser.parse_args()
    panels = panels_of(args.drifts)
    draw(panels, args.out)
    for panel in panels:
        found = features(panel.drift, panel.progress)._asdict()
        print(f"{panel.title}: {', '.join(f'{name} {x:.0%}' for name, x in found.items())}")


if __name__ == "__main__":
    main()
