/* SPDX-License-Identifier: Apache-2.0 */
#include "behaviour.h"

const struct behaviour *const behaviours[BEHAVIOUR_COUNT] = {
#define BEHAVIOUR(ID, name) [BEHAVIOUR_##ID] = &behaviour_##name,
#include "behaviours.def"
#undef BEHAVIOUR
};
