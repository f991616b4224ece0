/* SPDX-License-Identifier: Apache-2.0
 * Written by hand and not with cdr_format_csv, because this is the generator's inner loop; a test holds the
 * two against each other. A field of these files never needs quotes. */
#include "cdr_writer.h"

#include "simsieve/base/text.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES   (1 << 20)
#define LINE_BYTES_MAX 400

enum error_class cdr_writer_init(struct cdr_writer *writer, struct error *error)
{
    *writer = (struct cdr_writer){.buffer = malloc(BUFFER_BYTES)};
    return writer->buffer ? ERROR_OK : error_set(error, ERROR_INTERNAL, "no memory for the writer");
}

void cdr_writer_fini(struct cdr_writer *writer)
{
    output_abandon(&writer->output, false);
    free(writer->buffer);
    *writer = (struct cdr_writer){0};
}

static char *put_text(char *at, const char *text)
{
    const size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

/* Exactly `width` digits, zeros in front. */
static char *put_digits(char *at, uint64_t value, unsigned width)
{
    char *end = at + width;
    for (; width >= 2; width -= 2, value /= 100)
        memcpy(at + width - 2, digit_pairs + value % 100 * 2, 2);
    if (width > 0)
        *at = (char)('0' + value % 10);
    return end;
}

static char *put_number(char *at, uint64_t value)
{
    unsigned width = 1;
    for (uint64_t limit = 10; limit <= value; limit *= 10)
        width++;
    return put_digits(at, value, width);
}

static char *put_hex(char *at, uint64_t value)
{
    for (unsigned i = 16; i-- > 0; value >>= 4)
        at[i] = "0123456789abcdef"[value & 15];
    return at + 16;
}

static char *put_time(char *at, const char *date, uint32_t time_ms)
{
    at = put_text(at, date);
    at = put_digits(at, time_ms / HOUR_MS, 2);
    *at++ = ':';
    at = put_digits(at, time_ms / MINUTE_MS % 60, 2);
    *at++ = ':';
    at = put_digits(at, time_ms / SECOND_MS % 60, 2);
    if (time_ms % SECOND_MS) {
        *at++ = '.';
        at = put_digits(at, time_ms % SECOND_MS, 3);
    }
    return put_text(at, "+07:00");
}

static char *put_party(char *at, const struct network *network, uint32_t party)
{
    switch (party_kind(party)) {
    case PARTY_SIM:
        return put_number(at, network->sims[party].number);
    case PARTY_SERVICE:
        return put_text(at, party_service_at(party_serial(party))->number);
    case PARTY_SENDER:
        return put_text(at, party_sender_at(party_serial(party))->name);
    default:
        return put_number(at, party_number(party));
    }
}

/* The check digit of an IMEI (TS 23.003 annex B: Luhn). */
static unsigned imei_check_digit(uint64_t digits)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 14; i++, digits /= 10) {
        const unsigned digit = (unsigned)(digits % 10);
        const unsigned doubled = 2 * digit;
        sum += i % 2 ? digit : doubled / 10 + doubled % 10;
    }
    return (10 - sum % 10) % 10;
}

/* IMSI, IMEI and cell of the served party. */
static char *put_served(char *at, const struct network *network, uint32_t sim, uint32_t cell, int64_t time_ms)
{
    const uint64_t imei = network_imei(network_device(network, sim, time_ms));
    at = put_digits(at, network_imsi(network, sim), 15);
    *at++ = ',';
    at = put_digits(at, imei, 14);
    at = put_digits(at, imei_check_digit(imei), 1);
    *at++ = ',';
    return put_text(at, network->geography.cells[cell].text);
}

static uint64_t text_fingerprint(const struct network *network, const struct leg *leg)
{
    uint32_t owner = leg->a;
    if (leg->text == 0)
        return chance_hash(network->seed, PURPOSE_TEXT, (uint64_t)leg->a << 32 | leg->b,
                           leg->time_ms / MINUTE_MS);
    if (party_kind(owner) == PARTY_SIM && network->sims[owner].campaign > 0)
        owner = network->campaigns[network->sims[owner].campaign - 1].first_sim;
    return chance_hash(network->seed, PURPOSE_TEXT, owner, leg->text);
}

/* The party that a switch served for this record; UINT32_MAX for a gateway's and a forwarded leg's. */
static uint32_t served_party(const struct leg *leg)
{
    if (leg->type == CDR_MO_CALL || leg->type == CDR_MO_SMS)
        return leg->a;
    return leg->type == CDR_MT_CALL || leg->type == CDR_MT_SMS ? leg->b : UINT32_MAX;
}

struct place {
    unsigned switch_id;
    uint32_t cell;
};

static struct place place_of(const struct network *network, const struct leg *leg, int64_t midnight_ms)
{
    struct place place = {0};
    const uint32_t served = leg->type == CDR_FORWARD_CALL ? leg->third : served_party(leg);
    if (served == UINT32_MAX) {
        place.switch_id = geography_gateway(leg->third / TRUNK_GROUP_COUNT);
    } else {
        place.cell = network_cell(network, served, midnight_ms + leg->time_ms);
        place.switch_id = geography_switch(&network->geography, place.cell);
    }
    return place;
}

