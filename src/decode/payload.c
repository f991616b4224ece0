/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/decode/payload.h"

#include "datagram.h"
#include "partials.h"
#include "ts32298.h"

#include <stdlib.h>

struct payloads {
    struct ts32298 records;
    struct partials *partials;
    struct datagrams *datagrams;
};

struct payloads *payloads_create(const struct decode_context *context, const char *input, struct error *error)
{
    struct payloads *payloads = calloc(1, sizeof(*payloads));
    CHECK(payloads);
    payloads->records = ts32298_start(context, TS32298_STANDARD);
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
    payloads->partials = partials_create();
    payloads->datagrams = payloads->partials ? datagrams_create(context, input, error) : NULL;
    if (payloads->datagrams)
        return payloads;
    payloads_destroy(payloads);
    return NULL;
}

void payloads_destroy(struct payloads *payloads)
{
    if (!payloads)
        return;
    partials_destroy(payloads->partials);
    datagrams_destroy(payloads->datagrams);
    free(payloads);
}

void payloads_take_record(struct payloads *payloads, struct octets record, const struct payload_sink *sink)
{
    struct cdr cdr;
    bool has_output = false;
    enum reason reason = ts32298_next(&payloads->records, record.bytes, record.length, &cdr);
    if (reason == REASON_NONE)
        reason = partials_take(payloads->partials, &cdr, &has_output);
    if (has_output)
        sink->give(sink->owner, &cdr);
    if (reason != REASON_NONE)
        sink->reject(sink->owner, reason, (const char *)record.bytes, record.length);
}

void payloads_take_datagram(struct payloads *payloads, struct octets datagram,
                            const struct payload_sink *sink)
{
    const struct datagram_sink datagram_sink = {sink->give, sink->reject, sink->owner};
    datagrams_take(payloads->datagrams, datagram, &datagram_sink);
}

void payloads_forget(struct payloads *payloads)
{
    partials_destroy(payloads->partials);
    payloads->partials = partials_create();
    CHECK(payloads->partials);
}

enum reason payload_reason(enum packet_drop drop)
{
    static const uint8_t reasons[PACKET_DROP_COUNT] = {
#define PACKET_OTHER(id, word, meaning)
#define PACKET_DROP(id, word, meaning) [PACKET_##id] = REASON_PACKET_##id,
#include "simsieve/packet/drops.def"
#undef PACKET_OTHER
#undef PACKET_DROP
    };
    static_assert(REASON_COUNT <= UINT8_MAX, "a reason in an octet");
    return (enum reason)reasons[drop];
}
