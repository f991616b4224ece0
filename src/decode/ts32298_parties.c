/* SPDX-License-Identifier: Apache-2.0
 * Who takes part in a call or message, with what, and where. */
#include "ts32298_parts.h"

#include <string.h>
#include <strings.h>

/* Kinds of SMAddressInfo (TS 32.274 6.1) that are a telephone's or a sender's. */
#define SMS_ADDRESS_KINDS (1u << 1 | 1u << 4 | 1u << 5 | 1u << 6)

#define SUBSCRIPTION_IMSI   1
#define EQUIPMENT_IMEISV    0
#define SERVICE_DIVERSION   6
#define SS_FORWARDING_FIRST 0x20 /* TS 29.002 17.7.5: 0010xxxx */
#define SS_FORWARDING_LAST  0x2F

static struct slice content_text(const struct ber_element *element)
{
    return (struct slice){(const char *)element->content, element->length};
}

static bool skip_scheme(struct slice *uri, const char *scheme)
{
    const size_t length = strlen(scheme);
    if (uri->length < length || strncasecmp(uri->bytes, scheme, length) != 0)
        return false;
    uri->bytes += length;
    uri->length -= length;
    return true;
}

/* The telephone number of a SIP or tel URI (RFC 3261, RFC 3966): its user, up to parameters and domain. Nothing when
 * the user is no number: "anonymous" and names are no telephones. */
static struct slice telephone(struct slice uri)
{
    const struct slice none = {NULL, 0};
    size_t end = 0;
    if (!skip_scheme(&uri, "sip:") && !skip_scheme(&uri, "sips:"))
        skip_scheme(&uri, "tel:");
    if (uri.length == 0 || (uri.bytes[0] != '+' && (unsigned char)(uri.bytes[0] - '0') > 9))
        return none;
    while (end < uri.length && uri.bytes[end] != '@' && uri.bytes[end] != ';' && uri.bytes[end] != '?')
        end++;
    return (struct slice){uri.bytes, end};
}

/* One InvolvedParty: 80 SIP URI, 81 tel URI, 83 E.164 digits. */
static bool add_party(struct text *text, const struct ber_element *party)
{
    const struct slice number = telephone(content_text(party));
    if (party->tag == 0x82 || party->tag > 0x83 || number.length == 0)
        return false;
    if (party->tag == 0x83 && number.bytes[0] != '+' && number.bytes[0] != '0')
        text_add_bytes(text, "+", 1);
    text_add_bytes(text, number.bytes, number.length);
    return true;
}

static void add_first_party(struct text *text, const struct ber_element *list)
{
    struct ber walk = ber_inside(list);
    struct ber_element party;
    while (ber_next(&walk, &party) == BER_ELEMENT)
        if (add_party(text, &party))
            return;
}

/* The member with that tag, somewhere in a constructed element. */
static bool find_member(const struct ber_element *element, uint32_t tag, struct ber_element *member)
{
    struct ber walk = ber_inside(element);
    while (ber_next(&walk, member) == BER_ELEMENT)
        if (member->tag == tag)
            return true;
    return false;
}

/* SMAddressInfo: 80 kind, 81 text. */
static bool add_sms_address(struct text *text, const struct ber_element *address)
{
    struct ber_element member;
    uint64_t kind;
    if (find_member(address, 0x80, &member) &&
        (!ber_unsigned(&member, &kind) || kind > 31 || !(SMS_ADDRESS_KINDS >> kind & 1)))
        return false;
    if (!find_member(address, 0x81, &member) || member.length == 0)
        return false;
    text_add_bytes(text, (const char *)member.content, member.length);
    return true;
}

/* A list of parties has universal SEQUENCEs in it; the first is the party. */
static struct ber_element single_party(const struct ber_element *element)
{
    struct ber_element party;
    return find_member(element, 0x30, &party) ? party : *element;
}

/* OriginatorInfo or RecipientInfo without an MSISDN. */
static void add_other_address(struct text *text, const struct ber_element *party)
{
    struct ber_element member, listed;
    if (find_member(party, 0xA2, &member) && add_sms_address(text, &member))
        return;
    if (find_member(party, 0xA7, &member)) {
        struct ber walk = ber_inside(&member);
        while (ber_next(&walk, &listed) == BER_ELEMENT)
            if (add_sms_address(text, &listed))
                return;
    }
    if (find_member(party, 0xA4, &member))
        add_sms_address(text, &member);
}

static void put_sms_party(struct columns *columns, enum cdr_field field, const struct ber_element *element)
{
    const struct ber_element party = single_party(element);
    struct ber_element msisdn;
    if (find_member(&party, 0x81, &msisdn)) {
        columns_set_address(columns, field, ADDRESS_3GPP, msisdn.content, msisdn.length);
        return;
    }
    struct text text = columns_text(columns, field);
    add_other_address(&text, &party);
    columns_set(columns, field, &text);
}

