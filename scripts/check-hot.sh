#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hot path never allocates, locks, reads a clock or prints: fails when an object of scripts/hot.txt refers to such
# a function. What a record only reaches when something is found (alerts, new groups) lies in other objects.
#
#   scripts/check-hot.sh BUILD_FOLDER
cd "$(dirname "$0")/.." || exit 1
build=$1
banned='malloc|calloc|realloc|free|aligned_alloc|posix_memalign|mmap|munmap|pthread_.*|sem_.*|clock_gettime|gettimeofday|time|usleep|nanosleep|printf|fprintf|vfprintf|puts|fputs|fwrite|fopen|open|read|write|fflush|log_write|qsort|clock_monotonic_ns|clock_wall_ms'
status=0
for source in $(sed 's/#.*//' scripts/hot.txt); do
    object=$build/obj/${source%.c}.o
    if [ ! -f "$object" ]; then
        echo "$source: not built; is scripts/hot.txt up to date?"
        status=1
        continue
    fi
    found=$(nm -u "$object" | awk '{ sub(/@.*/, "", $2); print $2 }' | grep -xE "$banned" | tr '\n' ' ')
    if [ -n "$found" ]; then
        echo "src/$source: hot, but uses: $found"
        status=1
    fi
done
exit $status
