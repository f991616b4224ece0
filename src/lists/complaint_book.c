/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"
#include "simsieve/lists/complaints.h"

#include <stdlib.h>

/* What is kept for one partition. */
struct page {
    uint32_t count;
    int64_t lost_ms;
    struct complaint *rows; /* by number, then time, then kind */
};

struct complaint_book {
    struct region region;
    uint32_t page_count;
    struct page pages[];
};

struct complaint_book *complaint_book_create(uint32_t partition_count, struct error *error)
{
    struct complaint_book *book = calloc(1, sizeof(*book) + partition_count * sizeof(book->pages[0]));
    CHECK(book);
    const size_t bytes = (size_t)partition_count * COMPLAINTS_OF_PARTITION_MAX * sizeof(struct complaint);
    if (region_open(&book->region, bytes, false, error)) {
        free(book);
        return NULL;
    }
    book->page_count = partition_count;
    for (uint32_t i = 0; i < partition_count; i++)
        book->pages[i].rows = (struct complaint *)book->region.base + (size_t)i * COMPLAINTS_OF_PARTITION_MAX;
    return book;
}

void complaint_book_destroy(struct complaint_book *book)
{
    if (!book)
        return;
    region_close(&book->region);
    free(book);
}

static bool lists_have(const struct lists *lists, const struct complaint *complaint)
{
    return complaints_have(lists->complaints.rows.base, lists->complaints.count, complaint);
}

static size_t oldest_of(const struct page *page)
{
    size_t oldest = 0;
    for (size_t i = 1; i < page->count; i++)
        if (page->rows[i].time_ms < page->rows[oldest].time_ms)
            oldest = i;
    return oldest;
}

static void take_out(struct page *page, size_t at)
{
    page->lost_ms = i64_max(page->lost_ms, page->rows[at].time_ms);
    page->count--;
    memmove(&page->rows[at], &page->rows[at + 1], (page->count - at) * sizeof(page->rows[0]));
}

static void put_in(struct page *page, const struct complaint *complaint)
{
    const size_t at = complaints_before(page->rows, page->count, complaint);
    memmove(&page->rows[at + 1], &page->rows[at], (page->count - at) * sizeof(page->rows[0]));
    page->rows[at] = *complaint;
    page->count++;
}

bool complaint_book_add(struct complaint_book *book, const struct lists *lists, uint32_t partition,
                        const struct complaint *complaint)
{
    CHECK(partition < book->page_count);
    struct page *page = &book->pages[partition];
    bool is_whole = true;
    if (complaints_have(page->rows, page->count, complaint) || lists_have(lists, complaint))
        return true;
    if (page->count == COMPLAINTS_OF_PARTITION_MAX) {
        const size_t oldest = oldest_of(page);
        const int64_t younger_ms = complaint->time_ms - page->rows[oldest].time_ms;
        if (younger_ms <= 0) {
            page->lost_ms = i64_max(page->lost_ms, complaint->time_ms);
            return false;
        }
        is_whole = younger_ms >= COMPLAINTS_KEPT_MS;
        take_out(page, oldest);
    }
    put_in(page, complaint);
    return is_whole;
}

void complaint_book_settle(struct complaint_book *book, const struct lists *lists)
{
    for (uint32_t i = 0; i < book->page_count; i++) {
        struct page *page = &book->pages[i];
        uint32_t kept = 0;
        for (uint32_t k = 0; k < page->count; k++)
            if (!lists_have(lists, &page->rows[k]))
                page->rows[kept++] = page->rows[k];
        page->count = kept;
    }
}

size_t complaint_book_count(const struct complaint_book *book, uint32_t partition, uint64_t number,
                            int64_t from_ms, int64_t to_ms)
{
    CHECK(partition < book->page_count);
    const struct page *page = &book->pages[partition];
    return complaints_within(page->rows, page->count, number, from_ms, to_ms);
}

int64_t complaint_book_lost_ms(const struct complaint_book *book, uint32_t partition)
{
    CHECK(partition < book->page_count);
    return book->pages[partition].lost_ms;
}
