/* SPDX-License-Identifier: Apache-2.0
 * TCP connections in the words of RFC 9293: scripts of segments, and then a network that loses, doubles and reorders. The peer
 * is written here from the RFC and shares nothing with the code. */
#include "chance.h"
#include "packets.h"
#include "suite.h"

#include "simsieve/base/text.h"
#include "simsieve/packet/listener.h"

#include <stdio.h>
#include <stdlib.h>

#define OWN_PORT   3386
#define COUNT      3 /* connections */
#define IDLE_MS    600000
#define EVICT_MS   30000
#define LINGER_MS  2000
#define PAYLOAD    200000
#define SENT_MAX   64
#define LINE_BYTES 80

struct sent {
    struct segment segment;
    uint16_t peer_port;
    uint8_t bytes[1500];
};

static struct listener *listener;
static struct error error;
static int64_t now_ms;
static struct address own, peer;
static uint32_t peer_first, own_first; /* initial sequence numbers */
static bool is_ipv6;
static uint8_t payload[PAYLOAD];

/* What was sent and not looked at. */
static struct sent sent[SENT_MAX];
static size_t sent_count;

/* The consumer. */
static bool takes, echoes;
static uint64_t came;

static uint8_t byte_at(uint64_t place)
{
    return (uint8_t)(hash_fixed(place) % 255); /* never 255 */
}

static size_t take(void *owner, const struct frame *from, struct octets bytes)
{
    (void)owner;
    ck_assert(address_equal(&from->destination, &own));
    ck_assert_uint_gt(bytes.length, 0);
    if (bytes.bytes[0] == 255)
        return LISTENER_RESET;
    if (!takes)
        return 0;
    for (size_t i = 0; i < bytes.length; i++)
        ck_assert_uint_eq(bytes.bytes[i], byte_at(came + i));
    came += bytes.length;
    if (echoes)
        ck_assert(
            listener_send(listener, &own, &from->source, from->source_port, (struct octets){bytes.bytes, 1}));
    return bytes.length;
}

static void note(void *owner, const struct segment *segment)
{
    (void)owner;
    ck_assert_uint_lt(sent_count, SENT_MAX);
    ck_assert_uint_le(segment->payload.length, sizeof(sent[0].bytes));
    ck_assert(address_equal(segment->source, &own));
    ck_assert_uint_eq(segment->source_port, OWN_PORT);
    struct sent *next = &sent[sent_count++];
    next->segment = *segment;
    next->peer_port = segment->destination_port;
    if (segment->payload.length > 0)
        memcpy(next->bytes, segment->payload.bytes, segment->payload.length);
}

static void start(struct hash_key secret)
{
    const struct listener_options options = {.connection_count = COUNT,
                                             .idle_ms = IDLE_MS,
                                             .evict_ms = EVICT_MS,
                                             .linger_ms = LINGER_MS,
                                             .secret = secret,
                                             .take = take,
                                             .send = note};
    listener_destroy(listener);
    listener = listener_create(&options, &error);
    ck_assert_ptr_nonnull(listener);
    now_ms = 1000000;
    sent_count = 0;
    own_first = 0;
    came = 0;
    takes = true;
    echoes = false;
}

static void set_up(void)
{
    own = packet_address("10.0.1.1");
    peer = packet_address("10.0.0.1");
    is_ipv6 = false;
    peer_first = 5000;
    for (size_t i = 0; i < PAYLOAD; i++)
        payload[i] = byte_at(i);
    start((struct hash_key){1, 2});
}

static void tear_down(void)
{
    listener_destroy(listener);
    listener = NULL;
}

static const struct listener_counters *counters(void)
{
    return listener_counters(listener);
}

/* ---- segments ---- */

static uint8_t flags_of(const char *letters)
{
    static const char all[] = "FSRPAU";
    uint8_t flags = 0;
    for (; *letters; letters++) {
        const char *letter = strchr(all, *letters);
        ck_assert_ptr_nonnull(letter);
        flags |= (uint8_t)(1u << (letter - all));
    }
    return flags;
}

/* A segment whose octets are those of the stream at its place. */
static struct frame frame_of(uint16_t port, const char *flags, uint32_t sequence, uint32_t acknowledgement,
                             size_t length, uint16_t window)
{
    return (struct frame){
        .source = peer,
        .destination = own,
        .source_port = port,
        .destination_port = OWN_PORT,
        .protocol = FRAME_TCP,
        .tcp_flags = flags_of(flags),
        .tcp_sequence = peer_first + sequence,
        .tcp_acknowledgement = own_first + acknowledgement,
        .tcp_window = window,
        .payload = {payload + (sequence > 0 && sequence < PAYLOAD ? sequence - 1 : 0), length}};
}

static void give(uint16_t port, const char *flags, uint32_t sequence, uint32_t acknowledgement, size_t length)
{
    const struct frame frame = frame_of(port, flags, sequence, acknowledgement, length, UINT16_MAX);
    listener_take(listener, &frame, now_ms);
}

static void settle_after(int64_t ms)
{
    now_ms += ms;
    listener_settle(listener, now_ms);
}

/* What was sent, "FLAGS SEQUENCE ACKNOWLEDGEMENT LENGTH wWINDOW", numbers from the initial ones; "m": with the right size. */
static void describe(const struct sent *one, char line[static LINE_BYTES])
{
    const struct segment *segment = &one->segment;
    struct text text = text_over(line, LINE_BYTES);
    if (segment->flags & FRAME_TCP_SYN)
        own_first = segment->sequence;
    for (unsigned i = 0; i < 5; i++)
        if (segment->flags & 1u << i)
            text_add(&text, "%c", "FSRPA"[i]);
    const bool has_acknowledgement = segment->flags & FRAME_TCP_ACK;
    text_add(&text, " %d %d %zu w%u", (int32_t)(segment->sequence - own_first),
             has_acknowledgement ? (int32_t)(segment->acknowledgement - peer_first) : 0,
             segment->payload.length, segment->window);
    if (segment->largest)
        text_add(&text, "%s", segment->largest == (is_ipv6 ? 1440 : 1460) ? " m" : " m?");
}

