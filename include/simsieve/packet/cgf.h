/* SPDX-License-Identifier: Apache-2.0
 * The receiving end of GTP' (TS 32.295): who sent what, what came twice, what waits for a decision, and what is
 * answered. Knows no transport: messages come in as bytes and go out as bytes. Two modes:
 *   active   a charging gateway: answers, and takes the responsibility for what it has accepted
 *   passive  a mirror port or a capture: never answers, and learns from the answers of the gateway that it watches
 * All memory is taken at the start; all tables are bounded. Time is an argument. One thread. (cgf.md) */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/gtpp.h"

#define CGF_WINDOW         4096 /* requests of a sender that are remembered */
#define CGF_PEER_COUNT_MAX 65536
#define CGF_REDIRECT_TRIES 3

struct cgf_event;

struct cgf_options {
    bool is_passive;
    /* Active: a request is answered only after cgf_acknowledge, when its records are durable. */
    bool waits_for_acknowledge;
    uint8_t restarts;        /* our restart counter, for echo responses */
    uint32_t peer_count;     /* senders at a time; 48 KiB each, touched as they appear */
    size_t quarantine_bytes; /* of packets that wait */
    int64_t quarantine_ms;   /* a possibly duplicated packet waits this long for its decision */
    int64_t confirm_ms;      /* passive: a request waits this long for its answer */
    int64_t retry_ms;        /* active: a redirection request is repeated after this long */
    int64_t echo_ms; /* active: echo requests to each sender this often, which show its restarts; 0: none */
    struct hash_key secret;
    void (*event)(void *owner, const struct cgf_event *event);
    void *owner;
};

enum cgf_event_kind {
    CGF_DELIVER, /* the records may go on: exactly once for each packet */
    CGF_HOLD,    /* a possibly duplicated packet was accepted and waits (a journal must keep it) */
    CGF_CANCEL,  /* one that waited is gone: its records come another way */
    CGF_LOST     /* one that waited is gone: `why` */
};

/* Something happened to the records of one packet. */
struct cgf_event {
    enum cgf_event_kind kind;
    enum packet_drop why;                       /* of CGF_LOST */
    const struct address *source, *destination; /* of the request */
    uint16_t source_port;                       /* the sender's; 0 over TCP */
    bool is_tcp;
    uint16_t sequence;           /* of the packet */
    uint64_t tag;                /* of the arrival that brought it */
    int64_t time_ms;             /* when it came */
    struct gtpp_records records; /* valid during the call */
    struct octets packet;        /* they and what stands before them; valid as long */
    /* What cgf_acknowledge wants, once this and all events with the same ticket are durable; 0: nothing. */
    uint64_t ticket;
};

/* A message as it came. */
struct cgf_arrival {
    struct address source, destination;
    uint16_t source_port, destination_port;
    bool is_tcp; /* the sender's port means nothing then */
    struct octets message;
    int64_t now_ms;
    uint64_t tag; /* the caller's */
};

/* Where a message of ours goes. */
struct cgf_letter {
    struct address source; /* ours, which the other side knows */
    struct address destination;
    uint16_t destination_port;
    bool is_tcp;
    struct gtpp_build build; /* length 0: nothing to send */
};

struct cgf_counters {
    uint64_t messages;
    uint64_t drops[PACKET_DROP_COUNT]; /* messages and packets, by reason */
    uint64_t packets;                  /* with records, the first time */
    uint64_t records;                  /* delivered */
    uint64_t repeated;                 /* packets that had come before */
    uint64_t reused;                   /* sequence numbers that came again with other records */
    uint64_t probes;                   /* empty packets */
    uint64_t held;                     /* possibly duplicated packets */
    uint64_t released, cancelled;      /* of those */
    uint64_t unknown_decisions;        /* release or cancel of a packet that does not wait */
    uint64_t miscounted;               /* packets whose length and count disagree */
    uint64_t restarted;                /* senders that said so */
    uint64_t evicted;                  /* senders that had to make room */
    uint64_t redirections;             /* requests sent */
    /* passive */
    uint64_t confirmed;   /* answered with success */
    uint64_t refused;     /* answered with a failure: their sender keeps them */
    uint64_t unconfirmed; /* delivered without an answer seen, because no repetition was seen either */
    uint64_t unmatched;   /* answers to requests that were not seen */
};

struct cgf;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct cgf *cgf_create(const struct cgf_options *options, struct error *error);
void cgf_destroy(struct cgf *cgf);

/* Feed thread. Takes one message. `letter` is the answer (build.length 0: none, or not yet); NULL where nobody can be
 * answered: passive, or a journal being read again, whose requests count as acknowledged. Returns why the message
 * or its packet was not taken, PACKET_NONE when it was; the answer says so too. Bound: linear in the message, plus what it releases. */
enum packet_drop cgf_receive(struct cgf *cgf, const struct cgf_arrival *arrival, struct cgf_letter *letter);

/* Feed thread. A journal is read again: this request, a Data Record Transfer, was carried out before this process began. It
 * counts as fulfilled from here on; what it released or cancelled no longer waits. */
void cgf_recall(struct cgf *cgf, const struct cgf_arrival *arrival);

/* Feed thread. The same of a packet's content alone, which went on after it had waited. The message of `arrival` is not looked
 * at. */
void cgf_recall_packet(struct cgf *cgf, const struct cgf_arrival *arrival, uint16_t sequence,
                       struct octets packet);

/* Feed thread. The requests of these tickets are durable. Writes the answer to the first of them and to those that
 * follow it to the same sender with the same result; returns how many tickets that answers (0 only for `count`
 * 0). A ticket that means nothing any more counts as answered. */
size_t cgf_acknowledge(struct cgf *cgf, const uint64_t *tickets, size_t count, struct cgf_letter *letter);

enum cgf_state {
    CGF_OPEN,
    CGF_FULL,      /* no new packets: 199, and senders are redirected with cause 61 */
    CGF_GOING_DOWN /* the same with cause 63 */
};

/* Feed thread. Active. `recommended` (family 0: none) is where senders are to go. */
void cgf_set_state(struct cgf *cgf, enum cgf_state state, const struct address *recommended);

/* Feed thread. Active. The next message of our own that is due (redirection and echo requests); false when none is.
 * Call until then, every second or so. Bound: the number of senders for a whole round. */
bool cgf_next_letter(struct cgf *cgf, int64_t now_ms, struct cgf_letter *letter);

/* Feed thread. Decides what has waited too long; with INT64_MAX, at the end of an input, all that waits. */
void cgf_expire(struct cgf *cgf, int64_t now_ms);

const struct cgf_counters *cgf_counters(const struct cgf *cgf);

/* Feed thread. Bytes and packets that wait now. */
size_t cgf_waiting_bytes(const struct cgf *cgf);
size_t cgf_waiting_count(const struct cgf *cgf);

/* Feed thread. The tag of the possibly duplicated packet that has waited longest; UINT64_MAX when none waits. */
uint64_t cgf_oldest_tag(const struct cgf *cgf);
