/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/role.h"

#define BOTH ROLE_COUNTS

/* Rows: record type. Columns: A off-net / on-net, each with B off-net, B on-net.
 *   mo_*       A's own switch saw the attempt: it always counts.
 *   mt_*       B's switch saw it; of an on-net A the mo_* record counts, this one adds where B is.
 *   gateway    counts only for an A and a B that neither mo_* nor mt_* can show (off-net to off-net).
 *   forward    the attempt of A is in other records; forwarding is nobody's attempt. */
static const uint8_t roles[CDR_TYPE_COUNT][2][2] = {
    [CDR_MO_CALL] = {{BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A}, {BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A}},
    [CDR_MO_SMS] = {{BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A}, {BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A}},
    [CDR_MT_CALL] = {{BOTH | ROLE_PLACE_B, BOTH | ROLE_PLACE_B}, {ROLE_PLACE_B, ROLE_PLACE_B}},
    [CDR_MT_SMS] = {{BOTH | ROLE_PLACE_B, BOTH | ROLE_PLACE_B}, {ROLE_PLACE_B, ROLE_PLACE_B}},
    [CDR_FORWARD_CALL] = {{0, 0}, {0, 0}},
    [CDR_INC_GATEWAY] = {{BOTH | ROLE_TRUNK, ROLE_TRUNK}, {ROLE_TRUNK, ROLE_TRUNK}},
    [CDR_OUT_GATEWAY] = {{BOTH | ROLE_TRUNK, ROLE_TRUNK}, {ROLE_TRUNK, ROLE_TRUNK}},
    [CDR_TRANSIT] = {{BOTH | ROLE_TRUNK, ROLE_TRUNK}, {ROLE_TRUNK, ROLE_TRUNK}},
};

unsigned role_of(enum cdr_type type, bool a_is_on_net, bool b_is_on_net)
{
    DCHECK(type < CDR_TYPE_COUNT);
    return roles[type][a_is_on_net][b_is_on_net];
}