static void check_next(const char *wanted)
{
    char line[LINE_BYTES] = "nothing";
    if (sent_count > 0) {
        describe(&sent[0], line);
        memmove(sent, sent + 1, --sent_count * sizeof(sent[0]));
    }
    ck_assert_str_eq(line, wanted);
}

static void check_none(void)
{
    char line[LINE_BYTES];
    if (sent_count == 0)
        return;
    describe(&sent[0], line);
    ck_abort_msg("sent what nobody wanted: %s", line);
}

static void open_from(uint16_t port)
{
    const uint64_t opened = counters()->opened;
    give(port, "S", 0, 0, 0);
    check_next("SA 0 1 0 w65535 m");
    give(port, "A", 1, 1, 0);
    check_none();
    ck_assert_uint_eq(counters()->opened, opened + 1);
}

/* ---- scripts ---- */

/* One line each:
 *   > FLAGS SEQ ACK LENGTH [WINDOW]   comes; then nothing may have been sent that is not looked at
 *   < ...                             was sent
 *   + MS                              time passes, and the listener settles
 *   send N, stop, go, echo, close     what the consumer does
 *   came N, count N                   bytes that the consumer has taken, connections */
static void run_line(const char *line)
{
    char flags[8];
    long long number;
    unsigned sequence, acknowledgement, window = UINT16_MAX;
    size_t length;
    if (sscanf(line, "> %7s %u %u %zu %u", flags, &sequence, &acknowledgement, &length, &window) >= 4) {
        check_none();
        const struct frame frame =
            frame_of(40000, flags, sequence, acknowledgement, length, (uint16_t)window);
        listener_take(listener, &frame, now_ms);
    } else if (line[0] == '<') {
        check_next(line + 2);
    } else if (sscanf(line, "+ %lld", &number) == 1) {
        check_none();
        settle_after(number);
    } else if (sscanf(line, "send %lld", &number) == 1) {
        ck_assert(listener_send(listener, &own, &peer, 40000, (struct octets){payload, (size_t)number}));
    } else if (sscanf(line, "came %lld", &number) == 1) {
        ck_assert_uint_eq(came, (uint64_t)number);
    } else if (sscanf(line, "count %lld", &number) == 1) {
        ck_assert_uint_eq(listener_count(listener), (uint64_t)number);
    } else if (strcmp(line, "stop") == 0 || strcmp(line, "go") == 0) {
        takes = line[0] == 'g';
        listener_resume(listener);
    } else if (strcmp(line, "echo") == 0) {
        echoes = true;
    } else {
        ck_assert_str_eq(line, "close");
        listener_close(listener);
    }
}

#define OPEN "> S 0 0 0\n< SA 0 1 0 w65535 m\n> A 1 1 0\n"

#define COUNTER(name) offsetof(struct listener_counters, name)
#define WITHOUT       SIZE_MAX

