/* SPDX-License-Identifier: Apache-2.0
 * Stories between a sender and the gateway, each a text: one step a line, "what happens > what the gateway does".
 *
 * Steps of the sender (a letter is a call record):
 *   send 5 AB       Data Record Transfer, number 5, records A and B, "send"
 *   dup 5 AB        the same, "possibly duplicated"
 *   probe 5         an empty packet; dupprobe 5 with the other command
 *   cancel 9 5,6    number 9: cancel 5 and 6; release 9 5,6
 *   echo 1, alive 1, redirect 1
 *   from N          from here on the sender is 10.0.0.N; port N: its port
 * and of others:
 *   ack 5           the request of number 5 is durable (ack 5,6: both)
 *   answer 128 5,6  passive: the watched gateway answers
 *   after N         N seconds pass
 *   end             the input ends
 *   recall 1        the requests from here on are those of a journal read again; until recall 0
 *   full, down, open
 *   letter          a message of the gateway's own is asked for
 * What the gateway does, in this order: +AB delivered, ?AB held, xAB cancelled, !AB:word lost; then "cause:numbers"
 * for an answer, or its type; "drop" and a word when the message was not taken. */
#include "packets.h"
#include "simsieve/base/text.h"
#include "simsieve/packet/cgf.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

struct story {
    const char *name;
    const char *text;
};

/* The story being told. */
static struct {
    struct cgf *cgf;
    struct cgf_options options;
    char done[4096];
    struct text log;
    int64_t now_ms;
    unsigned sender;
    uint16_t port;
    uint8_t version;
    uint64_t next_tag;
    bool is_recalling; /* requests are a journal's */
} world;

static void note_event(void *owner, const struct cgf_event *event)
{
    static const char marks[] = {[CGF_DELIVER] = '+', [CGF_HOLD] = '?', [CGF_CANCEL] = 'x', [CGF_LOST] = '!'};
    struct gtpp_records records = event->records;
    struct octets record;
    (void)owner;
    text_add(&world.log, "%s%c", world.log.length ? " " : "", marks[event->kind]);
    while (gtpp_next_record(&records, &record)) {
        ck_assert_uint_eq(record.length, 3);
        text_add(&world.log, "%c", record.bytes[0]);
    }
    if (event->kind == CGF_LOST)
        text_add(&world.log, ":%s", packet_drop_word(event->why));
    ck_assert_int_eq(event->ticket != 0, world.options.waits_for_acknowledge);
    ck_assert_uint_eq(event->source->family, ADDRESS_IPV4);
}

/* ---- what the sender writes ---- */

static size_t put_header(uint8_t *bytes, uint8_t type, unsigned sequence, size_t length)
{
    bytes[0] = (uint8_t)(world.version << 5 | 0x0E | (world.version == 0));
    bytes[1] = type;
    octets_put16(bytes + 2, (uint16_t)length);
    octets_put16(bytes + 4, (uint16_t)sequence);
    return 6 + length;
}

/* Records of three octets, the letter first. */
static size_t write_data(uint8_t *bytes, uint8_t command, unsigned sequence, const char *letters)
{
    const size_t count = strlen(letters), content = count ? 4 + 5 * count : 0;
    uint8_t *at = bytes + 6;
    *at++ = 126;
    *at++ = command;
    *at++ = 252;
    octets_put16(at, (uint16_t)content);
    at += 2;
    if (count) {
        memcpy(at, (const uint8_t[]){(uint8_t)count, 1, 0x15, 7}, 4);
        at += 4;
    }
    for (size_t i = 0; i < count; i++, at += 5)
        memcpy(at, (const uint8_t[]){0, 3, (uint8_t)letters[i], 0, 0}, 5);
    return put_header(bytes, GTPP_DATA_REQUEST, sequence, (size_t)(at - bytes) - 6);
}

/* "5,6" as a list of numbers. */
static size_t put_list(uint8_t *bytes, uint8_t type, const char *list)
{
    size_t count = 0;
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        octets_put16(bytes + 3 + 2 * count++, (uint16_t)strtoul(at, NULL, 10));
    bytes[0] = type;
    octets_put16(bytes + 1, (uint16_t)(2 * count));
    return 3 + 2 * count;
}

static size_t write_decision(uint8_t *bytes, uint8_t command, unsigned sequence, const char *list)
{
    bytes[6] = 126;
    bytes[7] = command;
    return put_header(bytes, GTPP_DATA_REQUEST, sequence,
                      2 + put_list(bytes + 8, command == GTPP_CANCEL ? 250 : 249, list));
}

static size_t write_answer(uint8_t *bytes, unsigned cause, const char *list)
{
    bytes[6] = 1;
    bytes[7] = (uint8_t)cause;
    return put_header(bytes, GTPP_DATA_RESPONSE, 1, 2 + put_list(bytes + 8, 253, list));
}

