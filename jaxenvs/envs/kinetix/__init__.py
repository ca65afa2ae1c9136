"""Kinetix: control of bodies in a two-dimensional physics world, on levels of many kinds."""