static const struct {
    const char *name, *script;
    size_t counter;
    uint64_t count;
} scripts[] = {
    /* opening */
    {"a handshake", OPEN "+ 0\ncount 1\n", COUNTER(opened), 1},
    {"a SYN takes nothing", "> S 0 0 0\n< SA 0 1 0 w65535 m\n+ 0\ncount 0\n", COUNTER(syns), 1},
    {"a repeated SYN", "> S 0 0 0\n< SA 0 1 0 w65535 m\n> S 0 0 0\n< SA 0 1 0 w65535 m\n", COUNTER(syns), 2},
    {"data with the third segment",
     "> S 0 0 0\n< SA 0 1 0 w65535 m\n> PA 1 1 100\n+ 0\n< A 1 101 0 w65435\ncame 100\n", COUNTER(bytes),
     100},
    {"data and FIN with the third segment",
     "> S 0 0 0\n< SA 0 1 0 w65535 m\n> FPA 1 1 100\n+ 0\n< A 1 102 0 w65434\ncame 100\n", COUNTER(opened),
     1},
    {"the third segment again", OPEN "> A 1 1 0\n+ 0\ncount 1\n", COUNTER(opened), 1},
    {"a third segment that acknowledges something else",
     "> S 0 0 0\n< SA 0 1 0 w65535 m\n> A 1 5 0\n< R 5 0 0 w0\ncount 0\n", COUNTER(strangers), 1},
    {"a third segment of another number",
     "> S 0 0 0\n< SA 0 1 0 w65535 m\n> A 2 1 0\n< R 1 0 0 w0\ncount 0\n", COUNTER(strangers), 1},
    {"a third segment after a minute", "> S 0 0 0\n< SA 0 1 0 w65535 m\n+ 64000\n> A 1 1 0\ncount 1\n",
     COUNTER(opened), 1},
    {"a third segment after two minutes and more",
     "> S 0 0 0\n< SA 0 1 0 w65535 m\n+ 131072\n> A 1 1 0\n< R 1 0 0 w0\ncount 0\n", COUNTER(strangers), 1},
    /* strangers */
    {"data of no connection", "> PA 70 90 10\n< R 90 0 0 w0\n", COUNTER(strangers), 1},
    {"FIN of no connection", "> FA 70 90 0\n< R 90 0 0 w0\n", COUNTER(strangers), 1},
    {"RST of no connection", "> R 70 0 0\n> RA 70 90 0\n> RS 70 0 0\n", COUNTER(strangers), 0},
    {"SYN-ACK of no connection", "> SA 70 90 0\n< R 90 0 0 w0\n", COUNTER(strangers), 1},
    {"no flag at all", "> P 70 0 10\n< RA 0 80 0 w0\n> F 70 0 0\n< RA 0 71 0 w0\n", COUNTER(strangers), 2},
    {"SYN and FIN", "> SF 70 0 0\n", COUNTER(syns), 0},
    /* data */
    {"one acknowledgement for a burst",
     OPEN "> A 1 1 1000\n> A 1001 1 1000\n> PA 2001 1 1000\n+ 0\n"
          "< A 1 3001 0 w65535\ncame 3000\n",
     COUNTER(bytes), 3000},
    {"data again",
     OPEN "> A 1 1 100\n+ 0\n< A 1 101 0 w65435\n> A 1 1 100\n< A 1 101 0 w65435\n+ 0\ncame 100\n",
     COUNTER(repeated), 1},
    {"data with more of it",
     OPEN "> A 1 1 100\n+ 0\n< A 1 101 0 w65435\n> A 51 1 100\n+ 0\n< A 1 151 0 w65385\ncame 150\n",
     COUNTER(bytes), 150},
    {"data before its turn",
     OPEN "> A 101 1 100\n< A 1 1 0 w65535\n> A 1 1 100\n+ 0\n< A 1 201 0 w65335\ncame 200\n"
          "> A 101 1 100\n< A 1 201 0 w65335\n",
     COUNTER(bytes), 200},
    {"two holes",
     OPEN
     "> A 201 1 100\n< A 1 1 0 w65535\n> A 401 1 100\n< A 1 1 0 w65535\n> A 1 1 200\n+ 0\n< A 1 301 0 w65235\n"
     "came 300\n> A 301 1 100\n+ 0\n< A 1 501 0 w65035\ncame 500\n",
     COUNTER(out_of_order), 2},
    {"pieces over pieces",
     OPEN
     "> A 201 1 100\n< A 1 1 0 w65535\n> A 251 1 100\n< A 1 1 0 w65535\n> A 151 1 100\n< A 1 1 0 w65535\n"
     "> A 101 1 600\n< A 1 1 0 w65535\n> A 51 1 10\n< A 1 1 0 w65535\n> A 1 1 100\n+ 0\n"
     "< A 1 701 0 w64835\ncame 700\n",
     COUNTER(bytes), 700},
    {"before its turn, while others wait",
     OPEN "stop\n> A 1 1 100\n> A 201 1 100\n< A 1 101 0 w65435\n> A 101 1 100\n+ 0\n"
          "< A 1 301 0 w65235\ncame 0\ngo\ncame 300\n",
     COUNTER(out_of_order), 1},
    {"before its turn, to the window's end",
     OPEN "> A 65001 1 1000\n< A 1 1 0 w65535\n> A 1 1 65000\n+ 0\n< A 1 65536 0 w65535\ncame 65535\n",
     COUNTER(bytes), 65535},
    {"FIN behind a hole",
     OPEN "> FA 101 1 100\n< A 1 1 0 w65535\n> A 1 1 100\n+ 0\n< A 1 201 0 w65335\n> FA 101 1 100\n+ 0\n"
          "< A 1 202 0 w65334\ncame 200\n",
     COUNTER(bytes), 200},
    {"each before its turn is told",
     OPEN "> A 101 1 100\n< A 1 1 0 w65535\n> A 201 1 100\n< A 1 1 0 w65535\n"
          "> A 301 1 100\n< A 1 1 0 w65535\n",
     COUNTER(out_of_order), 3},
    {"urgent is the same", OPEN "> UA 1 1 100\n+ 0\n< A 1 101 0 w65435\ncame 100\n", COUNTER(bytes), 100},
    {"without ACK nothing is taken", OPEN "> P 1 0 100\n+ 0\ncame 0\n", COUNTER(bytes), 0},
    {"a probe of life", OPEN "> A 0 1 0\n< A 1 1 0 w65535\n> A 0 1 1\n< A 1 1 0 w65535\ncount 1\n",
     COUNTER(challenges), 1},
    {"probes of life, not too often",
     OPEN "> A 0 1 0\n< A 1 1 0 w65535\n> A 0 1 0\n+ 99\n> A 0 1 0\n+ 1\n> A 0 1 0\n< A 1 1 0 w65535\n",
     COUNTER(challenges), 2},
    {"beyond the window", OPEN "> A 65536 1 10\n< A 1 1 0 w65535\n+ 0\ncame 0\n", COUNTER(beyond), 1},
    {"far from the window", OPEN "> A 1000001 1 0\n< A 1 1 0 w65535\n", COUNTER(beyond), 1},
    /* the window */
    {"what waits closes the window",
     OPEN "stop\n> A 1 1 65535\n+ 0\n< A 1 65536 0 w65535\n> A 65536 1 65535\n+ 0\n"
          "< A 1 131071 0 w0\ncame 0\ngo\n+ 0\n< A 1 131071 0 w65535\n",
     COUNTER(closed_windows), 1},
    {"a closed window takes nothing and answers probes",
     OPEN
     "stop\n> A 1 1 65535\n> A 65536 1 0\n+ 0\n< A 1 65536 0 w65535\n> A 65536 1 65535\n+ 0\n< A 1 131071 0 w0\n"
     "> A 131071 1 1\n< A 1 131071 0 w0\n+ 100\n> A 131070 1 0\n< A 1 131071 0 w0\n",
     COUNTER(beyond), 1},
    {"a window opens by no less than a segment",
     OPEN "> A 1 1 1439\n+ 0\n< A 1 1440 0 w64096\n> A 1440 1 30\n+ 0\n< A 1 1470 0 w65535\n", COUNTER(bytes),
     1469},
    {"a segment that reaches beyond it", OPEN "> A 1 1 65536\n+ 0\n< A 1 65536 0 w65535\ncame 65535\n",
     COUNTER(beyond), 1},
    /* answers */
    {"an answer goes with the acknowledgement",
     OPEN "> A 1 1 100\nsend 20\n+ 0\n< PA 1 101 20 w65435\n> A 101 21 0\n+ 5000\n", COUNTER(retransmitted),
     0},
    {"answers of a burst are one segment", OPEN "send 20\nsend 30\n+ 0\n< PA 1 1 50 w65535\n", WITHOUT, 0},
    {"an answer from within", OPEN "echo\n> A 1 1 100\n+ 0\n< PA 1 101 1 w65435\n", WITHOUT, 0},
    {"repeated after 1, 2, 4 ... 64 s, then RST",
     OPEN
     "send 20\n+ 0\n< PA 1 1 20 w65535\n+ 999\n+ 1\n< PA 1 1 20 w65535\n+ 1999\n+ 1\n< PA 1 1 20 w65535\n+ 3999\n+ 1\n"
     "< PA 1 1 20 w65535\n+ 7999\n+ 1\n< PA 1 1 20 w65535\n+ 15999\n+ 1\n< PA 1 1 20 w65535\n+ 31999\n+ 1\n"
     "< PA 1 1 20 w65535\n+ 63999\n+ 1\n< PA 1 1 20 w65535\n+ 127999\n+ 1\n< RA 21 1 0 w65535\ncount 0\n",
     COUNTER(timeouts), 1},
    {"acknowledged in part",
     OPEN "send 3000\n+ 0\n< A 1 1 536 w65535\n< A 537 1 536 w65535\n< A 1073 1 536 w65535\n"
          "< A 1609 1 536 w65535\n< A 2145 1 536 w65535\n< PA 2681 1 320 w65535\n> A 1 537 0\n+ 1000\n"
          "< A 537 1 536 w65535\n> A 1 1073 0\n+ 0\n< A 1073 1 536 w65535\n< A 1609 1 536 w65535\n"
          "< A 2145 1 536 w65535\n< PA 2681 1 320 w65535\n> A 1 3001 0\n+ 90000\n",
     COUNTER(retransmitted), 1},
    {"the late acknowledgement of all",
     OPEN "send 1000\n+ 0\n< A 1 1 536 w65535\n< PA 537 1 464 w65535\n+ 1000\n"
          "< A 1 1 536 w65535\n> A 1 1001 0\n+ 9000\n",
     COUNTER(retransmitted), 1},
    {"no more than ten on their way",
     OPEN
     "send 6000\n+ 0\n< A 1 1 536 w65535\n< A 537 1 536 w65535\n< A 1073 1 536 w65535\n< A 1609 1 536 w65535\n"
     "< A 2145 1 536 w65535\n< A 2681 1 536 w65535\n< A 3217 1 536 w65535\n< A 3753 1 536 w65535\n"
     "< A 4289 1 536 w65535\n< A 4825 1 536 w65535\n+ 10\n> A 1 1073 0\n+ 0\n< A 5361 1 536 w65535\n"
     "< PA 5897 1 104 w65535\n",
     WITHOUT, 0},
    {"no more than the peer's window",
     OPEN "> A 1 1 0 100\nsend 250\n+ 0\n< A 1 1 100 w65535\n> A 1 101 0 50\n+ 0\n< A 101 1 50 w65535\n"
          "> A 1 151 0 500\n+ 0\n< PA 151 1 100 w65535\n",
     WITHOUT, 0},
    {"a closed window is probed for as long as it answers",
     OPEN
     "> A 1 1 0 0\nsend 20\n+ 0\n+ 1000\n< A 1 1 1 w65535\n> A 1 1 0 0\n+ 2000\n< A 1 1 1 w65535\n> A 1 1 0 0\n"
     "+ 2000\n< A 1 1 1 w65535\n> A 1 1 0 500\n+ 2000\n< PA 1 1 20 w65535\n> A 1 21 0 500\n+ 99000\n",
     COUNTER(timeouts), 0},
    {"an old segment says nothing about the window",
     OPEN
     "> A 1 1 100 100\n+ 0\n< A 1 101 0 w65435\n> A 1 1 0 9\n< A 1 101 0 w65435\nsend 100\n+ 0\n< PA 1 101 100 w65435\n",
     WITHOUT, 0},
    {"an acknowledgement of what was never sent", OPEN "> A 1 2 100\n< A 1 1 0 w65535\n+ 0\ncame 0\n",
     COUNTER(challenges), 1},
    {"an acknowledgement from long ago", OPEN "> A 1 4294900000 100\n< A 1 1 0 w65535\n+ 0\ncame 0\n",
     COUNTER(challenges), 1},
    /* RST and SYN within a connection */
    {"RST", OPEN "> R 1 0 0\ncount 0\n", COUNTER(resets), 1},
    {"RST with an acknowledgement", OPEN "> RA 1 1 0\ncount 0\n", COUNTER(resets), 1},
    {"RST within the window", OPEN "> R 2 0 0\n< A 1 1 0 w65535\n> R 65535 0 0\ncount 1\n",
     COUNTER(challenges), 1},
    {"RST outside", OPEN "> R 0 0 0\n> R 65536 0 0\n> R 90000 0 0\ncount 1\n", COUNTER(challenges), 0},
    {"RST while bytes wait", OPEN "stop\n> A 1 1 100\n> R 101 0 0\ncount 0\n+ 0\n", COUNTER(cut), 1},
    {"SYN within a connection", OPEN "> S 1 0 0\n< A 1 1 0 w65535\ncount 1\n", COUNTER(challenges), 1},
    {"a peer that began anew",
     OPEN "> S 7000 0 0\n< A 1 1 0 w65535\n> R 1 0 0\ncount 0\n> S 0 0 0\n< SA 0 1 0 w65535 m\n"
          "> A 1 1 0\ncount 1\n",
     COUNTER(opened), 2},
    /* ends */
    {"the peer goes",
     OPEN "> FA 1 1 0\n+ 0\n< A 1 2 0 w65534\n+ 1999\n+ 1\n< FPA 1 2 0 w65534\ncount 1\n> A 2 2 0\ncount 0\n",
     COUNTER(closed), 1},
    {"answers after the peer's FIN",
     OPEN "> FPA 1 1 100\n+ 0\n< A 1 102 0 w65434\nsend 20\n+ 10\n< PA 1 102 20 w65434\n> A 102 21 0\n"
          "+ 1990\n< FPA 21 102 0 w65434\n> A 102 22 0\ncount 0\n",
     COUNTER(closed), 1},
    {"FIN again", OPEN "> FA 1 1 0\n+ 0\n< A 1 2 0 w65534\n> FA 1 1 0\n< A 1 2 0 w65534\n+ 0\n",
     COUNTER(repeated), 1},
    {"FIN before its turn",
     OPEN "> FA 101 1 0\n< A 1 1 0 w65535\n> A 1 1 100\n+ 0\n< A 1 101 0 w65435\n> FA 101 1 0\n+ 0\n"
          "< A 1 102 0 w65434\n",
     COUNTER(out_of_order), 1},
    {"data behind FIN means nothing",
     OPEN "> FA 1 1 0\n+ 0\n< A 1 2 0 w65534\n> A 2 1 10\n+ 0\n< A 1 2 0 w65534\ncame 0\n", COUNTER(bytes),
     0},
    {"our FIN is repeated",
     OPEN
     "> FA 1 1 0\n+ 0\n< A 1 2 0 w65534\n+ 2000\n< FPA 1 2 0 w65534\n+ 1000\n< FPA 1 2 0 w65534\n> A 2 2 0\n"
     "count 0\n",
     COUNTER(retransmitted), 1},
    {"FIN over what nobody takes",
     OPEN "stop\n> FA 1 1 100\n+ 0\n< A 1 102 0 w65434\n+ 2000\n< RA 1 102 0 w65434\ncount 0\n", COUNTER(cut),
     1},
    {"bytes before FIN are taken late",
     OPEN "stop\n> FA 1 1 100\n+ 0\n< A 1 102 0 w65434\ngo\ncame 100\n+ 2000\n< FPA 1 102 0 w65434\n",
     COUNTER(cut), 0},
    {"we go first", OPEN "close\n+ 0\n< FPA 1 1 0 w65535\n> A 1 2 0\n> FA 1 2 0\n< A 2 2 0 w65534\ncount 0\n",
     COUNTER(closed), 1},
    {"we go first, FIN with its acknowledgement",
     OPEN "close\n+ 0\n< FPA 1 1 0 w65535\n> FA 1 2 0\n< A 2 2 0 w65534\ncount 0\n", COUNTER(closed), 1},
    {"both go at once",
     OPEN "close\n+ 0\n< FPA 1 1 0 w65535\n> FA 1 1 0\n+ 0\n< A 2 2 0 w65534\n> A 2 2 0\ncount 0\n",
     COUNTER(closed), 1},
    {"we go behind our answers",
     OPEN "send 20\nclose\n+ 0\n< FPA 1 1 20 w65535\n> A 1 21 0\n> A 1 22 0\n> FA 1 22 0\n"
          "< A 22 2 0 w65534\ncount 0\n",
     COUNTER(closed), 1},
    {"data after we went", OPEN "close\n+ 0\n< FPA 1 1 0 w65535\n> PA 1 2 100\n< R 2 0 0 w0\ncount 0\n",
     COUNTER(cut), 1},
    {"nobody is served when it closes", "close\n> S 0 0 0\n< RA 0 1 0 w0\n", COUNTER(strangers), 1},
    {"a half peer that never goes",
     OPEN "close\n+ 0\n< FPA 1 1 0 w65535\n> A 1 2 0\n+ 599999\ncount 1\n+ 1\n< RA 2 1 0 w65535\ncount 0\n",
     COUNTER(idle), 1},
    {"a quiet one", OPEN "+ 599999\n> A 1 1 0\n+ 599999\ncount 1\n+ 1\n< RA 1 1 0 w65535\ncount 0\n",
     COUNTER(idle), 1},
};