static char *put_leg(char *at, struct cdr_writer *writer, const struct network *network,
                     const struct leg *leg, int64_t midnight_ms)
{
    const bool is_sms = leg->type == CDR_MO_SMS || leg->type == CDR_MT_SMS;
    const uint32_t served = served_party(leg);
    const struct place place = place_of(network, leg, midnight_ms);
    at = put_text(at, cdr_type_name(leg->type));
    *at++ = ',';
    at = put_time(at, writer->date, leg->time_ms);
    *at++ = ',';
    at = put_party(at, network, leg->a);
    *at++ = ',';
    at = put_party(at, network, leg->b);
    *at++ = ',';
    if (leg->type == CDR_FORWARD_CALL)
        at = put_party(at, network, leg->third);
    *at++ = ',';
    at = put_text(at, cdr_outcome_name(leg->outcome));
    *at++ = ',';
    if (!is_sms)
        at = put_number(at, leg->duration_s);
    *at++ = ',';
    if (served != UINT32_MAX)
        at = put_served(at, network, served, place.cell, midnight_ms + leg->time_ms);
    else
        at = put_text(at, ",,");
    *at++ = ',';
    if (leg->type == CDR_INC_GATEWAY || leg->type == CDR_OUT_GATEWAY)
        at = put_text(
            at,
            network->geography.trunk_names[leg->third / TRUNK_GROUP_COUNT][leg->third % TRUNK_GROUP_COUNT]);
    *at++ = ',';
    at = put_text(at, network->geography.switch_names[place.switch_id]);
    *at++ = ',';
    at = put_number(at, ++writer->seq[place.switch_id]);
    *at++ = ',';
    if (is_sms) {
        at = put_number(at, leg->parts);
        *at++ = ',';
        at = put_hex(at, text_fingerprint(network, leg));
    } else {
        *at++ = ',';
    }
    *at++ = '\n';
    return at;
}

/* Records of one millisecond go by switch; their sequence numbers then follow. Seldom more than two. */
static void order_ties(const struct network *network, struct leg *legs, uint32_t count, int64_t midnight_ms)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct leg leg = legs[i];
        if (legs[i - 1].time_ms != leg.time_ms)
            continue;
        const unsigned mine = place_of(network, &leg, midnight_ms).switch_id;
        uint32_t to = i;
        while (to > 0 && legs[to - 1].time_ms == leg.time_ms &&
               place_of(network, &legs[to - 1], midnight_ms).switch_id > mine) {
            legs[to] = legs[to - 1];
            to--;
        }
        legs[to] = leg;
    }
}

/* The SIMs of a record are anywhere in memory: ask for them some records ahead. */
static void look_ahead(const struct network *network, const struct leg *legs, uint32_t count, uint32_t at)
{
    enum { AHEAD = 8 };
    if (at + AHEAD >= count)
        return;
    const struct leg *leg = &legs[at + AHEAD];
    if (party_kind(leg->a) == PARTY_SIM)
        __builtin_prefetch(&network->sims[leg->a]);
    if (party_kind(leg->b) == PARTY_SIM)
        __builtin_prefetch(&network->sims[leg->b]);
}

static void flush(struct cdr_writer *writer)
{
    fwrite(writer->buffer, 1, writer->used, writer->output.stream); /* output_commit sees a failure */
    writer->used = 0;
}

static void put_header(struct cdr_writer *writer)
{
    char *at = writer->buffer;
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++) {
        at = put_text(at, cdr_column(field));
        *at++ = field + 1 < CDR_FIELD_COUNT ? ',' : '\n';
    }
    writer->used = (size_t)(at - writer->buffer);
}

enum error_class cdr_writer_day(struct cdr_writer *writer, struct day *day, const char *folder,
                                struct error *error)
{
    char midnight[CALENDAR_TEXT_BYTES], path_bytes[OUTPUT_PATH_BYTES];
    struct text path = text_over(path_bytes, sizeof(path_bytes));
    calendar_format(day->midnight_ms, midnight);
    memcpy(writer->date, midnight, 11);
    writer->date[11] = 0;
    text_add(&path, "%s/cdr-%.10s.csv", folder, midnight);
    if (path.is_cut)
        return error_set(error, ERROR_CANNOT_CREATE, "%.60s...: the path is too long", folder);
    const enum error_class class = output_open(&writer->output, path.data, OUTPUT_WHOLE, 0644, error);
    if (class)
        return class;
    put_header(writer);
    for (uint32_t pile = 0; pile < PILE_COUNT; pile++) {
        uint32_t count;
        struct leg *legs = day_take(day, pile, &count);
        order_ties(day->network, legs, count, day->midnight_ms);
        for (uint32_t i = 0; i < count; i++) {
            if (writer->used + LINE_BYTES_MAX > BUFFER_BYTES)
                flush(writer);
            look_ahead(day->network, legs, count, i);
            char *end =
                put_leg(writer->buffer + writer->used, writer, day->network, &legs[i], day->midnight_ms);
            writer->used = (size_t)(end - writer->buffer);
        }
    }
    flush(writer);
    if (day->is_out_of_memory) {
        output_abandon(&writer->output, false);
        return error_set(error, ERROR_INTERNAL,
                         "no memory for the records of one day: generate fewer subscribers");
    }
    return output_commit(&writer->output, error);
}