/* ---- what the gateway does ---- */

static void note_letter(const struct cgf_letter *letter)
{
    struct gtpp_message message;
    if (letter->build.length == 0)
        return;
    ck_assert_int_eq(gtpp_parse(letter->build.bytes, letter->build.length, &message), PACKET_NONE);
    ck_assert_uint_eq(letter->destination.octets[3], world.sender);
    ck_assert_uint_eq(letter->destination_port, world.port);
    ck_assert(message.header.type == GTPP_VERSION_NOT_SUPPORTED || message.header.version == world.version);
    text_add(&world.log, "%s", world.log.length ? " " : "");
    switch (message.header.type) {
    case GTPP_DATA_RESPONSE:
        text_add(&world.log, "%u:", message.cause);
        for (size_t i = 0; i < gtpp_sequence_count(message.responded); i++)
            text_add(&world.log, "%s%u", i ? "," : "", gtpp_sequence_at(message.responded, i));
        ck_assert_uint_eq(message.header.sequence, gtpp_sequence_at(message.responded, 0));
        break;
    case GTPP_ECHO_RESPONSE:
        text_add(&world.log, "echoed:%u", message.recovery);
        break;
    case GTPP_REDIRECTION_REQUEST:
        text_add(&world.log, "redirect:%u", message.cause);
        break;
    default:
        text_add(&world.log, "type:%u", message.header.type);
    }
}

static void receive(const uint8_t *bytes, size_t length, bool is_backwards)
{
    const struct address sender = {.octets = {10, 0, 0, (uint8_t)world.sender}, .family = ADDRESS_IPV4};
    const struct address gateway = packet_address("10.0.1.1");
    struct cgf_letter letter;
    uint8_t *copy = malloc(length);
    memcpy(copy, bytes, length);
    const struct cgf_arrival arrival = {.source = is_backwards ? gateway : sender,
                                        .destination = is_backwards ? sender : gateway,
                                        .source_port = is_backwards ? GTPP_PORT : world.port,
                                        .destination_port = is_backwards ? world.port : GTPP_PORT,
                                        .message = {copy, length},
                                        .now_ms = world.now_ms,
                                        .tag = ++world.next_tag};
    if (world.is_recalling) {
        cgf_recall(world.cgf, &arrival);
        free(copy);
        return;
    }
    const enum packet_drop drop = cgf_receive(world.cgf, &arrival, world.options.is_passive ? NULL : &letter);
    free(copy);
    if (!world.options.is_passive)
        note_letter(&letter);
    if (drop)
        text_add(&world.log, "%sdrop:%s", world.log.length ? " " : "", packet_drop_word(drop));
}

static uint64_t ticket_of(unsigned sequence)
{
    return (uint64_t)1 << 63 | (uint64_t)(world.sender - 1) << 32 | (uint64_t)1 << 16 | sequence;
}

static void acknowledge(const char *list)
{
    uint64_t tickets[64];
    size_t count = 0, at = 0;
    for (const char *text = list; text; text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL)
        tickets[count++] = ticket_of((unsigned)strtoul(text, NULL, 10));
    while (at < count) {
        struct cgf_letter letter;
        at += cgf_acknowledge(world.cgf, tickets + at, count - at, &letter);
        note_letter(&letter);
    }
}

