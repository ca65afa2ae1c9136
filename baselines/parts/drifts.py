"""Drift functions: what keeps a policy near the one that played, hand-made or learned.

The mirror-learning objective is `mean(r A - f(r, A))` with the probability ratio `r` of the new
policy to the old one and the advantage `A`. It improves the policy for every drift `f` with
`f >= 0`, `f(1, A) = 0` and `df/dr(1, A) = 0`; all that are here have these three by construction.

Sources: Kuba et al., "Mirror learning: a unifying framework of policy optimisation" (ICML 2022); Lu
et al., "Discovered policy optimisation" (NeurIPS 2022) for LPO and DPO; Jackson et al.,
"Discovering temporally-aware reinforcement learning algorithms" (ICLR 2024) for TA-LPO.
"""

import dataclasses
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import ranges
from jaxenvs.baselines.parts.archive import read_array, read_text
from jaxenvs.files import replacing

Weights = dict[str, Any]

SHIPPED = Path(__file__).parent / "objectives"
"""Learned objectives that come with the package."""

NAMES = ("ppo", "none", "dpo", "lpo", "ta_lpo")
"""What `drift_of` knows beside files."""

_FORMAT, _VERSION = "jaxenvs drift", 2
_FORM: dict[str, Any] = {
    "width": Annotated[int, ranges.Range(1, 2**16)],
    "temporal": bool,
    "from_ppo": bool,
}
_WEIGHTS = ("inner", "outer")
_ROOM = 2**20  # bytes that what is said about a drift may have

_MARGIN = 1e-4  # a learned drift is flat while its network says less than this
_FARTHEST = 10.0  # of the log-ratio, as networks take it: beyond it the squares may overflow


class Setting(NamedTuple):
    """What a drift may depend on beside ratio and advantage, which are arrays of one shape."""

    clip: Any = 0.2  # how far PPO lets the ratio leave 1
    progress: Any = 0.0  # updates done / updates of the whole run


@dataclasses.dataclass(frozen=True)
class NoDrift:
    """`f = 0`: the plain importance-weighted policy gradient."""

    weights: None = None

    def __call__(self, weights: Any, log_r: jax.Array, adv: jax.Array, at: Setting) -> jax.Array:
        """The drift for `log r` and `A`, `(...)` float32 both."""
        del weights, adv, at
        return jnp.zeros_like(log_r)


@dataclasses.dataclass(frozen=True)
class PPODrift:
    """`f = relu((r - clip(r, 1 - clip, 1 + clip)) A)`: no gain from leaving the interval."""

    weights: None = None

    def __call__(self, weights: Any, log_r: jax.Array, adv: jax.Array, at: Setting) -> jax.Array:
        """The drift for `log r` and `A`, `(...)` float32 both."""
        del weights
        ratio = jnp.exp(log_r)
        return jax.nn.relu((ratio - jnp.clip(ratio, 1 - at.clip, 1 + at.clip)) * adv)


@dataclasses.dataclass(frozen=True)
class DPODrift:
    """Discovered policy optimisation: the closed form that its authors read off LPO.

    `f = relu((r - 1) A - alpha tanh((r - 1) A / alpha))` where `A >= 0`, and
    `f = relu(A log r - beta tanh(A log r / beta))` elsewhere.
    """

    alpha: float = 2.0
    beta: float = 0.6
    weights: None = None

    def __call__(self, weights: Any, log_r: jax.Array, adv: jax.Array, at: Setting) -> jax.Array:
        """The drift for `log r` and `A`, `(...)` float32 both."""
        del weights, at
        gain = jnp.where(adv >= 0, (jnp.exp(log_r) - 1) * adv, adv * log_r)
        scale = jnp.where(adv >= 0, jnp.float32(self.alpha), jnp.float32(self.beta))
        return jax.nn.relu(gain - scale * jnp.tanh(gain / scale))


