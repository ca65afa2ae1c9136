"""Objectives that are themselves learned, and what they are measured against."""
