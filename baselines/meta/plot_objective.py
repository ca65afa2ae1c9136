"""Pictures of objectives: what the gradient of each drift does with ratio and advantage.

    python -m jaxenvs.baselines.meta.plot_objective --out objective.png
    python -m jaxenvs.baselines.meta.plot_objective --drifts ppo dpo runs/mine/drift.npz

One panel per drift shows the slope of `r A - f(r, A)` by the ratio `r`: where it has the sign of
the advantage, the update goes on; where it fades, the update is clipped or damped (cautious
optimism, for good actions); where it has the other sign, it takes back what was done (rollback).
At `A = 0`, it pulls the policy back to the one that played, which keeps its entropy. Drifts that
know the time get three panels, over an agent's life. The last panels are cuts at fixed advantages.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.meta.drifts import Drift, NeuralDrift, Setting, drift_of

RATIOS = np.linspace(0.02, 2.6, 173, dtype=np.float32)
ADVANTAGES = np.linspace(-3, 3, 121, dtype=np.float32)
CUTS = (1.0, -1.0)
LIFE = (0.0, 0.5, 1.0)
_SLOPE = 2.0  # where the colours end


class Panel(NamedTuple):
    """An objective at a time of life."""

    title: str
    drift: Drift
    progress: float


class Feature(NamedTuple):
    """Where an objective does something that PPO's advantage alone would not, as shares of area."""

    rollback: float  # of A < 0, r < 1: the slope has turned
    clipped: float  # of A > 0, r > 1: less than a tenth of the slope is left
    damped: float  # of A > 0, r > 1: between a tenth and nine tenths are left


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


def features(drift: Drift, progress: float = 0.0) -> Feature:
    """What an objective does, over `0 < r < 2.6` and `|A| < 3`."""
    _, slope = slopes(drift, progress, RATIOS, ADVANTAGES)
    ratio, advantage = np.meshgrid(RATIOS, ADVANTAGES)
    bad, good = (advantage < -0.1) & (ratio < 0.98), (advantage > 0.1) & (ratio > 1.02)
    left = slope[good] / advantage[good]
    return Feature(
        rollback=float((slope[bad] > 1e-3).mean()),
        clipped=float((left < 0.1).mean()),
        damped=float(((left >= 0.1) & (left < 0.9)).mean()),
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

    count = len(panels) + len(CUTS)
    columns = min(3, count)
    rows = -(-count // columns)
    size = (4.1 * columns, 3.5 * rows)
    sheet, grid = plt.subplots(rows, columns, figsize=size, dpi=110, layout="constrained")
    places = list(np.ravel(grid))
    image: Any = None
    for panel, axes in zip(panels, places, strict=False):
        image = _heat_map(axes, panel)
    for cut, axes in zip(CUTS, places[len(panels) :], strict=False):
        _cut(axes, panels, cut)
    for axes in places[count:]:
        axes.set_visible(False)
    sheet.colorbar(image, ax=places[: len(panels)], label="slope of the objective", shrink=0.8)
    sheet.savefig(path)
    plt.close(sheet)


def _heat_map(axes: Any, panel: Panel) -> Any:
    """The slope over ratio and advantage, with words where it does something of its own."""
    _, slope = slopes(panel.drift, panel.progress, RATIOS, ADVANTAGES)
    image = axes.pcolormesh(
        RATIOS, ADVANTAGES, slope, cmap="RdBu", vmin=-_SLOPE, vmax=_SLOPE, shading="nearest"
    )
    # Where there is no slope at all, as where PPO clips, rounding would draw a maze.
    flat = np.abs(slope) < 1e-3
    signed = np.where(flat, 1e-3 * np.sign(ADVANTAGES)[:, None], slope)
    axes.contour(RATIOS, ADVANTAGES, signed, levels=[0.0], colors="black", linewidths=0.7)
    axes.axvline(1.0, color="gray", linewidth=0.6)
    axes.set_title(panel.title, loc="left", fontsize=10)
    axes.set_xlabel("ratio r")
    axes.set_ylabel("advantage A")
    found = features(panel.drift, panel.progress)
    label: dict[str, Any] = {"fontsize": 8, "bbox": {"color": "white", "alpha": 0.8, "pad": 1.5}}
    if found.rollback > 0.02:
        axes.text(0.08, -2.75, "rollback", **label)
    if found.clipped > 0.3:
        axes.text(1.75, 2.55, "clipped", **label)
    elif found.damped > 0.3:
        axes.text(1.3, 2.55, "cautious optimism", **label)
    return image


def _cut(axes: Any, panels: Sequence[Panel], advantage: float) -> None:
    """The objectives at one advantage."""
    for panel in panels:
        value, _ = slopes(panel.drift, panel.progress, RATIOS, np.array([advantage], np.float32))
        axes.plot(RATIOS, value[0], label=panel.title, linewidth=1.5)
    axes.set_title(f"objective at A = {advantage:g}", loc="left", fontsize=10)
    axes.set_xlabel("ratio r")
    axes.axvline(1.0, color="gray", linewidth=0.6)
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
        found = features(panel.drift, panel.progress)
        print(
            f"{panel.title}: rollback {found.rollback:.0%}, clipped {found.clipped:.0%}, "
            f"damped {found.damped:.0%}"
        )


if __name__ == "__main__":
    main()