static void do_step(const char *step)
{
    static const struct {
        const char *word;
        uint8_t command;
    } commands[] = {{"send", GTPP_SEND},     {"dup", GTPP_SEND_POSSIBLY_DUPLICATED},
                    {"probe", GTPP_SEND},    {"dupprobe", GTPP_SEND_POSSIBLY_DUPLICATED},
                    {"cancel", GTPP_CANCEL}, {"release", GTPP_RELEASE}};
    const struct address elsewhere = packet_address("10.0.1.2");
    uint8_t bytes[4096];
    char word[16] = "", rest[256] = "";
    unsigned number = 0;
    struct cgf_letter letter;
    ck_assert_int_ge(sscanf(step, "%15s %u %255s", word, &number, rest), 1);
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        if (strcmp(word, commands[i].word) == 0) {
            const bool is_decision = commands[i].command >= GTPP_CANCEL;
            receive(bytes,
                    is_decision ? write_decision(bytes, commands[i].command, number, rest)
                                : write_data(bytes, commands[i].command, number, rest),
                    false);
            return;
        }
    if (strcmp(word, "echo") == 0)
        receive(bytes, put_header(bytes, GTPP_ECHO_REQUEST, number, 0), false);
    else if (strcmp(word, "alive") == 0)
        receive(bytes, packet_hex("4e040007000afb00040a000001", bytes, sizeof(bytes)), false);
    else if (strcmp(word, "redirect") == 0)
        receive(bytes, packet_hex("4e060002000a013f", bytes, sizeof(bytes)), false);
    else if (strcmp(word, "bytes") == 0)
        receive(bytes, packet_hex(strchr(step, ' '), bytes, sizeof(bytes)), false);
    else if (strcmp(word, "from") == 0)
        world.sender = number;
    else if (strcmp(word, "port") == 0)
        world.port = (uint16_t)number;
    else if (strcmp(word, "recall") == 0)
        world.is_recalling = number;
    else if (strcmp(word, "version") == 0)
        world.version = (uint8_t)number;
    else if (strcmp(word, "ack") == 0)
        acknowledge(step + 4);
    else if (strcmp(word, "answer") == 0)
        receive(bytes, write_answer(bytes, number, rest), true);
    else if (strcmp(word, "restarts") == 0) {
        memcpy(bytes + 6, (const uint8_t[]){14, (uint8_t)number}, 2);
        receive(bytes, put_header(bytes, GTPP_ECHO_RESPONSE, (unsigned)strtoul(rest, NULL, 10), 2), false);
    } else if (strcmp(word, "redirected") == 0) {
        memcpy(bytes + 6, (const uint8_t[]){1, 128}, 2);
        receive(bytes, put_header(bytes, GTPP_REDIRECTION_RESPONSE, number, 2), false);
    } else if (strcmp(word, "after") == 0)
        cgf_expire(world.cgf, world.now_ms += number * INT64_C(1000));
    else if (strcmp(word, "end") == 0)
        cgf_expire(world.cgf, INT64_MAX);
    else if (strcmp(word, "full") == 0)
        cgf_set_state(world.cgf, CGF_FULL, &elsewhere);
    else if (strcmp(word, "down") == 0)
        cgf_set_state(world.cgf, CGF_GOING_DOWN, &elsewhere);
    else if (strcmp(word, "open") == 0)
        cgf_set_state(world.cgf, CGF_OPEN, &elsewhere);
    else if (strcmp(word, "letter") == 0 && cgf_next_letter(world.cgf, world.now_ms, &letter))
        note_letter(&letter);
    else
        ck_assert_msg(strcmp(word, "letter") == 0, "no such step: %s", step);
}

static void tell_story(const struct story *story, struct cgf_options options)
{
    struct error error;
    options.secret = (struct hash_key){5, 6};
    options.event = note_event;
    options.restarts = 42;
    if (!options.peer_count)
        options.peer_count = 8;
    if (!options.quarantine_bytes)
        options.quarantine_bytes = 1u << 20;
    options.quarantine_ms = 3600 * 1000;
    options.confirm_ms = 30 * 1000;
    options.retry_ms = 5 * 1000;
    memset(&world, 0, sizeof(world));
    world.options = options;
    world.sender = 1;
    world.port = 3385;
    world.version = 2;
    world.cgf = cgf_create(&options, &error);
    ck_assert_ptr_nonnull(world.cgf);
    for (const char *line = story->text; *line;) {
        char step[256] = "", expected[256] = "";
        const char *end = strchrnul(line, '\n');
        const char *mark = memchr(line, '>', (size_t)(end - line));
        snprintf(step, sizeof(step), "%.*s", (int)((mark ? mark : end) - line), line);
        if (mark && mark + 2 < end)
            snprintf(expected, sizeof(expected), "%.*s", (int)(end - mark - 2), mark + 2);
        world.log = text_over(world.done, sizeof(world.done));
        do_step(step);
        ck_assert_msg(strcmp(world.done, expected) == 0, "%s: '%s' gave '%s', not '%s'", story->name, step,
                      world.done, expected);
        line = *end ? end + 1 : end;
    }
}

static void close_world(void)
{
    cgf_destroy(world.cgf);
}