void ts32298_put_number(struct columns *columns, enum cdr_field field, const struct members *members,
                        enum slot slot)
{
    const struct ber_element *element = &members->elements[slot];
    const uint8_t style = members->styles[slot];
    if (style <= NUMBER_STYLE_ERICSSON) {
        columns_set_address(columns, field, (enum address_style)style, element->content, element->length);
    } else if (style == NUMBER_STYLE_SMS_PARTY) {
        put_sms_party(columns, field, element);
    } else {
        struct text text = columns_text(columns, field);
        add_first_party(&text, element);
        columns_set(columns, field, &text);
    }
}

/* SubscriptionID: 80 kind, 81 text; one, or a list. */
static struct slice find_imsi(const struct ber_element *subscriptions)
{
    struct ber walk = ber_inside(subscriptions);
    struct ber_element one, kind, data;
    uint64_t value;
    while (ber_next(&walk, &one) == BER_ELEMENT) {
        const struct ber_element *subscription = ber_is_constructed(one.tag) ? &one : subscriptions;
        if (find_member(subscription, 0x80, &kind) && ber_unsigned(&kind, &value) &&
            value == SUBSCRIPTION_IMSI && find_member(subscription, 0x81, &data))
            return content_text(&data);
    }
    return (struct slice){NULL, 0};
}

static void put_tbcd(struct columns *columns, enum cdr_field field, const struct ber_element *element)
{
    columns_set_digits(columns, field, octets_tbcd(element->content, element->length));
}

static void put_imsi(struct columns *columns, const struct members *members, enum slot party)
{
    struct ber_element member;
    if (members_has(members, SLOT_IMSI)) {
        put_tbcd(columns, CDR_IMSI, &members->elements[SLOT_IMSI]);
    } else if (members_has(members, SLOT_SUBSCRIPTIONS)) {
        const struct slice imsi = find_imsi(&members->elements[SLOT_SUBSCRIPTIONS]);
        columns_borrow(columns, CDR_IMSI, imsi.bytes, imsi.length);
    } else if (members_has(members, party) && members->styles[party] == NUMBER_STYLE_SMS_PARTY) {
        const struct ber_element single = single_party(&members->elements[party]);
        if (find_member(&single, 0x80, &member))
            put_tbcd(columns, CDR_IMSI, &member);
    }
}

/* TBCD, or digits as text where a session's node took them from a header. */
static void put_imei(struct columns *columns, const struct members *members)
{
    const struct ber_element *imei = &members->elements[SLOT_IMEI];
    if (!members_has(members, SLOT_IMEI) ||
        ts32298_value(members, SLOT_EQUIPMENT_TYPE, EQUIPMENT_IMEISV) != EQUIPMENT_IMEISV)
        return;
    if (imei->length > 8)
        columns_borrow(columns, CDR_IMEI, (const char *)imei->content, imei->length);
    else
        put_tbcd(columns, CDR_IMEI, imei);
}

void ts32298_put_identity(struct columns *columns, const struct members *members, enum slot party)
{
    put_imsi(columns, members, party);
    put_imei(columns, members);
}

static bool is_plmn(const struct ber_element *element)
{
    return element->length == 3 && element->content[0] != 0xFF;
}

/* TS 23.003 4.1: LACs that no location area has; switches write them where there is none (LTE). */
static bool is_area(const uint8_t lac[static 2])
{
    return octets_u16(lac) != 0x0000 && octets_u16(lac) != 0xFFFE;
}

static void put_area_and_cell(struct columns *columns, const struct members *members)
{
    const struct ber_element *area = &members->elements[SLOT_AREA], *cell = &members->elements[SLOT_CELL];
    if (!members_has(members, SLOT_AREA) || !members_has(members, SLOT_CELL) || area->length != 2 ||
        cell->length != 2 || !is_area(area->content))
        return;
    if (members_has(members, SLOT_PLMN) && is_plmn(&members->elements[SLOT_PLMN]))
        columns_set_cell(columns, members->elements[SLOT_PLMN].content, octets_u16(area->content),
                         octets_u16(cell->content));
    else
        columns_set_home_cell(columns, octets_u16(area->content), octets_u16(cell->content));
}

/* Hexadecimal digits as a number; false when some are none. */
static bool parse_hexadecimal(const char *bytes, size_t length, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < length; i++) {
        const char lower = (char)(bytes[i] | 0x20);
        if ((unsigned char)(bytes[i] - '0') > 9 && (lower < 'a' || lower > 'f'))
            return false;
        *value = *value << 4 |
                 (uint64_t)((unsigned char)(bytes[i] - '0') <= 9 ? bytes[i] - '0' : lower - 'a' + 10);
    }
    return true;
}

