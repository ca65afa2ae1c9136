"""The command `jaxenvs`. Each command is a module, imported when it is called."""

import difflib
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "list": ("list_envs", "the environments, with filters"),
    "bench": ("bench", "steps per second, compile time and bytes, also of peers"),
    "train": ("train", "train an agent, or many at once"),
    "study": ("study", "compare algorithms on environments, with a report"),
    "watch": ("watch", "record a trained or a random agent as GIF, MP4 or web page"),
    "play": ("play", "play a game with the keyboard"),
}
"""From the name of a command to its module, which has `main(argv)`, and what it does."""

_COMPILING = ("bench", "train", "study", "watch", "play")
"""The commands that keep their compiled programs for the next time."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line, without the program's name; returns the exit code.

    0: done. 2: the command line asks for something that is not possible, which one line on stderr
    explains. 130: interrupted.

    Modules in the current folder can be imported, last of all, as of `--env mygame:MyEnv-v0`.
    """
    if "" not in sys.path:
        sys.path.append("")  # the path of a console script has its own folder instead
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else "--help"
    if name in ("--help", "-h"):
        print(_help())
        return 0
    if name == "--version":
        from jaxenvs.cli import version

        print(version.text(verbose="--verbose" in arguments))
        return 0
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(COMMANDS)}"
        print(f"jaxenvs: unknown command {name!r}; {hint}", file=sys.stderr)
        return 2
    return _run(name, arguments[1:])


def _run(name: str, argv: list[str]) -> int:
    from jaxenvs.cli.arguments import UsageError

    if name in _COMPILING:
        from jaxenvs.compilation_cache import enable_compilation_cache

        enable_compilation_cache()
    try:
        importlib.import_module(f"jaxenvs.cli.{COMMANDS[name][0]}").main(argv)
    except UsageError as error:
        print(f"jaxenvs {name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"jaxenvs {name}: interrupted", file=sys.stderr)
        return 130
    return 0


def _help() -> str:
    width = max(map(len, COMMANDS))
    rows = [f"  {name:<{width}}  {does}" for name, (_, does) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: jaxenvs COMMAND [...]",
            "",
            "Reinforcement-learning environments and baselines that run on the accelerator.",
            "",
            *rows,
            "",
            "jaxenvs COMMAND --help explains a command, jaxenvs --version prints the version.",
            "",
            "examples:",
            "  jaxenvs list cart",
            "  jaxenvs train ppo --env CartPole-v1 --seeds 8",
            "  jaxenvs watch CartPole-v1 --out cartpole.gif",
        ]
    )