static const struct story active[] = {
    {"plain", "send 1 AB > +AB 128:1\n"
              "send 2 C > +C 128:2\n"},
    {"every version", "version 0\nsend 1 A > +A 128:1\nversion 1\nsend 2 B > +B 128:2\n"},
    {"a journal read again", "dup 3 C > ?C 128:3\n"
                             "dup 4 D > ?D 128:4\n"
                             "recall 1\n"
                             "send 1 AB\n"
                             "send 3 C\n"
                             "cancel 6 4\n"
                             "bytes 4e010000ffff\n" /* none of its requests */
                             "recall 0\n"
                             "send 1 AB > 253:1\n"
                             "send 1 C > +C 128:1\n"
                             "cancel 6 4 > 253:6\n"
                             "release 7 3,4 > 254:7\n"},
    {"repeated", "send 1 AB > +AB 128:1\n"
                 "send 1 AB > 253:1\n"
                 "send 1 AB > 253:1\n"},
    {"answer was lost, then from another port", "send 1 A > +A 128:1\n"
                                                "port 4000\n"
                                                "send 1 A > +A 128:1\n"},
    {"two senders", "send 1 A > +A 128:1\nfrom 2\nsend 1 B > +B 128:1\nsend 1 B > 253:1\n"},
    {"numbers used again", "send 1 A > +A 128:1\n"
                           "send 1 B > +B 128:1\n"
                           "send 1 B > 253:1\n"},
    {"sequence wraps", "send 65535 A > +A 128:65535\n"
                       "send 0 B > +B 128:0\n"
                       "send 65535 A > 253:65535\n"
                       "send 0 B > 253:0\n"},
    {"the window slides", "send 1 A > +A 128:1\n"
                          "send 4097 B > +B 128:4097\n"
                          "send 4097 B > 253:4097\n"
                          "send 1 A > +A 128:1\n"}, /* 4,096 requests later it is a new one */
    {"held and released", "dup 5 AB > ?AB 128:5\n"
                          "dup 6 C > ?C 128:6\n"
                          "release 7 5,6 > +AB +C 128:7\n"
                          "release 7 5,6 > 253:7\n"
                          "release 8 5 > 254:8\n"},
    {"held and cancelled", "dup 5 AB > ?AB 128:5\n"
                           "cancel 6 5 > xAB 128:6\n"
                           "cancel 6 5 > 253:6\n"
                           "release 7 5 > 254:7\n"},
    {"held twice", "dup 5 AB > ?AB 128:5\ndup 5 AB > 252:5\nrelease 6 5 > +AB 128:6\ndup 5 AB > 252:5\n"},
    {"some unknown", "dup 5 A > ?A 128:5\n"
                     "release 6 4,5,9 > +A 254:6\n"
                     "release 6 4,5,9 > 254:6\n"},
    {"plain after possibly duplicated", "dup 5 A > ?A 128:5\nsend 5 A > +A 128:5\nsend 5 A > 253:5\n"},
    {"possibly duplicated after plain", "send 5 A > +A 128:5\ndup 5 A > 252:5\n"},
    {"held number used again", "dup 5 A > ?A 128:5\n"
                               "dup 5 B > !A:cgf_undecided ?B 128:5\n"
                               "release 6 5 > +B 128:6\n"},
    {"held beyond the window", "dup 5 A > ?A 128:5\n"
                               "send 4101 B > +B 128:4101\n"
                               "dup 5 A > 252:5\n"
                               "probe 5 > 252:5\n"
                               "release 6 5 > +A 128:6\n"},
    {"of another sender",
     "dup 5 A > ?A 128:5\nfrom 2\nrelease 6 5 > 254:6\nfrom 1\nrelease 6 5 > +A 128:6\n"},
    {"an empty list", "release 6 99999 > 254:6\n"},
    {"probes", "probe 1 > 128:1\n"
               "send 1 A > +A 128:1\n"
               "probe 1 > 253:1\n"
               "dupprobe 1 > 252:1\n"
               "dupprobe 2 > 128:2\n"
               "dup 2 B > ?B 128:2\n"
               "probe 2 > 252:2\n"
               "dupprobe 2 > 252:2\n"},
    {"the path that came back", /* primary's view: the sender asks for what it never got an answer to */
     "send 1 A > +A 128:1\nprobe 1 > 253:1\nprobe 2 > 128:2\n"},
    {"undecided", "dup 5 A > ?A 128:5\nafter 3599\nafter 1 > !A:cgf_undecided\nrelease 6 5 > 254:6\n"},
    {"undecided at the end",
     "dup 5 A > ?A 128:5\ndup 6 B > ?B 128:6\nend > !A:cgf_undecided !B:cgf_undecided\n"},
    {"other messages", "echo 3 > echoed:42\nalive > type:5\nredirect > type:7\n"},
    {"full", "send 1 A > +A 128:1\n"
             "full\n"
             "send 2 B > 199:2 drop:cgf_closed\n"
             "send 1 A > 253:1\n"
             "dup 3 C > 199:3 drop:cgf_closed\n"
             "open\n"
             "send 2 B > +B 128:2\n"},
    {"released while going down", "dup 1 A > ?A 128:1\ndown\nrelease 2 1 > +A 128:2\n"},
    {"redirection", "letter\n"
                    "send 1 A > +A 128:1\n"
                    "letter\n"
                    "down\n"
                    "letter > redirect:63\n"
                    "letter\n"
                    "after 5\n"
                    "letter > redirect:63\n"
                    "letter\n"
                    "after 5\n"
                    "letter > redirect:63\n"
                    "letter\n"
                    "after 5\n"
                    "letter\n"
                    "full\n"
                    "letter > redirect:61\n"
                    "redirected 1\n" /* the second request of ours has number 1 */
                    "after 5\n"
                    "letter\n"},
    {"damage is answered with its cause",
     "bytes 4ef000000009 > 202:9 drop:gtpp_ie_missing\n"
     "bytes 4ef0000200097e09 > 201:9 drop:gtpp_ie_value\n"
     "bytes 4ef0000c00097e01fc00070201150700 01aa > 177:9 drop:gtpp_record_length\n"
     "bytes 4ef0000c00097e01fc000701021507 0001aa > 177:9 drop:gtpp_format\n"
     "bytes 4ef0000400090f000000 > 193:9 drop:gtpp_ie_unknown\n"
     "bytes 4e0600000009 > type:7 drop:gtpp_ie_missing\n"
     "bytes 6ef000000009 > type:3 drop:gtpp_version\n"
     "bytes 6e0300000009 > drop:gtpp_version\n" /* never an answer to an answer */
     "bytes 6ef100000009 > drop:gtpp_version\n"
     "bytes 4ef100000009 > drop:gtpp_ie_missing\n"
     "bytes 5ef000000009 > drop:gtpp_not_prime\n"
     "bytes 4ef0000100 > drop:gtpp_short\n"
     "bytes 4e0900000009 > drop:gtpp_type\n"
     "bytes 4e0400000009 > drop:gtpp_ie_missing\n"},
    {"a length that leaves the header out", "bytes 4ef0000e00097e01fc000501011507000341000000 > +A 128:9\n"},
};

