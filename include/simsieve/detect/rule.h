/* SPDX-License-Identifier: Apache-2.0
 * Rules: one YAML file each (conf/rules/README.md), read strictly, checked and bounded before a record is looked at.
 * A program is all rules of a folder, read-only while it is in use, and swapped whole.
 *
 * Two kinds. A SIM rule compares measures of one SIM. A group rule looks at SIMs that have something in common (a
 * protected list, a device, a cell, a dealer, a batch, an owner, a victim): which SIMs belong is decided by
 * conditions on each SIM, what the group does by the measures of groups. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/detect/measure.h"

#define RULES_MAX              64
#define CONDITIONS_MAX         32
#define NODES_MAX              64
#define RULE_TEXT_BYTES        512
#define RULE_NOTES_MAX         16
#define PROGRAM_HORIZON_MAX_MS (30 * DAY_MS)

enum condition_op { OP_AT_LEAST, OP_AT_MOST, OP_ABOVE, OP_BELOW };

/* What group rules compare: figures of one group over the rule's window. */
enum group_measure {
    GROUP_SIMS,     /* distinct member SIMs */
    GROUP_CONTACTS, /* their contacts that led here */
    GROUP_VICTIMS,  /* distinct protected numbers contacted */
    GROUP_AGENCIES, /* distinct agencies of them */
    GROUP_MEASURE_COUNT
};

struct condition {
    const struct measure *measure; /* NULL: of a group */
    enum group_measure group;
    enum condition_op op;
    double threshold;
    int64_t window_ms;
};

enum node_kind { NODE_CONDITION, NODE_ALL, NODE_ANY };

/* A tree of conditions in an array: children of a node are linked by `sibling`. */
struct node {
    enum node_kind kind;
    uint16_t condition; /* NODE_CONDITION */
    uint16_t child;     /* first child, 0: none */
    uint16_t sibling;   /* next child of the same parent, 0: none */
};

enum group_by {
    GROUP_NONE,         /* a SIM rule */
    GROUP_BY_PROTECTED, /* province of the protected number contacted */
    GROUP_BY_VICTIM,
    GROUP_BY_DEVICE,
    GROUP_BY_CELL,
    GROUP_BY_DEALER,
    GROUP_BY_BATCH,
    GROUP_BY_IDENTITY,
    GROUP_BY_TRUNK,
    GROUP_BY_COUNT
};

struct rule {
    char path[256];
    char id[ALERT_RULE_BYTES];
    uint64_t id_hash;     /* fixed; names the rule across reloads */
    uint64_t fingerprint; /* of the file's bytes */
    uint32_t rev;
    char title_vi[RULE_TEXT_BYTES], title_en[RULE_TEXT_BYTES];
    char summary_vi[RULE_TEXT_BYTES], summary_en[RULE_TEXT_BYTES]; /* with {measure} in them */
    char *references[RULE_NOTES_MAX];
    char *false_positives[RULE_NOTES_MAX];
    enum alert_mode mode;
    enum subject_type subject;
    enum group_by group_by;
    bool accuses;          /* its alerts name SIMs */
    bool has_sample;       /* min_sample is set: ratios may be compared */
    unsigned number_kinds; /* bits 1 << enum number_kind that may be a subject */
    int64_t window_ms, cooldown_ms;

    struct condition conditions[CONDITIONS_MAX];
    size_t condition_count;
    struct node nodes[NODES_MAX]; /* node 0 is unused */
    size_t node_count;
    uint16_t levels[SEVERITY_COUNT]; /* root node of each severity; 0: none */
    uint16_t member;                 /* group rules: root node of who belongs */
    uint16_t worse;                  /* condition whose value, doubled, raises the alert again */

    /* The gate: a count over a window that must be reached before anything else can hold. The rule is looked at
     * when a record of the gate's domain is applied. */
    struct condition gate;
    int64_t young_ms;       /* every severity demands a SIM no older than this; 0: it does not */
    bool is_protected_gate; /* only records to protected numbers can open it */
};

struct program {
    struct rule *rules[RULES_MAX];
    size_t rule_count;
    uint64_t fingerprint; /* of all files' bytes: tells two programs apart */

    /* What the state must keep for these rules. */
    int64_t horizon_ms;     /* longest window over one SIM */
    int64_t old_horizon_ms; /* the same over rules that do not demand a young SIM */
    int64_t young_ms;       /* the greatest age that the others demand */
    bool keeps_contacts, keeps_places;
    bool keeps_incoming;   /* some measure asks what comes in */
    unsigned number_kinds; /* bits of who may be a subject: nobody else has a line */

    /* The smallest gate over all SIM rules whose gate any outgoing attempt can open; a new SIM is not looked at
     * before that many. UINT32_MAX: no such rule. */
    uint32_t gate_min;
    bool has_protected_rules; /* some rule is looked at on records to protected numbers */
    unsigned groups;          /* bits 1 << enum group_by in use */
};

/* Start-up and control thread. Reads every *.yaml of a folder, or one rule file (NULL: no rules), in the order of their
 * ids. NULL and ERROR_CONFIG with file:line:column, ERROR_NO_INPUT. */
struct program *program_load(const char *path, struct error *error);

/* The same for one rule given as text (embedded tests, unit tests). */
struct program *program_load_text(const char *name, const char *text, struct error *error);
void program_destroy(struct program *program);

/* Any thread. A program of one rule that another program owns: valid as long as that one, not to be destroyed. */
void program_of_one(struct program *program, const struct rule *rule);

/* Any thread. The words of rule files. */
const char *condition_op_name(enum condition_op op);
const char *group_measure_name(enum group_measure measure);
const char *group_by_name(enum group_by group_by);

/* Any thread. Name of what a condition compares, with its window when that is not the rule's: "fan_out",
 * "fan_out(1h)". */
void condition_name(const struct rule *rule, const struct condition *condition, char *buffer, size_t bytes);

/* Any thread. A whole condition as people read it: "fan_out >= 8". */
struct text;
void condition_format(struct text *text, const struct rule *rule, const struct condition *condition);

/* Start-up and control thread. A tests: item of a rule file (conf/rules/README.md). */
struct rule_test {
    char name[128];
    const char *given; /* canonical CSV text */
    const char
        *lists[6]; /* CSV text of subscribers, protected, allow, cells, senders, complaints; NULL: none */
    unsigned expected[SEVERITY_COUNT]; /* alerts of each severity */
};
#define RULE_TEST_LISTS 6
extern const char *const rule_test_list_names[RULE_TEST_LISTS];

/* Calls `run` for each embedded test of a rule's file; it fills `error` and returns its class when the test
 * failed. Texts are valid during the call. */
enum error_class rule_each_test(const struct rule *rule,
                                enum error_class (*run)(void *owner, const struct rule_test *test,
                                                        struct error *error),
                                void *owner, struct error *error);
