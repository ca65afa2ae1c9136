"""A web page that plays frames, in one file without anything to load."""

import base64
import html
import io
import json
import string
from collections.abc import Sequence

import numpy as np

from jaxenvs import extras

with extras.needs("render"):
    import imageio.v3 as iio


def player(frames: Sequence[np.ndarray], fps: float, title: str) -> str:
    """The page: the animation, play and pause, a slider to seek, single steps, and the speed.

    `frames` are uint8 `[height, width, 3]`, all of one size.
    """
    pictures = [base64.b64encode(_webp(frame)).decode("ascii") for frame in frames]
    height, width = frames[0].shape[:2]
    return PAGE.substitute(
        title=html.escape(title),
        width=width,
        height=height,
        fps=float(fps),
        last=len(frames) - 1,
        frames=json.dumps(pictures),
    )


def _webp(frame: np.ndarray) -> bytes:
    """A lossless picture; for flat colors a third of a PNG."""
    buffer = io.BytesIO()
    iio.imwrite(buffer, frame, extension=".webp", lossless=True, method=2)
    return buffer.getvalue()


PAGE = string.Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
  body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
         justify-content: center; background: #eceae4; color: #2d313a;
         font: 16px/1.4 system-ui, sans-serif; }
  h1 { font-size: 1.1rem; font-weight: 600; margin: 1rem; }
  #player { max-width: 94vw; background: #faf9f6; border-radius: 8px; overflow: hidden;
            box-shadow: 0 1px 6px rgb(0 0 0 / 18%); }
  img { display: block; width: ${width}px; max-width: 100%; height: auto; }
  #controls { display: flex; gap: .6rem; align-items: center; padding: .6rem .8rem; }
  button, select { font: inherit; padding: .15rem .6rem; border: 1px solid #8a8f98;
                   border-radius: 5px; background: #fff; color: inherit; cursor: pointer; }
  #play { min-width: 5rem; }
  #seek { flex: 1; min-width: 4rem; }
  #count { font-variant-numeric: tabular-nums; white-space: nowrap; }
  p { font-size: .85rem; color: #6b707a; }
</style>
</head>
<body>
<h1>$title</h1>
<div id="player">
  <img id="picture" width="$width" height="$height" alt="$title">
  <div id="controls">
    <button id="play" type="button">Pause</button>
    <input id="seek" type="range" min="0" max="$last" value="0" aria-label="frame">
    <span id="count"></span>
    <select id="speed" aria-label="speed">
      <option value="0.1">0.1x</option><option value="0.25">0.25x</option>
      <option value="0.5">0.5x</option><option value="1" selected>1x</option>
      <option value="2">2x</option><option value="4">4x</option>
    </select>
  </div>
</div>
<p>space: play or pause &middot; left and right: one frame</p>
<script>
"use strict";
const frames = $frames;
const fps = $fps;
const element = name => document.getElementById(name);
const picture = element("picture"), seek = element("seek"), count = element("count");
let current = 0, playing = true, shownAt = performance.now();

function show(frame) {
  current = (frame + frames.length) % frames.length;
  picture.src = "data:image/webp;base64," + frames[current];
  seek.value = current;
  count.textContent = (current + 1) + " / " + frames.length;
}
function setPlaying(on) {
  playing = on;
  shownAt = performance.now();
  element("play").textContent = on ? "Pause" : "Play";
}
function tick(now) {
  const interval = 1000 / (fps * Number(element("speed").value));
  const due = Math.floor((now - shownAt) / interval);
  if (playing && due > 0) {
    shownAt += due * interval;
    show(current + due % frames.length);
  }
  requestAnimationFrame(tick);
}
function step(by) { setPlaying(false); show(current + by); }

element("play").onclick = () => setPlaying(!playing);
seek.oninput = () => { setPlaying(false); show(Number(seek.value)); };
document.addEventListener("keydown", event => {
  const actions = { " ": () => setPlaying(!playing), ArrowLeft: () => step(-1),
                    ArrowRight: () => step(1) };
  const itsOwn = { SELECT: true, BUTTON: event.key === " " }[event.target.tagName];
  if (event.key in actions && !itsOwn) {
    event.preventDefault();
    actions[event.key]();
  }
});
show(0);
requestAnimationFrame(tick);
</script>
</body>
</html>
""")