START_TEST(an_active_gateway_answers)
{
    tell_story(&active[_i], (struct cgf_options){0});
    close_world();
}
END_TEST

static const struct story waiting[] = {
    {"durable first", "send 1 A > +A\n"
                      "send 1 A\n" /* asked again, not answered yet */
                      "probe 1\n"  /* nor this */
                      "ack 1 > 128:1\n"
                      "ack 1\n" /* once */
                      "send 1 A > 253:1\n"
                      "probe 1 > 253:1\n"},
    {"several in one answer", "send 1 A > +A\nsend 2 B > +B\ndup 3 C > ?C\nack 1,2,3 > 128:1,2,3\n"},
    {"in any order", "send 1 A > +A\nsend 2 B > +B\nack 2 > 128:2\nack 1 > 128:1\n"},
    {"other causes apart", "dup 1 A > ?A\n"
                           "ack 1 > 128:1\n"
                           "release 2 1,9 > +A\n"
                           "send 3 B > +B\n"
                           "ack 2,3 > 254:2 128:3\n"},
    {"other versions apart", "version 1\nsend 1 A > +A\nack 7,1,8 > 128:1\n"},
    {"held until durable, then until released", "dup 1 A > ?A\n"
                                                "dup 1 A\n"
                                                "ack 1 > 128:1\n"
                                                "dup 1 A > 252:1\n"
                                                "release 2 1 > +A\n"
                                                "release 2 1\n"
                                                "ack 2 > 128:2\n"
                                                "release 2 1 > 253:2\n"},
    {"released before it is durable", "dup 1 A > ?A\n"
                                      "release 2 1 > +A\n"
                                      "ack 1,2 > 128:1,2\n"
                                      "dup 1 A > 252:1\n"},
    {"cancelled", "dup 1 A > ?A\nack 1 > 128:1\ncancel 2 1 > xA\nack 2 > 128:2\n"},
    {"nothing to keep", "release 2 1 > 254:2\necho 3 > echoed:42\nprobe 4 > 128:4\n"},
    {"the window is full of what is not durable", "send 1 A > +A\n"
                                                  "send 4097 B > 199:4097 drop:cgf_window\n"
                                                  "send 1 C > 199:1 drop:cgf_window\n"
                                                  "ack 1 > 128:1\n"
                                                  "send 4097 B > +B\n"},
};

START_TEST(an_answer_waits_until_the_records_are_durable)
{
    tell_story(&waiting[_i], (struct cgf_options){.waits_for_acknowledge = true});
    close_world();
}
END_TEST