static void run_script(const char *script)
{
    char line[LINE_BYTES];
    while (*script) {
        const size_t length = strcspn(script, "\n");
        ck_assert_uint_lt(length, sizeof(line));
        memcpy(line, script, length);
        line[length] = 0;
        run_line(line);
        script += length + 1;
    }
    check_none();
}

/* Wherever the peer's numbers begin, and in both families. */
START_TEST(a_connection_goes_by_its_script)
{
    static const uint32_t firsts[] = {5000, 0, UINT32_MAX, UINT32_MAX - 150, UINT32_MAX - 65535, INT32_MAX};
    for (unsigned family = 0; family < 2; family++)
        for (size_t i = 0; i < ARRAY_COUNT(firsts); i++) {
            is_ipv6 = family;
            own = packet_address(is_ipv6 ? "2001:db8::1" : "10.0.1.1");
            peer = packet_address(is_ipv6 ? "2001:db8::2" : "10.0.0.1");
            peer_first = firsts[i];
            start((struct hash_key){i, family});
            if (is_ipv6 && strstr(scripts[_i].script, "536"))
                continue; /* another size */
            run_script(scripts[_i].script);
            if (scripts[_i].counter == WITHOUT)
                continue;
            uint64_t count;
            memcpy(&count, (const char *)counters() + scripts[_i].counter, sizeof(count));
            ck_assert_msg(count == scripts[_i].count, "%s: counted %llu", scripts[_i].name,
                          (unsigned long long)count);
        }
}
END_TEST

