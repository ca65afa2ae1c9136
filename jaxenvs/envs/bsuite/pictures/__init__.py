"""Pictures of bsuite."""

from jaxenvs.envs.bsuite.pictures import bandits, boards, chains, physics, umbrella
from jaxenvs.render.picture import Pictures

PICTURES: Pictures = {
    **bandits.PICTURES,
    **boards.PICTURES,
    **chains.PICTURES,
    **umbrella.PICTURES,
    **physics.PICTURES,
}
