"""Rigid bodies in the plane: circles and polygons, joints, motors, thrusters and contacts."""