@dataclasses.dataclass(frozen=True)
class NeuralDrift:
    """A small network as drift: learned policy optimization, LPO, and its temporal form, TA-LPO.

    `f = relu(net(x) - margin)`, `x = [log r, (log r)^2, 1 - r, (1 - r)^2]` and the same times `A`;
    TA-LPO adds all of them times `n / N`, the share of the run that is over. The network, dense,
    tanh, dense, has no biases, so it is 0 where `x` is, at `r = 1`; the margin makes that a flat
    spot. With `from_ppo`, PPO's drift with clip 0.2 is added inside the relu, so that weights of 0
    are PPO instead of no drift.
    """

    weights: Any = dataclasses.field(default=None, compare=False)
    width: int = 128
    temporal: bool = False
    from_ppo: bool = False

    @property
    def num_inputs(self) -> int:
        """Width of the network's input."""
        return 16 if self.temporal else 8

    def fresh(self) -> Weights:
        """The weights that evolution starts from: the network says 0 everywhere.

        Only the outer layer is 0. Were both, two candidates on opposite sides of it would be the
        same function, tanh being odd, and no generation would have a direction.
        """
        rng = np.random.default_rng(0)
        inner = rng.normal(scale=self.num_inputs**-0.5, size=(self.num_inputs, self.width))
        outer = jnp.zeros((self.width,), jnp.float32)
        return {"inner": jnp.asarray(inner, jnp.float32), "outer": outer}

    def __call__(self, weights: Any, log_r: jax.Array, adv: jax.Array, at: Setting) -> jax.Array:
        """The drift for `log r` and `A`, `(...)` float32 both."""
        hidden = jnp.tanh(self.inputs(log_r, adv, at) @ weights["inner"])
        out = hidden @ weights["outer"]
        if self.from_ppo:
            out = out + PPODrift()(None, log_r, adv, Setting(clip=0.2))
        return jax.nn.relu(out - _MARGIN)

    def inputs(self, log_r: jax.Array, adv: jax.Array, at: Setting) -> jax.Array:
        """What the network takes, `(..., num_inputs)` float32: 0 where the ratio is 1."""
        log_r = jnp.clip(log_r, -_FARTHEST, _FARTHEST)
        gap = -jnp.expm1(log_r)
        x = jnp.stack([log_r, log_r**2, gap, gap**2], axis=-1)
        x = jnp.concatenate([x, x * adv[..., None]], axis=-1)
        return jnp.concatenate([x, x * at.progress], axis=-1) if self.temporal else x


Drift = NoDrift | PPODrift | DPODrift | NeuralDrift


def drift_of(name: str) -> Drift:
    """The drift of a name in `NAMES`, or of a file that `save` wrote.

    Raises `ValueError`, starting with `drift:`, for anything else.
    """
    match name:
        case "none":
            return NoDrift()
        case "ppo":
            return PPODrift()
        case "dpo":
            return DPODrift()
        case "lpo" | "ta_lpo":
            return load(SHIPPED / f"{name}.npz")
    if not name.endswith(".npz"):
        raise ValueError(f"drift: expected one of {', '.join(NAMES)}, or an .npz; got {name!r}")
    return load(Path(name))


def save(path: Path, drift: NeuralDrift, about: dict[str, Any]) -> None:
    """Writes a learned drift and what is said about it, JSON values, atomically to an .npz."""
    arrays: dict[str, Any] = {
        name: np.asarray(drift.weights[name], np.float32) for name in _WEIGHTS
    }
    form = {name: getattr(drift, name) for name in _FORM}
    manifest = {"format": _FORMAT, "version": _VERSION, "form": form, "about": about}
    manifest["sha256"] = _digest(manifest, arrays)
    text: Any = np.frombuffer(json.dumps(manifest).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, manifest=text, **arrays)


def load(path: Path) -> NeuralDrift:
    """A learned drift with its weights.

    Files of versions before 2 have no checksum; everything else is checked in them too.

    Raises `ValueError`, with the path and what was expected, where there is none.
    """
    return _read(path)[0]


def about(path: Path) -> dict[str, Any]:
    """What was said about a learned drift when it was saved. Raises as `load`."""
    return _read(path)[1]


def _read(path: Path) -> tuple[NeuralDrift, dict[str, Any]]:
    """The drift of a file, and what is said about it."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest = json.loads(read_text(archive, "manifest", _ROOM))
            drift = _form_of(manifest)
            shapes = {"inner": (drift.num_inputs, drift.width), "outer": (drift.width,)}
            weights = {
                name: read_array(archive, name, shapes[name], np.float32) for name in _WEIGHTS
            }
            _check(manifest, weights)
    except FileNotFoundError:
        raise ValueError(f"drift: {path}: no such file") from None
    except Exception as error:  # a damaged archive may raise nearly anything
        plain = type(error) in (ValueError, TypeError)
        reason = " ".join(str(error).split()) if plain else "the file is damaged or something else"
        raise ValueError(f"drift: {path}: expected a learned drift (.npz); {reason}") from error
    return dataclasses.replace(drift, weights=weights), manifest["about"]


def _form_of(manifest: Any) -> NeuralDrift:
    """The drift that a manifest describes, without weights. Raises anything for another one."""
    version = manifest.get("version", 1)
    ranges.check_value("version", version, Literal[1, 2])
    ranges.check_value("format", manifest["format"], Literal["jaxenvs drift"])
    form = manifest["form"]
    if set(form) != set(_FORM) or not isinstance(manifest["about"], dict):
        raise ValueError(f"form: expected {', '.join(_FORM)} and about an object")
    for name, kind in _FORM.items():
        ranges.check_value(name, form[name], kind)
    return NeuralDrift(**form)


def _check(manifest: dict[str, Any], weights: dict[str, np.ndarray]) -> None:
    """Raises `ValueError` for weights that are damaged or no numbers."""
    if manifest.get("version", 1) > 1:
        said = {name: value for name, value in manifest.items() if name != "sha256"}
        if manifest["sha256"] != _digest(said, weights):
            raise ValueError("the checksum does not fit")
    for name, values in weights.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite numbers")


def _digest(manifest: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    """A checksum of all that a file holds."""
    said = json.loads(json.dumps(manifest))
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for name in _WEIGHTS:
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
