"""A window that shows pictures and tells which keys are pressed."""

import os
from typing import NamedTuple, Self

import numpy as np

from jaxenvs import extras

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

with extras.needs("render"):
    import pygame


class Keys(NamedTuple):
    """What happened to keyboard and mouse since the last call; names as pygame's `key.name`."""

    pressed: list[str]  # went down, in order, also if they are up again
    held: list[str]  # are down now, the latest last
    closed: bool  # the window was asked to close
    clicked: tuple[tuple[int, int], ...] = ()  # pixels from the left and the top, in order


class Window:
    """A window of the size of the pictures it is given; a context that closes it at its end."""

    def __init__(self, title: str, width: int, height: int) -> None:
        pygame.display.init()
        pygame.display.set_caption(title)
        self._screen = pygame.display.set_mode((width, height))
        self._clock = pygame.time.Clock()
        self._held: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pygame.display.quit()

    def show(self, picture: np.ndarray) -> None:
        """Shows uint8 `[height, width, 3]`; the window takes its size."""
        height, width = picture.shape[:2]
        if self._screen.get_size() != (width, height):
            self._screen = pygame.display.set_mode((width, height))
        surface = pygame.surfarray.make_surface(np.swapaxes(picture, 0, 1))
        self._screen.blit(surface, (0, 0))
        pygame.display.flip()

    def keys(self) -> Keys:
        """Reads keyboard and mouse; call it often, or the system thinks the window hangs."""
        pressed, clicked, closed = [], [], False
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                closed = True
            elif event.type == pygame.KEYDOWN:
                name = pygame.key.name(event.key)
                pressed.append(name)
                self._held = [*(key for key in self._held if key != name), name]
            elif event.type == pygame.KEYUP:
                name = pygame.key.name(event.key)
                self._held = [key for key in self._held if key != name]
            elif event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
                clicked.append(event.pos)
            elif event.type == pygame.WINDOWFOCUSLOST:
                self._held = []  # their release will not be reported here
        return Keys(pressed, list(self._held), closed, tuple(clicked))

    def wait(self, rate: float) -> None:
        """Sleeps as long as is left of one `rate`-th of a second since the last call."""
        self._clock.tick(rate)
