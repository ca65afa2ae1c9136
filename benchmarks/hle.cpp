/* Plays random games of Hanabi through the C interface of the Hanabi Learning Environment, 0.0.4.

   Built and loaded by originals.py, which links it with the library of the Python package: so the
   C++ of the original is timed without Python. */

#include <cstdint>

#include "pyhanabi.h"

static uint32_t next_word(uint32_t *word) { /* Marsaglia's xorshift */
  *word ^= *word << 13;
  *word ^= *word >> 17;
  *word ^= *word << 5;
  return *word;
}

static void deal(pyhanabi_state_t *state) {
  while (StateEndOfGameStatus(state) == 0 && StateCurPlayer(state) < 0) StateDealRandomCard(state);
}

/* Encodes what a player sees, as the library does for Python; the first character of it. */
static long look(pyhanabi_state_t *state, pyhanabi_observation_encoder_t *encoder, int player) {
  pyhanabi_observation_t seen;
  NewObservation(state, player, &seen);
  char *text = EncodeObservation(encoder, &seen);
  long first = text[0];
  DeleteString(text);
  DeleteObservation(&seen);
  return first;
}

/* Plays `num_moves` moves in whole games; every move is drawn from the legal ones. With `observe`
   the player on turn observes before each. Returns a sum of scores and of what was observed. */
extern "C" long play(int num_players, long num_moves, uint32_t seed, int observe) {
  static const char *names[] = {"players", "2", "players", "3", "players", "4", "players", "5"};
  pyhanabi_game_t game;
  pyhanabi_state_t state;
  pyhanabi_observation_encoder_t encoder;
  long sum = 0;
  uint32_t word = seed * 2654435761u + 1u;
  NewGame(&game, 2, names + 2 * (num_players - 2));
  NewObservationEncoder(&encoder, &game, 0);
  NewState(&game, &state);
  deal(&state);
  for (long i = 0; i < num_moves; i++) {
    if (observe) sum += look(&state, &encoder, StateCurPlayer(&state));
    void *legal = StateLegalMoves(&state);
    pyhanabi_move_t move;
    GetMove(legal, (int)(next_word(&word) % (uint32_t)NumMoves(legal)), &move);
    StateApplyMove(&state, &move);
    DeleteMove(&move);
    DeleteMoveList(legal);
    deal(&state);
    if (StateEndOfGameStatus(&state) != 0) {
      sum += StateScore(&state);
      DeleteState(&state);
      NewState(&game, &state);
      deal(&state);
    }
  }
  DeleteState(&state);
  DeleteObservationEncoder(&encoder);
  DeleteGame(&game);
  return sum;
}
