"""Pixels in pure JAX, for batches of small pictures such as observations in pixels.

    canvas = Canvas(height=125, width=125)
    discs = circles(canvas, center, radius, color, active)
    boxes = polygons(canvas, box_vertices(place, half_size, angle), None, color)
    image = canvas.paint(WHITE, boxes, discs)  # (125, 125, 3) uint8

Every shape is convex, so that it covers one run of pixels in each row: that run is found once per
row, and a pixel costs one subtraction, one comparison and one selection per shape. `canvas.py` says
how fast that is beside other ways. Pictures are bytes; `image.astype(jnp.float32) / 255` makes
them numbers from 0 to 1.

It all works under `jit`, `vmap` and `scan`, with x64 and strict dtype promotion.
"""

from jaxenvs.raster.camera import Camera
from jaxenvs.raster.canvas import Canvas, Layer
from jaxenvs.raster.palette import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SERIES,
    SKY,
    WHITE,
    YELLOW,
    Color,
    pick,
    shade,
)
from jaxenvs.raster.pieces import icons
from jaxenvs.raster.shapes import box_vertices, capsules, circles, placed, polygons, segments
from jaxenvs.raster.tiles import tiled

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "RED",
    "SERIES",
    "SKY",
    "WHITE",
    "YELLOW",
    "Camera",
    "Canvas",
    "Color",
    "Layer",
    "box_vertices",
    "capsules",
    "circles",
    "icons",
    "pick",
    "placed",
    "polygons",
    "segments",
    "shade",
    "tiled",
]