static const struct story passive[] = {
    {"a journal read again", "recall 1\nsend 1 AB\nrecall 0\nsend 1 AB\nanswer 253 1\nend\n"},
    {"answered", "send 1 AB\nanswer 128 1 > +AB\nsend 1 AB\nsend 2 C\nsend 3 D\nanswer 128 2,3 > +C +D\n"},
    {"every success", "send 1 A\nanswer 252 1 > +A\nsend 2 B\nanswer 253 2 > +B\n"},
    {"refused, then taken", "send 1 A\nanswer 199 1 > xA\nsend 1 A\nanswer 128 1 > +A\n"},
    {"refused at the first, released at the second", /* other gateways are other senders' tables */
     "send 1 A\nanswer 199 1 > xA\nend\n"},
    {"answered before it was seen", "answer 128 1\nsend 1 A\nanswer 128 1 > +A\n"},
    {"one way only", "send 1 A\n"
                     "after 29\n"
                     "after 1 > +A\n"
                     "send 1 A\n"
                     "send 2 B > +B\n" /* nothing is to be waited for */
                     "send 2 B\n"
                     "answer 128 2\n" /* it was the start of the capture only */
                     "send 3 C\n"
                     "answer 128 3 > +C\n"},
    {"the answer was lost", "send 1 A\nanswer 128 1 > +A\nsend 2 B\nafter 30 > +B\n"},
    {"never answered", "send 1 A\n"
                       "answer 128 1 > +A\n"
                       "send 2 B\n"
                       "after 20\n"
                       "send 2 B\n"
                       "after 20\n"
                       "send 2 B\n"
                       "after 30 > !B:cgf_unconfirmed\n"
                       "send 2 B\n" /* a new attempt */
                       "answer 128 2 > +B\n"},
    {"decided at the end", "send 1 A\nsend 2 B\nend > +A +B\n"},
    {"held, then released", "dup 1 A > ?A\nanswer 128 1\nrelease 2 1 > +A\nanswer 128 2\n"},
    {"held, then cancelled", "dup 1 A > ?A\ncancel 2 1 > xA\nend\n"},
    {"held, refused", "dup 1 A > ?A\nanswer 199 1 > xA\n"},
    {"held, undecided", "dup 1 A > ?A\nanswer 128 1\nend > !A:cgf_undecided\n"},
    {"number used again while it waits", "send 1 A\nsend 1 B > +A\nanswer 128 1 > +B\n"},
    {"beyond the window while it waits", "send 1 A\nsend 4097 B\nsend 1 A\nanswer 128 1,4097 > +A +B\n"},
    {"nothing is answered", "echo 1\nalive\nredirect\nprobe 1\nbytes 6e0100000009 > drop:gtpp_version\n"},
};

START_TEST(a_passive_gateway_learns_from_the_answers_it_sees)
{
    tell_story(&passive[_i], (struct cgf_options){.is_passive = true});
    close_world();
}
END_TEST

START_TEST(a_restarted_sender_uses_its_numbers_anew)
{
    const struct story story = {"restart", "send 5 A > +A 128:5\n"
                                           "dup 6 B > ?B 128:6\n"
                                           "restarts 7 0\n" /* not asked for */
                                           "after 60\n"
                                           "letter > type:1\n"
                                           "restarts 7 9\n" /* not the number asked with */
                                           "restarts 7 0\n"
                                           "send 5 A > 253:5\n"
                                           "after 60\n"
                                           "letter > type:1\n"
                                           "restarts 8 1\n"
                                           "probe 5 > 128:5\n"
                                           "send 5 A > +A 128:5\n"
                                           "release 7 6 > +B 128:7\n"}; /* what it left is still there */
    tell_story(&story, (struct cgf_options){.echo_ms = 60000});
    ck_assert_uint_eq(cgf_counters(world.cgf)->restarted, 1);
    close_world();
}
END_TEST

START_TEST(everything_is_counted)
{
    const struct story story = {"counters", "send 1 AB > +AB 128:1\n"
                                            "send 1 AB > 253:1\n"
                                            "send 1 C > +C 128:1\n"
                                            "dup 2 D > ?D 128:2\n"
                                            "dup 3 E > ?E 128:3\n"
                                            "dup 4 FG > ?FG 128:4\n"
                                            "release 5 2,9 > +D 254:5\n"
                                            "cancel 6 3 > xE 128:6\n"
                                            "probe 7 > 128:7\n"
                                            "bytes 4ef00000000a > 202:10 drop:gtpp_ie_missing\n"};
    tell_story(&story, (struct cgf_options){0});
    const struct cgf_counters *counters = cgf_counters(world.cgf);
    ck_assert_uint_eq(counters->messages, 10);
    ck_assert_uint_eq(counters->packets, 5);
    ck_assert_uint_eq(counters->records, 4);
    ck_assert_uint_eq(counters->repeated, 1);
    ck_assert_uint_eq(counters->reused, 1);
    ck_assert_uint_eq(counters->held, 3);
    ck_assert_uint_eq(counters->released, 1);
    ck_assert_uint_eq(counters->cancelled, 1);
    ck_assert_uint_eq(counters->unknown_decisions, 1);
    ck_assert_uint_eq(counters->probes, 1);
    ck_assert_uint_eq(counters->drops[PACKET_GTPP_IE_MISSING], 1);
    ck_assert_uint_eq(cgf_waiting_count(world.cgf), 1);
    ck_assert_uint_eq(cgf_waiting_bytes(world.cgf), 4 + 2 * 5);
    cgf_expire(world.cgf, INT64_MAX);
    ck_assert_uint_eq(counters->drops[PACKET_CGF_UNDECIDED], 1);
    ck_assert_uint_eq(cgf_waiting_count(world.cgf), 0);
    close_world();
}
END_TEST

