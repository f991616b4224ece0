/* SPDX-License-Identifier: Apache-2.0 */
#include "sms_record.h"

#include "simsieve/base/hash.h"

#include <inttypes.h>

#define ADDRESS_TEXT_ROOM 72

/* An address as a text that the numbering plan reads, by its type of number. */
static struct slice address_text(const struct smpp_address *address, struct text *text)
{
    const struct octets digits = address->text;
    const uint8_t first = digits.length ? *digits.bytes : 0;
    const bool has_prefix = first == '0' || first == '+'; /* whatever the type of number says */
    if (first && !has_prefix && address->type_of_number == SMPP_TON_INTERNATIONAL)
        text_add(text, "+");
    if (first && !has_prefix && address->type_of_number == SMPP_TON_NATIONAL)
        text_add(text, "0");
    text_add_bytes(text, (const char *)digits.bytes, digits.length);
    return (struct slice){text->data, text->length};
}

uint64_t sms_record_number(const struct decode_context *context, const struct smpp_address *address,
                           int64_t time_ms)
{
    char room[ADDRESS_TEXT_ROOM];
    struct text text = text_over(room, sizeof(room));
    const struct slice digits = address_text(address, &text);
    uint64_t number = 0;
    numbering_parse(context->numbering, NULL, digits.bytes, digits.length, time_ms, &number);
    return number;
}

/* A mobile number sends for itself, whoever hands its message in; all others are services, and so is what only looks
 * like a number because its sender chose to be shown that way. */
static enum cdr_type type_of_sender(const struct decode_context *context, const struct smpp_address *sender,
                                    int64_t time_ms)
{
    const bool is_name = sender->type_of_number == SMPP_TON_ALPHANUMERIC;
    const uint64_t number = is_name ? 0 : sms_record_number(context, sender, time_ms);
    return number_kind(number) == NUMBER_MOBILE ? CDR_MO_SMS : CDR_MT_SMS;
}

/* What is known of the text: how many messages it makes, and a fingerprint. */
static void describe_text(const struct smpp_pdu *pdu, struct cdr *cdr)
{
    const struct octets text = pdu->text;
    if (text.length == 0)
        return;
    const uint64_t hash = hash_bytes(text.bytes, text.length);
    const bool is_part = pdu->part.total > 1;
    cdr->sms_template = is_part ? hash_fixed(hash + pdu->part.number) : hash;
    cdr->valid |= 1u << CDR_SMS_TEMPLATE;
    if (is_part)
        return;
    cdr->sms_parts = (uint8_t)smpp_segments(pdu->data_coding, text.length);
    cdr->valid |= 1u << CDR_SMS_PARTS;
}

enum reason sms_record_make(const struct decode_context *context, const struct smpp_pdu *pdu,
                            const struct smpp_address *destination, int64_t time_ms, struct cdr *cdr)
{
    char a[ADDRESS_TEXT_ROOM], b[ADDRESS_TEXT_ROOM], time[24];
    struct text a_text = text_over(a, sizeof(a)), b_text = text_over(b, sizeof(b));
    struct text time_text = text_over(time, sizeof(time));
    struct slice fields[CDR_FIELD_COUNT] = {{NULL, 0}};
    const char *type = cdr_type_name(type_of_sender(context, &pdu->source, time_ms));
    text_add(&time_text, "%" PRId64, time_ms);
    fields[CDR_TYPE] = (struct slice){type, strlen(type)};
    fields[CDR_TIME] = (struct slice){time, time_text.length};
    fields[CDR_A] = address_text(&pdu->source, &a_text);
    fields[CDR_B] = address_text(destination, &b_text);
    const enum reason reason = decode_fields(context, fields, cdr);
    if (reason == REASON_NONE)
        describe_text(pdu, cdr);
    return reason;
}