/* P-Access-Network-Info (TS 24.229 7.2A.4): MCC, MNC, area and cell in one word of digits and hexadecimal digits, whose
 * lengths say which access it is. */
static void put_access_cell(struct columns *columns, struct slice header)
{
    static const char *const names[] = {"utran-cell-id-3gpp=", "cgi-3gpp="};
    static const struct {
        uint8_t area, cell; /* digits */
    } forms[] = {{4, 7}, {4, 4}, {6, 9}};
    const char *value = NULL;
    size_t length = 0;
    for (size_t i = 0; i < ARRAY_COUNT(names) && !value; i++) {
        value = memmem(header.bytes, header.length, names[i], strlen(names[i]));
        value = value ? value + strlen(names[i]) : NULL;
    }
    if (!value)
        return;
    value += value < header.bytes + header.length && *value == '"';
    while (value + length < header.bytes + header.length && value[length] != ';' && value[length] != '"')
        length++;
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        const size_t rest = forms[i].area + forms[i].cell;
        uint64_t area, cell, mcc, mnc;
        struct cdr_cell made;
        if (length != rest + 5 && length != rest + 6)
            continue;
        const size_t plmn = length - rest;
        if (!parse_hexadecimal(value + plmn, forms[i].area, &area) ||
            !parse_hexadecimal(value + plmn + forms[i].area, forms[i].cell, &cell))
            return;
        if (text_parse_u64(value, 3, UINT64_MAX, &mcc) &&
            text_parse_u64(value + 3, plmn - 3, UINT64_MAX, &mnc) &&
            cdr_cell_make(mcc, mnc, plmn - 3, area, cell, &made))
            columns_value(columns, CDR_CELL)->cell = made;
        else
            columns_set_damaged(columns, CDR_CELL);
        return;
    }
}

void ts32298_put_cell(struct columns *columns, const struct members *members)
{
    const struct ber_element *global = &members->elements[SLOT_GLOBAL_CELL];
    const struct ber_element *location = &members->elements[SLOT_USER_LOCATION];
    if (members_has(members, SLOT_GLOBAL_CELL) && global->length == 7 && global->content[0] != 0xFF &&
        is_area(global->content + 3))
        columns_set_cell(columns, global->content, octets_u16(global->content + 3),
                         octets_u16(global->content + 5));
    if (!columns_has(columns, CDR_CELL) && members_has(members, SLOT_USER_LOCATION))
        columns_set_user_location(columns, location->content, location->length);
    if (!columns_has(columns, CDR_CELL))
        put_area_and_cell(columns, members);
    if (!columns_has(columns, CDR_CELL) && members_has(members, SLOT_ACCESS_TEXT))
        put_access_cell(columns, content_text(&members->elements[SLOT_ACCESS_TEXT]));
}

bool ts32298_is_forwarded(const struct members *members)
{
    struct ber_element used, code;
    if (!members_has(members, SLOT_SERVICES))
        return false;
    struct ber walk = ber_inside(&members->elements[SLOT_SERVICES]);
    while (ber_next(&walk, &used) == BER_ELEMENT)
        if (find_member(&used, 0x80, &code) && code.length == 1 && code.content[0] >= SS_FORWARDING_FIRST &&
            code.content[0] <= SS_FORWARDING_LAST)
            return true;
    return false;
}

/* SupplService: 80 kind, A3 the other party. */
bool ts32298_is_diverted(struct members *members)
{
    struct ber_element used, member;
    uint64_t kind;
    if (!members_has(members, SLOT_SERVICES))
        return false;
    struct ber walk = ber_inside(&members->elements[SLOT_SERVICES]);
    while (ber_next(&walk, &used) == BER_ELEMENT) {
        if (!find_member(&used, 0x80, &member) || !ber_unsigned(&member, &kind) || kind != SERVICE_DIVERSION)
            continue;
        if (find_member(&used, 0xA3, &member)) {
            members->present |= (uint64_t)1 << SLOT_DIVERTED_TO;
            members->elements[SLOT_DIVERTED_TO] = member;
            members->styles[SLOT_DIVERTED_TO] = NUMBER_STYLE_PARTY;
        }
        return true;
    }
    return false;
}

bool ts32298_carries_sms(const struct members *members)
{
    static const char type[] = "application/vnd.3gpp.sms";
    struct ber_element body, content_type;
    if (!members_has(members, SLOT_BODIES))
        return false;
    struct ber walk = ber_inside(&members->elements[SLOT_BODIES]);
    while (ber_next(&walk, &body) == BER_ELEMENT)
        if (find_member(&body, 0x80, &content_type) && content_type.length >= sizeof(type) - 1 &&
            strncasecmp((const char *)content_type.content, type, sizeof(type) - 1) == 0)
            return true;
    return false;
}
