"""The command `jaxenvs`. Each command is a module, imported when it is called."""

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from jaxenvs.cli import faults, interrupts
from jaxenvs.extras import MissingExtra

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

_CLOSED = 141  # 128 plus the number of the signal that ends other programs then


def command() -> NoReturn:
    """The command as a process of its own, which ends with the exit code of `main`."""
    try:
        code = main()
    except KeyboardInterrupt:  # another one, while the first was answered
        code = interrupts.INTERRUPTED
    if code == interrupts.INTERRUPTED:
        interrupts.leave()
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line, without the program's name; returns the exit code.

    0: done. Anything else is explained by one line on stderr, 2: the command line asks for
    something that is not possible; 1: it failed on the way, such as on a full disk; 70: a fault of
    jaxenvs; 130: interrupted. 141: whoever read the output has closed it, without a word.

    Modules in the current folder can be imported, last of all, as of `--env mygame:MyEnv-v0`.
    """
    if "" not in sys.path:
        sys.path.append("")  # the path of a console script has its own folder instead
    try:
        try:
            return _main(argv)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        faults.silence_stdout()
        return _CLOSED


def _main(argv: Sequence[str] | None) -> int:
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
    try:
        with interrupts.delivered():
            _call(name, argv)
    except (faults.UsageError, MissingExtra) as error:
        line, code = str(error), faults.USAGE
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        line, code = "interrupted", interrupts.INTERRUPTED
    except Exception as error:
        line, code = faults.explain(error)
    else:
        return 0
    print(f"jaxenvs {name}: {line}", file=sys.stderr)
    return code


def _call(name: str, argv: list[str]) -> None:
    if name in _COMPILING:
        from jaxenvs.compilation_cache import enable_compilation_cache

        enable_compilation_cache()
    importlib.import_module(f"jaxenvs.cli.{COMMANDS[name][0]}").main(argv)


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