/* ---- what the peer takes ---- */

static const struct {
    const char *options; /* of its SYN */
    size_t ipv4, ipv6;   /* the longest segment it gets */
} sizes[] = {
    {"", 536, 1220},
    {"020405b4", 1440, 1440},
    {"020405a0", 1440, 1440},
    {"0204059f", 1220, 1220},
    {"0204ffff", 1440, 1440},
    {"020404c4", 1220, 1220},
    {"020404c3", 536, 536},
    {"02040218", 536, 536},
    {"02040217", 64, 64},
    {"02040000", 64, 64},
    {"0402080a0000000000000000 0101 020405b4", 1440, 1440}, /* others first */
    {"01010101 020405b4", 1440, 1440},
    {"00 0000 00 020405b4", 536, 1220}, /* behind the end */
    {"0203 05b4", 536, 1220},           /* of a wrong length */
    {"020405", 536, 1220},              /* cut */
    {"02", 536, 1220},
    {"0800 020405b4", 536, 1220}, /* of no length */
    {"08ff 020405b4", 536, 1220}, /* beyond the header */
};

START_TEST(segments_are_no_longer_than_the_peer_takes)
{
    for (unsigned family = 0; family < 2; family++) {
        uint8_t options[40];
        is_ipv6 = family;
        own = packet_address(is_ipv6 ? "2001:db8::1" : "10.0.1.1");
        peer = packet_address(is_ipv6 ? "2001:db8::2" : "10.0.0.1");
        start((struct hash_key){_i, family});
        struct frame frame = frame_of(40000, "S", 0, 0, 0, UINT16_MAX);
        const size_t length = packet_hex(sizes[_i].options, options, sizeof(options));
        uint8_t *exact = malloc(length + 1); /* of its very size, for the sanitizers */
        memcpy(exact + 1, options, length);
        frame.tcp_options = (struct octets){exact + 1, length};
        listener_take(listener, &frame, now_ms);
        free(exact);
        check_next("SA 0 1 0 w65535 m");
        give(40000, "A", 1, 1, 0);
        ck_assert(listener_send(listener, &own, &peer, 40000, (struct octets){payload, 5000}));
        settle_after(0);
        ck_assert_uint_ge(sent_count, 3);
        ck_assert_uint_eq(sent[0].segment.payload.length, is_ipv6 ? sizes[_i].ipv6 : sizes[_i].ipv4);
        ck_assert_mem_eq(sent[1].bytes, payload + sent[0].segment.payload.length, 10);
    }
}
END_TEST

