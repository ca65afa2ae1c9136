"""The social games' published rules in plain Python and numpy, float64, one step at a time.

Written from the papers and from what the original packages document, without a look at ours.
Each function gets the state before the step, the actions, what was drawn at random in the step,
and the game's numbers; it returns what must come out, by name.
"""

from typing import Any

import numpy as np

MOVES = ((0, 1), (0, -1), (1, 0), (-1, 0), (0, 0))  # row and column
RED, BLUE = 0, 1


def _below(word: int, limit: int) -> int:
    """A number from 0 to `limit - 1`: 24 bits of a word decide, or, for large numbers, all 32."""
    bits = 24 if limit <= 256 else 32
    return ((int(word) >> (32 - bits)) * limit) >> bits


def _two_cells(word: int, size: int) -> list[list[int]]:
    number = _below(word, size**4)
    return [[number // size**k % size, number // size ** (k + 1) % size] for k in (0, 2)]


def _free_cell(word: int, occupied: list[list[int]], size: int) -> list[int]:
    cells = [[row, column] for row in range(size) for column in range(size)]
    free = [cell for cell in cells if cell not in occupied]
    return free[_below(word, len(free))]


def _planes(player: int, players: Any, coins: list[Any], size: int, centred: bool) -> Any:
    """What a player sees: itself, the other, the coin of its color, the other coin."""
    shift = [1 - players[player][axis] if centred else 0 for axis in (0, 1)]
    seen = np.zeros((size, size, 4), int)
    things = [players[player], players[1 - player], coins[player], coins[1 - player]]
    for plane, thing in enumerate(things):
        if thing is not None:
            seen[(thing[0] + shift[0]) % size, (thing[1] + shift[1]) % size, plane] = 1
    return seen.ravel()


def coin_game(state: Any, action: list[int], words: list[int], game: Any, params: Any) -> Any:
    """Two coins, one of each color: Lu et al. (2022). A taken one comes up anywhere."""
    size, rewards = game.size, [0.0, 0.0]
    players = [
        [(state.players[i][axis] + MOVES[action[i]][axis]) % size for axis in (0, 1)]
        for i in (RED, BLUE)
    ]
    coins = [list(coin) for coin in state.coins]
    fresh = _two_cells(words[2], size)
    for coin in (RED, BLUE):
        takers = [i for i in (RED, BLUE) if players[i] == coins[coin]]
        for taker in takers:
            rewards[taker] += params.coin_reward
            if taker != coin:
                rewards[coin] += params.theft_penalty
        if takers:
            coins[coin] = fresh[coin]
    round_over = params.round_steps > 0 and (state.time + 1) % params.round_steps == 0
    if round_over:
        players, coins = _two_cells(words[0], size), _two_cells(words[1], size)
        if game.compat == "jaxmarl":
            rewards = [0.0, 0.0]
    if game.shared_rewards:
        rewards = [sum(rewards)] * 2
    obs = [_planes(i, players, coins, size, game.egocentric) for i in (RED, BLUE)]
    return {"players": players, "coins": coins, "obs": obs, "reward": rewards, "over": False}


def coin_game_lola(state: Any, action: list[int], words: list[int], game: Any, params: Any) -> Any:
    """One coin, whose colors alternate: Foerster et al. (2018). Red is looked at first."""
    size, rewards = game.size, [0.0, 0.0]
    players = [
        [(state.players[i][axis] + MOVES[action[i]][axis]) % size for axis in (0, 1)]
        for i in (RED, BLUE)
    ]
    color = RED if state.present[RED] else BLUE
    coin = list(state.coins[color])
    taker = next((i for i in (RED, BLUE) if players[i] == coin), None)
    if taker is not None:
        rewards[taker] += params.coin_reward
        if taker != color:
            rewards[color] += params.theft_penalty
        color, coin = 1 - color, _free_cell(words[4], players, size)
    coins = [coin if color == i else None for i in (RED, BLUE)]
    obs = [_planes(i, players, coins, size, game.egocentric) for i in (RED, BLUE)]
    present = [color == RED, color == BLUE]
    return {"players": players, "present": present, "obs": obs, "reward": rewards, "over": False}


def switch_riddle(state: Any, action: list[int], draw: float, game: Any, params: Any) -> Any:
    """A hundred prisoners, or fewer: Foerster et al. (2016)."""
    n = game.num_agents
    done = action[state.in_room]
    has_been = [been or i == state.in_room for i, been in enumerate(state.has_been)]
    light = state.light != (done == 1)
    told = done == 2
    worth = params.success_reward if all(has_been) else params.failure_reward
    in_room = min(int(np.float32(draw) * np.float32(n)), n - 1)
    obs = [[int(i == in_room), int(i == in_room and light)] for i in range(n)]
    return {
        "light": light,
        "in_room": in_room,
        "has_been": has_been,
        "obs": obs,
        "reward": [worth if told else 0.0] * n,
        "over": told,
    }


# -- all steps at once: arrays lead with the steps -------------------------------------------------


def _seats(action: np.ndarray) -> np.ndarray:
    """One-hot outcomes as each player sees them, its own action first and on around the circle."""
    steps, n = action.shape
    seen = np.zeros((steps, n, 2**n + 1), int)
    for i in range(n):
        turned = np.roll(action, -i, axis=1)
        number = sum(turned[:, k] << (n - 1 - k) for k in range(n))
        seen[np.arange(steps), i, number] = 1
    return seen


def matrix_game(before: Any, action: np.ndarray, params: Any) -> dict[str, np.ndarray]:
    """A 2 x 2 game: rows of `payoff` are CC, CD, DC, DD, a number for each player."""
    table = np.array(params.payoff, float)
    return {"reward": table[2 * action[:, 0] + action[:, 1]], "obs": _seats(action)}


def tensor_game(before: Any, action: np.ndarray, params: Any) -> dict[str, np.ndarray]:
    """What one gets depends on how many defect, and whether one does."""
    table = np.array(params.payoff, float)
    defectors = action.sum(axis=1)
    return {"reward": table[defectors[:, None], action], "obs": _seats(action)}


def cournot(before: Any, action: np.ndarray, params: Any) -> dict[str, np.ndarray]:
    """Cournot (1838): the price falls with what all make."""
    quantity = action[:, :, 0].astype(float)
    price = params.demand - params.slope * quantity.sum(axis=1, keepdims=True)
    others = quantity.sum(axis=1, keepdims=True) - quantity
    known = [np.full_like(quantity, x) for x in (params.demand, params.slope, params.cost)]
    obs = np.stack([*known, others, np.broadcast_to(price, quantity.shape)], axis=2)
    return {"reward": price * quantity - params.cost * quantity, "obs": obs}


def fishery(before: Any, action: np.ndarray, params: Any) -> dict[str, np.ndarray]:
    """Perman et al. (2003), chapter 17: logistic growth, and a catch of effort times stock."""
    effort, stock = action[:, :, 0].astype(float), before.stock.astype(float)
    total = effort.sum(axis=1)
    grown = stock + params.growth * stock * (1 - stock / params.max_stock)
    catch = np.minimum(params.efficiency * total * stock, grown)
    share = np.divide(effort, total[:, None], out=np.zeros_like(effort), where=total[:, None] > 0)
    reward = params.price * share * catch[:, None] - params.cost * effort
    seen = np.concatenate([effort, (grown - catch)[:, None]], axis=1)
    return {"reward": reward, "obs": np.repeat(seen[:, None], effort.shape[1], axis=1)}


def infinite_game(before: Any, action: np.ndarray, params: Any) -> dict[str, np.ndarray]:
    """The discounted series itself, move by move, until what is left is worth nothing."""
    chances = 1 / (1 + np.exp(-action.astype(float)))
    first, second = chances[:, 0], chances[:, 1][:, [0, 2, 1, 3, 4]]  # CD to one is DC to the other
    outcome = [first * second, first * (1 - second), (1 - first) * second]
    moves = np.stack([*outcome, (1 - first) * (1 - second)], axis=2)  # (steps, after what, what)
    now, weight = moves[:, 4], 1.0 - params.gamma
    table = np.array(params.payoff, float)
    reward = np.zeros((len(now), 2))
    while weight > 1e-9:
        reward += weight * now @ table
        now = (now[:, None] @ moves[:, :4])[:, 0]
        weight *= params.gamma
    flat = chances.reshape(len(chances), 1, 10)
    obs = np.concatenate([flat, chances[:, ::-1].reshape(flat.shape)], axis=1)
    return {"reward": reward, "obs": obs}