START_TEST(a_full_table_of_senders_makes_room_unless_something_waits)
{
    const struct story story = {"senders", "send 1 A > +A 128:1\n"
                                           "from 2\ndup 1 B > ?B 128:1\n"
                                           "from 1\nsend 2 C > +C 128:2\n"
                                           "from 3\nsend 1 D > +D 128:1\n" /* in place of 1: 2 waits */
                                           "from 4\ndup 1 E > ?E 128:1\n"  /* in place of 3 */
                                           "from 5\nsend 1 F > 199:1 drop:cgf_peers\n"
                                           "from 2\nrelease 2 1 > +B 128:2\n"
                                           "from 5\nsend 1 F > +F 128:1\n"};
    tell_story(&story, (struct cgf_options){.peer_count = 2});
    ck_assert_uint_eq(cgf_counters(world.cgf)->evicted, 3);
    ck_assert_uint_eq(cgf_counters(world.cgf)->drops[PACKET_CGF_PEERS], 1);
    close_world();
}
END_TEST

START_TEST(a_full_quarantine_refuses)
{
    const struct story story = {"quarantine", "dup 1 A > ?A 128:1\n"
                                              "dup 2 B > ?B 128:2\n"
                                              "dup 3 C > 199:3 drop:cgf_quarantine\n"
                                              "send 4 D > +D 128:4\n"
                                              "cancel 5 1 > xA 128:5\n"
                                              "dup 3 C > ?C 128:3\n"};
    tell_story(&story, (struct cgf_options){.quarantine_bytes = 1024});
    close_world();
    const struct story watched = {"watched", "send 1 A\n"
                                             "send 2 B\n"
                                             "send 3 C > +A\n" /* the oldest goes on unconfirmed */
                                             "dup 4 D > +B ?D\n"
                                             "dup 5 E > +C ?E\n"
                                             "dup 6 F > drop:cgf_quarantine\n"
                                             "send 7 G > +G\n"};
    tell_story(&watched, (struct cgf_options){.is_passive = true, .quarantine_bytes = 1024});
    ck_assert_uint_eq(cgf_counters(world.cgf)->drops[PACKET_CGF_QUARANTINE], 1);
    ck_assert_uint_eq(cgf_counters(world.cgf)->unconfirmed, 4);
    close_world();
}
END_TEST

START_TEST(over_tcp_a_sender_is_its_address)
{
    const struct cgf_options options = {.peer_count = 4,
                                        .quarantine_bytes = 4096,
                                        .quarantine_ms = 1000,
                                        .event = note_event,
                                        .secret = {1, 1}};
    struct error error;
    uint8_t bytes[64];
    memset(&world, 0, sizeof(world));
    world.version = 2;
    world.log = text_over(world.done, sizeof(world.done));
    struct cgf *cgf = cgf_create(&options, &error);
    for (uint16_t port = 1000; port < 1003; port++) {
        struct cgf_letter letter;
        const size_t length = write_data(bytes, GTPP_SEND, 1, "A");
        const struct cgf_arrival arrival = {.source = packet_address("10.0.0.1"),
                                            .destination = packet_address("10.0.1.1"),
                                            .source_port = port,
                                            .destination_port = GTPP_PORT,
                                            .is_tcp = true,
                                            .message = {bytes, length}};
        ck_assert_int_eq(cgf_receive(cgf, &arrival, &letter), PACKET_NONE);
        ck_assert_uint_eq(letter.destination_port, port);
        ck_assert(letter.is_tcp);
    }
    ck_assert_str_eq(world.done, "+A");
    ck_assert_uint_eq(cgf_counters(cgf)->repeated, 2);
    cgf_destroy(cgf);
}
END_TEST

START_TEST(a_journal_read_again_gives_the_state_before)
{
    const struct cgf_options options = {.waits_for_acknowledge = true,
                                        .peer_count = 4,
                                        .quarantine_bytes = 4096,
                                        .quarantine_ms = 1000,
                                        .event = NULL,
                                        .secret = {1, 1}};
    struct error error;
    uint8_t bytes[3][64];
    struct cgf_arrival arrival = {
        .source = packet_address("10.0.0.1"), .destination = packet_address("10.0.1.1"), .source_port = 5};
    memset(&world, 0, sizeof(world));
    world.version = 2;
    world.log = text_over(world.done, sizeof(world.done));
    struct cgf_options noted = options;
    noted.event = note_event;
    struct cgf *cgf = cgf_create(&noted, &error);
    const size_t lengths[] = {write_data(bytes[0], GTPP_SEND, 1, "A"),
                              write_data(bytes[1], GTPP_SEND_POSSIBLY_DUPLICATED, 2, "B"),
                              write_decision(bytes[2], GTPP_RELEASE, 3, "2")};
    for (size_t i = 0; i < 2; i++) {
        arrival.message = (struct octets){bytes[i], lengths[i]};
        ck_assert_int_eq(cgf_receive(cgf, &arrival, NULL), PACKET_NONE);
    }
    ck_assert_str_eq(world.done, "+A ?B");
    /* From now on senders are answered. */
    struct cgf_letter letter;
    struct gtpp_message message;
    arrival.message = (struct octets){bytes[0], lengths[0]};
    cgf_receive(cgf, &arrival, &letter);
    ck_assert_int_eq(gtpp_parse(letter.build.bytes, letter.build.length, &message), PACKET_NONE);
    ck_assert_uint_eq(message.cause, GTPP_CAUSE_FULFILLED);
    world.options.waits_for_acknowledge = true;
    arrival.message = (struct octets){bytes[2], lengths[2]};
    cgf_receive(cgf, &arrival, &letter);
    ck_assert_uint_eq(letter.build.length, 0);
    ck_assert_str_eq(world.done, "+A ?B +B");
    cgf_destroy(cgf);
}
END_TEST

