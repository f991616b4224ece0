/* SPDX-License-Identifier: Apache-2.0
 * A range of address space reserved once; memory arrives when a page is first touched, so a large limit
 * costs nothing until it is used. */
#pragma once

#include "simsieve/base/error.h"

struct region {
    void *base;
    size_t bytes;
};

/* Start-up only. Reserves zeroed memory; with `huge` asks for 2 MiB pages (transparent, no privileges),
 * which random access to gigabytes needs: see perf/README.md. ERROR_INTERNAL when the address space is not
 * to be had. */
enum error_class region_open(struct region *region, size_t bytes, bool huge, struct error *error);

/* Start-up and shut-down only. Legal on a zeroed region. */
void region_close(struct region *region);

/* Any thread. Bytes of physical memory the process holds (VmRSS), 0 when the system does not say. */
size_t region_resident_bytes(void);
