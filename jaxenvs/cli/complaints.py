"""What is wrong with a command line: from the parser's box to one line with a hint."""

import difflib
import re
from collections.abc import Collection, Sequence

SYNONYMS = {
    "actor-lr": "lr",
    "batch-size": "sample-size",
    "buffer": "buffer-size",
    "clip-coef": "clip",
    "clip-eps": "clip",
    "clip-epsilon": "clip",
    "clip-range": "clip",
    "discount": "gamma",
    "entropy-coef": "ent-coef",
    "entropy-coeff": "ent-coef",
    "env-id": "env",
    "env-name": "env",
    "exploration-fraction": "epsilon-share",
    "exploration-final-eps": "epsilon-end",
    "hidden-dim": "hidden",
    "hidden-size": "hidden",
    "hidden-sizes": "hidden",
    "lambda": "gae-lambda",
    "learning-rate": "lr",
    "logdir": "out",
    "memory-size": "buffer-size",
    "minibatches": "num-minibatches",
    "n-envs": "num-envs",
    "n-epochs": "num-epochs",
    "n-seeds": "seeds",
    "n-steps": "num-steps",
    "num-seeds": "seeds",
    "num-timesteps": "total-steps",
    "output": "out",
    "output-dir": "out",
    "replay-size": "buffer-size",
    "rollout-length": "num-steps",
    "timesteps": "total-steps",
    "total-timesteps": "total-steps",
    "update-epochs": "num-epochs",
    "value-coef": "vf-coef",
    "workers": "num-envs",
}
"""What other libraries call the things that our flags name."""


def one_line(box: str, argv: Sequence[str], flags: Collection[str]) -> str:
    """What tyro's box of several lines says, in one; `flags` are those that there are."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", box)
    rows = [line.strip("│┃| \t") for line in plain.splitlines()[1:]]  # without the title
    parts = "\n".join("" if set(row) <= set("─━-╰╯+") else row for row in rows)
    blocks = [block.splitlines() for block in parts.split("\n\n") if block.strip()]
    message, *others = blocks or [plain.split("\n")]
    message, rest = " ".join(message).strip(), [row for block in others for row in block]
    bad_value = re.match(r"Error parsing (--\S+): .*['\"](.*)['\"]", message)
    if bad_value:
        flag, value = bad_value.groups()
        described = [row for row in rest if row.startswith(f"{flag} ")]
        if described:
            wanted = described[0].removeprefix(flag).strip()
            wanted = re.sub(r"\[(\w+) \[\w+ \.\.\.\]\]", r"\1 ...", wanted)
            return f"{flag}: expected {wanted}, got {value!r}"
    bad_choice = re.match(r"invalid choice '(.*)' for argument '(--\S+)'.*one of \((.*)\)", message)
    if bad_choice:
        value, flag, choices = bad_choice.groups()
        return f"{flag}: expected {choices.replace(chr(39), '')}; got {value!r}"
    missing = re.match(r"Missing from [^:]*: (\S+)", message)
    if missing:
        return f"{missing.group(1)} is missing"
    if message.startswith("Unrecognized options: "):
        return _unknown(message.partition(": ")[2].split(", "), argv, flags)
    return message


def _unknown(words: Sequence[str], argv: Sequence[str], flags: Collection[str]) -> str:
    """The line about words that no flag takes."""
    unknown = next((word for word in words if word.startswith("-")), None)
    if unknown is None:
        holders = [flag for flag in argv if flag.partition("=")[2] == words[0]]
        if holders:
            return f"{holders[0].partition('=')[0]}: takes no value, got {words[0]!r}"
        return f"unexpected {words[0]!r}, which belongs to no flag"
    return f"unknown flag {unknown}{_hint(unknown, flags)}"


def _hint(unknown: str, flags: Collection[str]) -> str:
    """The flag that may be meant, by its other names or by its spelling."""
    group, _, name = unknown.lstrip("-").replace("_", "-").rpartition(".")
    prefix = f"--{group}." if group else "--"
    meant = SYNONYMS.get(name)
    if meant is not None and f"{prefix}{meant}" in flags:
        return f"; did you mean {prefix}{meant}?"
    near = difflib.get_close_matches(f"{prefix}{name}", flags, n=1)
    return f"; did you mean {near[0]}?" if near else ""