START_TEST(tickets_that_mean_nothing_are_answered_by_nothing)
{
    const struct story story = {"tickets", "send 1 A > +A\n"};
    struct cgf_letter letter;
    tell_story(&story, (struct cgf_options){.waits_for_acknowledge = true});
    const uint64_t wrong[] = {
        0, 1, UINT64_MAX, ticket_of(2), ticket_of(1) + 65536, ticket_of(1) + (1ull << 32)};
    ck_assert_uint_eq(cgf_acknowledge(world.cgf, wrong, ARRAY_COUNT(wrong), &letter), ARRAY_COUNT(wrong));
    ck_assert_uint_eq(letter.build.length, 0);
    ck_assert_uint_eq(cgf_acknowledge(world.cgf, wrong, 0, &letter), 0);
    close_world();
}
END_TEST

START_TEST(more_than_one_answer_can_hold_are_several)
{
    uint64_t tickets[3 * GTPP_RESPONDED_MAX];
    struct cgf_letter letter;
    struct gtpp_message message;
    uint8_t bytes[64];
    const struct story story = {"many", ""};
    tell_story(&story, (struct cgf_options){.waits_for_acknowledge = true});
    for (unsigned i = 0; i < ARRAY_COUNT(tickets); i++) {
        world.log = text_over(world.done, sizeof(world.done));
        receive(bytes, write_data(bytes, GTPP_SEND, i, "A"), false);
        tickets[i] = ticket_of(i);
    }
    for (size_t at = 0; at < ARRAY_COUNT(tickets); at += GTPP_RESPONDED_MAX) {
        ck_assert_uint_eq(cgf_acknowledge(world.cgf, tickets + at, ARRAY_COUNT(tickets) - at, &letter),
                          GTPP_RESPONDED_MAX);
        ck_assert_int_eq(gtpp_parse(letter.build.bytes, letter.build.length, &message), PACKET_NONE);
        ck_assert_uint_eq(gtpp_sequence_count(message.responded), GTPP_RESPONDED_MAX);
    }
    close_world();
}
END_TEST

/* 200,000 requests, each sent twice: every record is delivered once, whatever the numbers do. */
START_TEST(numbers_wrap_three_times_and_every_record_comes_once)
{
    const struct story story = {"wrap", ""};
    uint8_t bytes[64];
    tell_story(&story, (struct cgf_options){0});
    for (unsigned i = 0; i < 200000; i++) {
        const char letters[] = {(char)('A' + i % 26), (char)('A' + i / 26 % 26), (char)('A' + i / 676 % 26),
                                0};
        for (int twice = 0; twice < 2; twice++) {
            world.log = text_over(world.done, sizeof(world.done));
            receive(bytes, write_data(bytes, GTPP_SEND, i & 0xFFFF, letters), false);
        }
    }
    ck_assert_uint_eq(cgf_counters(world.cgf)->records, 600000);
    ck_assert_uint_eq(cgf_counters(world.cgf)->repeated, 200000);
    close_world();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/cgf");
    TCase *tests = tcase_create("cgf");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, an_active_gateway_answers, 0, ARRAY_COUNT(active));
    tcase_add_loop_test(tests, an_answer_waits_until_the_records_are_durable, 0, ARRAY_COUNT(waiting));
    tcase_add_loop_test(tests, a_passive_gateway_learns_from_the_answers_it_sees, 0, ARRAY_COUNT(passive));
    tcase_add_test(tests, a_restarted_sender_uses_its_numbers_anew);
    tcase_add_test(tests, everything_is_counted);
    tcase_add_test(tests, a_full_table_of_senders_makes_room_unless_something_waits);
    tcase_add_test(tests, a_full_quarantine_refuses);
    tcase_add_test(tests, over_tcp_a_sender_is_its_address);
    tcase_add_test(tests, a_journal_read_again_gives_the_state_before);
    tcase_add_test(tests, tickets_that_mean_nothing_are_answered_by_nothing);
    tcase_add_test(tests, more_than_one_answer_can_hold_are_several);
    tcase_add_test(tests, numbers_wrap_three_times_and_every_record_comes_once);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
