/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/region.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

enum error_class region_open(struct region *region, size_t bytes, bool huge, struct error *error)
{
    const size_t alignment = huge ? HUGE_PAGE_BYTES : (size_t)4096;
    const size_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
    void *base =
        mmap(NULL, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return error_set(error, ERROR_INTERNAL,
                         "cannot reserve %zu MiB of address space: %s; lower --memory or "
                         "raise 'ulimit -v'",
                         rounded >> 20, strerror(errno));
    if (huge)
        (void)madvise(base, rounded, MADV_HUGEPAGE); /* small pages are slower, never wrong */
    *region = (struct region){.base = base, .bytes = rounded};
    return ERROR_OK;
}

void region_close(struct region *region)
{
    if (region->base)
        CHECK(munmap(region->base, region->bytes) == 0);
    *region = (struct region){0};
}

size_t region_resident_bytes(void)
{
    unsigned long total_pages, resident_pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &total_pages, &resident_pages) != 2)
        resident_pages = 0;
    fclose(file);
    return resident_pages * (size_t)sysconf(_SC_PAGESIZE);
}
