"""Pictures of MinAtar's games: one cell of the board, one sprite."""

from jaxenvs.envs.minatar.pictures import asterix, breakout, freeway, seaquest, space_invaders
from jaxenvs.render.picture import Pictures

PICTURES: Pictures = {
    **asterix.PICTURES,
    **breakout.PICTURES,
    **freeway.PICTURES,
    **seaquest.PICTURES,
    **space_invaders.PICTURES,
}
