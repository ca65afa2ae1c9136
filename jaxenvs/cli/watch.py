"""`jaxenvs watch`: a film of a trained or a random agent."""

from collections.abc import Sequence

from jaxenvs.cli.arguments import UsageError, parse
from jaxenvs.cli.film import Film, shoot


def main(argv: Sequence[str]) -> None:
    """Plays and writes the file. Raises `UsageError` for what cannot be shown or written."""
    film = parse(Film, argv, "jaxenvs watch")
    for name in ("episodes", "max_steps"):
        if getattr(film, name) < 1:
            flag = name.replace("_", "-")
            raise UsageError(f"--{flag}: expected at least 1, got {getattr(film, name)}")
    if not 32 <= film.size <= 4096:
        raise UsageError(f"--size: expected 32 to 4096, got {film.size}")
    if film.fps < 0:
        raise UsageError(f"--fps: expected more than 0, got {film.fps:g}")
    scores = shoot(film)
    from jaxenvs.render.panel import score

    print(f"score {', '.join(map(score, scores))}")
    print(film.path)