/* ---- limits ---- */

START_TEST(holes_are_kept_up_to_a_limit)
{
    open_from(40000);
    for (unsigned i = 0; i < 20; i++)
        give(40000, "A", 101 + 200 * i, 1, 100);
    ck_assert_uint_eq(counters()->out_of_order, 20);
    sent_count = 0;
    for (unsigned i = 0; i < 20; i++)
        give(40000, "A", 1 + 200 * i, 1, 100);
    ck_assert_uint_eq(came, 16 * 200 + 100); /* sixteen, and the piece behind them */
    settle_after(0);
    sent_count = 0;
    for (unsigned i = 16; i < 20; i++) {
        give(40000, "A", 1 + 200 * i, 1, 200);
        settle_after(0);
        ck_assert_uint_eq(sent_count, 1);
        sent_count = 0;
    }
    ck_assert_uint_eq(came, 4000);
}
END_TEST

START_TEST(a_flood_of_syns_takes_nothing_and_keeps_nobody_out)
{
    open_from(40000);
    for (uint32_t i = 0; i < 100000; i++) {
        octets_put32(peer.octets, i);
        give((uint16_t)i, "S", i, 0, 0);
        sent_count = 0;
    }
    settle_after(0);
    peer = packet_address("10.0.0.1");
    open_from(40001);
    ck_assert_uint_eq(counters()->syns, 100002);
    ck_assert_uint_eq(counters()->evicted + counters()->refused, 0);
    ck_assert_uint_eq(listener_count(listener), 2);
}
END_TEST

START_TEST(acknowledgements_that_are_guessed_open_nothing)
{
    chance_begin(7);
    for (unsigned i = 0; i < 100000; i++) {
        give((uint16_t)draw(65536), "A", (uint32_t)draw(1u << 31), (uint32_t)draw(UINT64_C(1) << 32), 0);
        ck_assert_uint_eq(sent_count, 1);
        sent_count = 0;
    }
    ck_assert_uint_eq(counters()->strangers, 100000);
    ck_assert_uint_eq(listener_count(listener), 0);
}
END_TEST

START_TEST(initial_numbers_tell_nothing_and_differ)
{
    uint32_t seen[64];
    for (size_t i = 0; i < ARRAY_COUNT(seen); i++) {
        now_ms +=
            i == 20 ? 65536 : 0; /* later, of another peer, of another port, of another of its numbers */
        octets_put32(peer.octets, 0x0A000000 + (i == 40));
        give((uint16_t)(i < 10 ? i : 10), "S", i < 50 ? 0 : (uint32_t)i, 0, 0);
        seen[i] = sent[0].segment.sequence;
        sent_count = 0;
        for (size_t k = 0; k < i; k++) {
            const bool is_same = (i > 10 && i < 20 && k >= 10) || (i > 20 && i < 40 && k >= 20 && k < 40) ||
                                 (i > 40 && i < 50 && k >= 20 && k < 50 && k != 40);
            ck_assert_msg(is_same == (seen[i] == seen[k]), "%zu and %zu", i, k);
        }
    }
    start((struct hash_key){3, 4});
    peer = packet_address("10.0.0.0");
    give(10, "S", 0, 0, 0);
    ck_assert_uint_ne(sent[0].segment.sequence, seen[10]);
}
END_TEST

START_TEST(a_full_table_gives_the_place_of_a_quiet_connection)
{
    for (uint16_t i = 0; i < COUNT; i++) {
        open_from((uint16_t)(40000 + i));
        now_ms += 10;
    }
    give(40000, "A", 1, 1, 0); /* 40001 is the quietest now */
    sent_count = 0;
    now_ms += EVICT_MS - 21;
    give(40009, "S", 0, 0, 0);
    check_next("SA 0 1 0 w65535 m");
    give(40009, "A", 1, 1, 0);
    check_next("R 1 0 0 w0");
    ck_assert_uint_eq(counters()->refused, 1);
    ck_assert_uint_eq(listener_count(listener), COUNT);
    now_ms++;
    give(40009, "S", 0, 0, 0);
    check_next("SA 0 1 0 w65535 m");
    give(40009, "A", 1, 1, 0);
    ck_assert_uint_eq(sent_count, 1);
    ck_assert_uint_eq(sent[0].peer_port, 40001);
    ck_assert_uint_eq(sent[0].segment.flags, FRAME_TCP_RST | FRAME_TCP_ACK);
    ck_assert_uint_eq(counters()->evicted, 1);
    ck_assert_uint_eq(listener_count(listener), COUNT);
}
END_TEST

