"""The tables and the picture of the physics engine's speed, from physics.json."""

import pathlib
from typing import Any

from benchmarks.pages import placed

DOCS = pathlib.Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "performance.md"
PICTURE = DOCS / "images" / "physics_growth.svg"
BEGIN, END = "<!-- physics: begin -->", "<!-- physics: end -->"


def write(figures: dict[str, Any]) -> None:
    """Writes tables into docs/performance.md, and the picture."""
    PAGE.write_text(written(PAGE.read_text(), figures))
    draw(figures)


def written(page: str, figures: dict[str, Any]) -> str:
    """The page with the tables of these figures."""
    tables = [speeds(figures), programs(figures)]
    if "share" in figures:
        tables.append(shares(figures))
    return placed(page, (BEGIN, END), "\n\n".join(tables))


def _count(value: float) -> str:
    """A figure with three digits that count."""
    return f"{float(f'{value:.3g}'):,.0f}"


def speeds(figures: dict[str, Any]) -> str:
    """Steps per CPU-second of S, M and L."""
    counts = sorted({int(key.split()[1]) for key in figures["sizes"]})
    heads = [f"{count:,}" for count in counts]
    lines = [
        f"| scenes | {' | '.join(heads)} | Box2D, one |",
        "| --- |" + " ---: |" * (len(counts) + 1),
    ]
    for name in ("S", "M", "L"):
        ours = [figures["sizes"][f"{name} {count}"]["steps"] for count in counts]
        theirs = figures["peers"].get(f"jax2d {name}", {})
        box2d = figures["peers"].get(f"box2d {name}")
        row = " | ".join(map(_count, ours))
        lines.append(f"| {name}: jaxenvs | {row} | {_count(box2d) if box2d else ''} |")
        if theirs:
            rows = [theirs[f"{count} steps"] for count in counts]
            lines.append(f"| {name}: Jax2D | {' | '.join(map(_count, rows))} | |")
            ratios = [f"{one / two:.1f}" for one, two in zip(ours, rows, strict=True)]
            lines.append(f"| {name}: ratio | {' | '.join(ratios)} | |")
    return "\n".join(lines)


def programs(figures: dict[str, Any]) -> str:
    """What compiling takes, and what a state takes."""
    lines = [
        "| 256 scenes | trace and compile, CPU-s | lines of StableHLO | bytes a state |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in ("S", "M", "L"):
        ours, theirs = figures["sizes"][f"{name} 256"], figures["peers"].get(f"jax2d {name}")
        lines.append(
            f"| {name}: jaxenvs | {ours['trace']:.1f} + {ours['compile']:.1f} "
            f"| {ours['lines']:,} | {ours['bytes']:,.0f} |"
        )
        if theirs:
            lines.append(
                f"| {name}: Jax2D | {theirs['256 trace']:.1f} + {theirs['256 compile']:.1f} "
                f"| {theirs['256 lines']:,} | {theirs['bytes']:,.0f} |"
            )
    return "\n".join(lines)


def shares(figures: dict[str, Any]) -> str:
    """How many pairs there are, and how many touch."""
    lines = [
        "| bodies | pairs | boxes overlap | touch | us a step | us a pair | Box2D, us a step |",
        "| ---: |" + " ---: |" * 6,
    ]
    for number, row in figures["share"].items():
        cost = 1e6 / figures["growth"][number]["steps"]
        box2d = figures["peers"].get(f"box2d {number}")
        theirs = f"{1e6 / box2d:.1f}" if box2d else ""
        lines.append(
            f"| {number} | {row['pairs']:,} | {row['boxed']:.1f} | {row['touching']:.1f} "
            f"| {cost:.1f} | {cost / row['pairs']:.2f} | {theirs} |"
        )
    return "\n".join(lines)


def draw(figures: dict[str, Any]) -> None:
    """Curves by bodies and by scenes."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "physics"
    panels = 2 if "growth" in figures else 1
    size = {"figsize": (4.5 * panels, 3.6), "layout": "constrained"}
    figure, axes = plt.subplots(1, panels, squeeze=False, **size)
    if panels == 2:
        by_bodies(axes[0, 0], figures)
    by_scenes(axes[0, -1], figures)
    for one in axes[0]:
        one.grid(alpha=0.3)
        one.legend(frameon=False, fontsize=8)
        one.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, metadata={"Date": None})


def by_bodies(axes: Any, figures: dict[str, Any]) -> None:
    """What a step costs."""
    numbers = sorted(map(int, figures["growth"]))
    cost = [1e6 / figures["growth"][str(n)]["steps"] for n in numbers]
    axes.plot(numbers, cost, "o-", color="#0072b2", label="jaxenvs, 256 scenes")
    theirs = {n: figures["peers"].get(f"box2d {n}") for n in numbers}
    known = {n: 1e6 / speed for n, speed in theirs.items() if speed}
    axes.plot(list(known), list(known.values()), "s--", color="#d55e00", label="Box2D")
    axes.set(xlabel="bodies", ylabel="CPU microseconds a step", xscale="log", yscale="log")
    axes.set_xticks(numbers, map(str, numbers))
    axes.minorticks_off()


def by_scenes(axes: Any, figures: dict[str, Any]) -> None:
    """How many steps there are in a second."""
    for name, color in zip("SML", ("#009e73", "#0072b2", "#cc79a7"), strict=True):
        counts = sorted(
            int(key.split()[1]) for key in figures["sizes"] if key.startswith(f"{name} ")
        )
        ours = [figures["sizes"][f"{name} {n}"]["steps"] for n in counts]
        axes.plot(counts, ours, "o-", color=color, label=f"jaxenvs {name}")
        jax2d = figures["peers"].get(f"jax2d {name}")
        if jax2d:
            rows = [jax2d[f"{n} steps"] for n in counts]
            axes.plot(counts, rows, "s--", color=color, label=f"Jax2D {name}")
    axes.set(xlabel="scenes", ylabel="steps per CPU-second", xscale="log", yscale="log")
