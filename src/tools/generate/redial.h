/* SPDX-License-Identifier: Apache-2.0
 * Whom a busy caller means to ring again today. He has one telephone: a second try waits until the line is
 * free. */
#pragma once

#include "simsieve/base/check.h"

#define REDIAL_MAX 32

struct redial {
    struct {
        uint32_t party;
        int64_t due_ms;
    } entries[REDIAL_MAX];
    uint32_t count;
};

/* Any thread. Notes a party for `due_ms`; forgets it when the list is full. */
void redial_add(struct redial *redial, uint32_t party, int64_t due_ms);

/* Any thread. Takes the party that is longest due at `time_ms`; false when none is. */
bool redial_take(struct redial *redial, int64_t time_ms, uint32_t *party);