START_TEST(answers_that_nobody_takes_end_the_connection)
{
    const struct octets answer = {payload, 1000};
    open_from(40000);
    for (unsigned i = 0; i < 16; i++)
        ck_assert(listener_send(listener, &own, &peer, 40000, answer));
    settle_after(0);
    ck_assert_uint_eq(sent_count, 10);
    sent_count = 0;
    ck_assert(!listener_send(listener, &own, &peer, 40000, answer));
    ck_assert_uint_eq(listener_count(listener), 1); /* not at once: its bytes may be in use */
    settle_after(0);
    check_next("RA 5361 1 0 w65535");
    ck_assert_uint_eq(counters()->overflows, 1);
    ck_assert_uint_eq(listener_count(listener), 0);
    ck_assert(!listener_send(listener, &own, &peer, 40000, answer));
}
END_TEST

START_TEST(an_answer_goes_over_its_connection_or_the_newest_of_the_pair)
{
    const struct octets answer = {payload, 10};
    const struct address other = packet_address("10.0.0.7");
    ck_assert(!listener_send(listener, &own, &peer, 40000, answer));
    for (uint16_t i = 0; i < COUNT; i++)
        open_from((uint16_t)(40000 + i));
    static const uint16_t asked[] = {40000, 40001, 7, 40002}, wanted[] = {40000, 40001, 40002, 40002};
    for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
        ck_assert(listener_send(listener, &own, &peer, asked[i], answer));
        settle_after(0);
        ck_assert_uint_eq(sent_count, 1);
        ck_assert_uint_eq(sent[0].peer_port, wanted[i]);
        sent_count = 0;
    }
    ck_assert(!listener_send(listener, &own, &other, 40000, answer));
    ck_assert(!listener_send(listener, &other, &peer, 40000, answer));
    give(40002, "R", 1, 0, 0);
    ck_assert(listener_send(listener, &own, &peer, 40002, answer));
    settle_after(0);
    ck_assert_uint_eq(sent[0].peer_port, 40001);
}
END_TEST

START_TEST(bytes_that_mean_nothing_end_the_connection)
{
    open_from(40000);
    payload[0] = 255;
    give(40000, "A", 1, 1, 10);
    check_next("RA 1 11 0 w65525");
    ck_assert_uint_eq(counters()->senseless, 1);
    ck_assert_uint_eq(listener_count(listener), 0);
    settle_after(0);
    check_none();
    payload[0] = byte_at(0);
    open_from(40000); /* and wait behind others */
    takes = false;
    give(40000, "A", 1, 1, 10);
    takes = true;
    payload[10] = 255;
    came = 0;
    listener_resume(listener);
    give(40000, "A", 11, 1, 10);
    ck_assert_uint_eq(counters()->senseless, 2);
    ck_assert_uint_eq(listener_count(listener), 0);
}
END_TEST

/* ---- a network that loses ---- */

#define AIR_MAX    256
#define FLOW_BYTES 300000

/* A segment under way. */
struct flying {
    bool is_used, is_to_listener;
    int64_t lands_ms;
    struct segment segment; /* of the listener; to it, the same the other way round */
    uint8_t bytes[1500];
};

/* The peer: sends FLOW_BYTES and FIN, go-back-n; keeps what comes in order. */
static struct {
    struct flying air[AIR_MAX];
    uint32_t acknowledged, sent, window; /* of its stream: 0 SYN, 1 the first byte */
    uint32_t got;                        /* of ours, the same */
    bool has_syn_ack, has_our_fin;
    int64_t resend_ms;
    uint64_t answered; /* bytes that the program has given as answers */
} world;

static void fly(bool is_to_listener, const struct segment *segment)
{
    if (draw_once_in(12))
        return;
    const unsigned copies = draw_once_in(15) ? 2 : 1;
    for (unsigned i = 0; i < copies; i++)
        for (size_t k = 0; k < AIR_MAX; k++) {
            struct flying *flying = &world.air[k];
            if (flying->is_used)
                continue;
            *flying = (struct flying){.is_used = true,
                                      .is_to_listener = is_to_listener,
                                      .lands_ms = now_ms + 1 + (int64_t)draw(draw_once_in(8) ? 50 : 5),
                                      .segment = *segment};
            ck_assert_uint_le(segment->payload.length, sizeof(flying->bytes));
            memcpy(flying->bytes, segment->payload.bytes, segment->payload.length);
            break;
        }
}

static void peer_says(uint8_t flags, uint32_t sequence, size_t length)
{
    static uint8_t bytes[1500];
    for (size_t i = 0; i < length; i++)
        bytes[i] = byte_at(sequence - 1 + i);
    const struct segment segment = {.sequence = peer_first + sequence,
                                    .acknowledgement = own_first + world.got,
                                    .flags = flags,
                                    .window = (uint16_t)(draw_once_in(10) ? 0 : 500 + draw(9000)),
                                    .payload = {bytes, length}};
    fly(true, &segment);
}

static void peer_sends(void)
{
    const uint32_t end = 1 + FLOW_BYTES;
    /* Until something is acknowledged only the first segment, which the cookie can be checked by. */
    const bool is_first = world.acknowledged <= 1;
    const uint32_t window = is_first ? 1000 : world.window;
    if (is_first && world.sent > 1)
        return;
    while (world.sent < end && world.sent - world.acknowledged < window) {
        const uint32_t room = window - (world.sent - world.acknowledged);
        const uint32_t length = (uint32_t)u64_min(1 + draw(1400), u64_min(end - world.sent, room));
        peer_says(FRAME_TCP_ACK, world.sent, length);
        world.sent += length;
        if (is_first)
            return;
    }
    if (world.sent == end && world.acknowledged == end) {
        peer_says(FRAME_TCP_ACK | FRAME_TCP_FIN, end, 0);
        world.sent = end + 1;
    }
}

