"""The environments. Importing a family registers its ids and loads none of its modules."""

import jaxenvs.envs.bsuite as bsuite
import jaxenvs.envs.classic as classic
import jaxenvs.envs.grid as grid
import jaxenvs.envs.hanabi as hanabi
import jaxenvs.envs.minatar as minatar
import jaxenvs.envs.misc as misc
import jaxenvs.envs.mpe as mpe
import jaxenvs.envs.overcooked as overcooked
import jaxenvs.envs.popgym as popgym
import jaxenvs.envs.social as social
import jaxenvs.envs.toy_text as toy_text
