"""Pictures of POPGym's tasks.

What an agent has been shown, and has to remember, is drawn for the one who watches. What lies
hidden on boards and tables stays hidden until it has been found or the game is over.
"""

from jaxenvs.envs.popgym.pictures import bandit, boards, cards, concentration, control
from jaxenvs.render.picture import Pictures

PICTURES: Pictures = {
    **cards.PICTURES,
    **concentration.PICTURES,
    **boards.PICTURES,
    **bandit.PICTURES,
    **control.PICTURES,
}