static void peer_hears(const struct flying *flying)
{
    const struct segment *segment = &flying->segment;
    const uint32_t sequence = segment->sequence - own_first;
    /* Late copies find no connection any more. */
    const bool is_over = world.has_our_fin && world.acknowledged == FLOW_BYTES + 2;
    ck_assert_msg(is_over || !(segment->flags & FRAME_TCP_RST), "RST at %u of ours, %u of the peer's",
                  world.got, world.acknowledged);
    if (segment->flags & FRAME_TCP_RST)
        return;
    if (segment->flags & FRAME_TCP_SYN) {
        if (!world.has_syn_ack) {
            own_first = segment->sequence;
            world.got = world.acknowledged = world.sent = 1;
            world.window = segment->window;
            world.has_syn_ack = true;
        }
        peer_says(FRAME_TCP_ACK, world.sent, 0);
        return;
    }
    const uint32_t acknowledged = segment->acknowledgement - peer_first;
    if (acknowledged > world.acknowledged) {
        ck_assert_uint_le(acknowledged, FLOW_BYTES + 2);
        world.acknowledged = acknowledged;
        world.resend_ms = now_ms + 300;
        if (world.sent < acknowledged)
            world.sent = acknowledged;
    }
    if (acknowledged == world.acknowledged)
        world.window = segment->window;
    const size_t length = segment->payload.length;
    if (sequence <= world.got && sequence + length > world.got) {
        for (size_t i = world.got - sequence; i < length; i++)
            ck_assert_uint_eq(flying->bytes[i], byte_at(world.got++ - 1) ^ 0x5A);
    }
    if ((segment->flags & FRAME_TCP_FIN) && sequence + length == world.got) {
        world.got++;
        world.has_our_fin = true;
    }
    if (length > 0 || (segment->flags & FRAME_TCP_FIN))
        peer_says(FRAME_TCP_ACK, world.sent, 0);
}

static void land(struct flying *flying)
{
    flying->is_used = false;
    if (!flying->is_to_listener) {
        peer_hears(flying);
        return;
    }
    const struct frame frame = {.source = peer,
                                .destination = own,
                                .source_port = 40000,
                                .destination_port = OWN_PORT,
                                .protocol = FRAME_TCP,
                                .tcp_flags = flying->segment.flags,
                                .tcp_sequence = flying->segment.sequence,
                                .tcp_acknowledgement = flying->segment.acknowledgement,
                                .tcp_window = flying->segment.window,
                                .payload = {flying->bytes, flying->segment.payload.length}};
    listener_take(listener, &frame, now_ms);
}

static void step(void)
{
    uint8_t answer[200];
    now_ms++;
    for (size_t i = 0; i < AIR_MAX; i++)
        if (world.air[i].is_used && world.air[i].lands_ms <= now_ms)
            land(&world.air[i]);
    if (draw_once_in(300)) {
        takes = !takes;
        listener_resume(listener);
    }
    const size_t length = draw(sizeof(answer));
    if (world.answered < came && world.answered + length < world.got + 8000u && !draw_once_in(3)) {
        for (size_t i = 0; i < length; i++)
            answer[i] = byte_at(world.answered + i) ^ 0x5A;
        if (listener_send(listener, &own, &peer, 40000, (struct octets){answer, length}))
            world.answered += length;
    }
    listener_settle(listener, now_ms);
    for (size_t i = 0; i < sent_count; i++) {
        sent[i].segment.payload.bytes = sent[i].bytes;
        fly(false, &sent[i].segment);
    }
    sent_count = 0;
    if (now_ms >= world.resend_ms) {
        world.resend_ms = now_ms + 300;
        if (!world.has_syn_ack)
            peer_says(FRAME_TCP_SYN, 0, 0);
        else if (world.acknowledged < FLOW_BYTES + 2)
            world.sent = world.acknowledged; /* go back */
    }
    if (world.has_syn_ack)
        peer_sends();
}

START_TEST(every_byte_arrives_once_and_in_order_over_a_bad_network)
{
    chance_begin((uint64_t)_i + 1);
    memset(&world, 0, sizeof(world));
    peer_first = UINT32_MAX - (uint32_t)draw(FLOW_BYTES);
    const int64_t begin_ms = now_ms;
    while (!world.has_our_fin || world.acknowledged < FLOW_BYTES + 2) {
        step();
        ck_assert_msg(now_ms - begin_ms < 3600000, "stuck: %u acknowledged, %u got, %llu came",
                      world.acknowledged, world.got, (unsigned long long)came);
        if (came == FLOW_BYTES)
            takes = true;
    }
    for (unsigned i = 0; i < 5000; i++)
        step();
    ck_assert_uint_eq(came, FLOW_BYTES);
    ck_assert_uint_eq(world.got, world.answered + 2);
    ck_assert_uint_gt(world.answered, 10000);
    ck_assert_uint_eq(listener_count(listener), 0);
    ck_assert_uint_eq(counters()->opened, 1);
    ck_assert_uint_eq(counters()->closed, 1);
    ck_assert_uint_gt(counters()->repeated, 0);
    ck_assert_uint_gt(counters()->out_of_order, 0);
    ck_assert_uint_gt(counters()->retransmitted, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listener");
    TCase *tests = tcase_create("listener");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_connection_goes_by_its_script, 0, ARRAY_COUNT(scripts));
    tcase_add_loop_test(tests, segments_are_no_longer_than_the_peer_takes, 0, ARRAY_COUNT(sizes));
    tcase_add_test(tests, holes_are_kept_up_to_a_limit);
    tcase_add_test(tests, a_flood_of_syns_takes_nothing_and_keeps_nobody_out);
    tcase_add_test(tests, acknowledgements_that_are_guessed_open_nothing);
    tcase_add_test(tests, initial_numbers_tell_nothing_and_differ);
    tcase_add_test(tests, a_full_table_gives_the_place_of_a_quiet_connection);
    tcase_add_test(tests, answers_that_nobody_takes_end_the_connection);
    tcase_add_test(tests, an_answer_goes_over_its_connection_or_the_newest_of_the_pair);
    tcase_add_test(tests, bytes_that_mean_nothing_end_the_connection);
    tcase_add_loop_test(tests, every_byte_arrives_once_and_in_order_over_a_bad_network, 0, 6);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
