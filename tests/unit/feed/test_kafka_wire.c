/* SPDX-License-Identifier: Apache-2.0
 * Avro and Protobuf records, the schemas they need, and messages that wait for a registry. */
#include "../../../src/feed/kafka_avro.h"
#include "../../../src/feed/kafka_protobuf.h"
#include "../../../src/feed/kafka_schemas.h"
#include "decoding.h"
#include "kafka_mock.h"
#include "kafka_records.h"
#include "suite.h"
#include "workdir.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#define TIME_MS 1733702400000
#define WAIT_MS 20000

static struct error error;
static struct cdr cdr;

static struct avro_plan *plan_of(const char *schema)
{
    return avro_plan_create(schema, strlen(schema), "7.avsc", &error);
}

static enum reason decode(const struct avro_plan *plan, const struct wire *wire)
{
    return avro_decode(plan, decoding_context(), wire->bytes, wire->length, &cdr);
}

/* A record of the first schema. */
static struct wire plain_record(int64_t type, int64_t time, const char *a, const char *b, int64_t duration_s)
{
    struct wire wire = {.length = 0};
    wire_long(&wire, type);
    wire_long(&wire, time);
    wire_long(&wire, a ? 1 : 0);
    if (a)
        wire_text(&wire, a);
    wire_text(&wire, b);
    wire_long(&wire, duration_s < 0 ? 0 : 1);
    if (duration_s >= 0)
        wire_long(&wire, duration_s);
    return wire;
}

START_TEST(an_avro_record_is_read_by_its_schema)
{
    struct avro_plan *plan = plan_of(wire_schema(0));
    struct wire wire = plain_record(0, TIME_MS, "0912345678", "0987654321", 61);
    ck_assert_int_eq(decode(plan, &wire), REASON_NONE);
    ck_assert_int_eq(cdr.type, CDR_MO_CALL);
    ck_assert_int_eq(cdr.time_ms, TIME_MS);
    ck_assert_uint_eq(cdr.duration_s, 61);
    wire = plain_record(1, TIME_MS, "0912345678", "0987654321", -1);
    ck_assert_int_eq(decode(plan, &wire), REASON_NONE);
    ck_assert(!cdr_has(&cdr, CDR_DURATION));
    avro_plan_destroy(plan);
}
END_TEST

START_TEST(what_is_no_column_is_stepped_over_and_units_are_heeded)
{
    struct avro_plan *plan = plan_of(wire_schema(1));
    struct wire wire = {.length = 0};
    const double seconds = 12.25;
    const float real = 1.5f;
    wire_long(&wire, 1); /* one key ... */
    wire_text(&wire, "k");
    wire_long(&wire, -2); /* ... with two items in a block of two bytes */
    wire_long(&wire, 2);
    wire_long(&wire, 1);
    wire_long(&wire, 2);
    wire_long(&wire, 0);
    wire_long(&wire, 0);
    wire_raw(&wire, "0987654321", 10);
    wire_long(&wire, 0);
    wire_long(&wire, TIME_MS * 1000 + 999);
    for (int depth = 0; depth < 3; depth++) {
        wire_raw(&wire, "\1", 1);
        wire_raw(&wire, &real, sizeof(real));
        wire_long(&wire, depth < 2);
    }
    wire_long(&wire, 1000);
    wire_long(&wire, 0);
    wire_text(&wire, "0912345678");
    wire_raw(&wire, &seconds, sizeof(seconds));
    wire_text(&wire, "mo_call");
    ck_assert_int_eq(decode(plan, &wire), REASON_NONE);
    ck_assert_int_eq(cdr.time_ms, TIME_MS);
    ck_assert_uint_eq(cdr.duration_s, 13);
    /* Every shorter or longer record is none. */
    for (size_t length = 0; length < wire.length; length++)
        ck_assert_int_eq(avro_decode(plan, decoding_context(), wire.bytes, length, &cdr),
                         REASON_SCHEMA_MISMATCH);
    wire_raw(&wire, "", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_SCHEMA_MISMATCH);
    avro_plan_destroy(plan);
}
END_TEST

START_TEST(damaged_avro_values_have_their_reasons)
{
    struct avro_plan *plan = plan_of(wire_schema(0));
    struct wire wire = plain_record(3, TIME_MS, "0912345678", "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_SCHEMA_MISMATCH);
    wire = plain_record(-1, TIME_MS, "0912345678", "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_SCHEMA_MISMATCH);
    wire = plain_record(2, TIME_MS, "0912345678", "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_TYPE_UNKNOWN);
    wire = plain_record(0, TIME_MS / 1000, "0912345678", "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_TIME_OUT_OF_RANGE);
    wire = plain_record(0, TIME_MS, NULL, "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_A_MISSING);
    wire = plain_record(0, TIME_MS, "09\xff", "0987654321", 1);
    ck_assert_int_eq(decode(plan, &wire), REASON_NOT_UTF8);
    wire = plain_record(0, TIME_MS, "0912345678", "0987654321", 1);
    wire.bytes[0] = (char)0x80; /* a varint that never ends */
    memset(wire.bytes, 0x80, 20);
    ck_assert_int_eq(decode(plan, &wire), REASON_SCHEMA_MISMATCH);
    avro_plan_destroy(plan);
}
END_TEST

START_TEST(an_array_of_a_billion_nothings_is_no_work)
{
    struct avro_plan *plan =
        plan_of("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                "{\"name\":\"n\",\"type\":{\"type\":\"array\",\"items\":\"null\"}},"
                "{\"name\":\"type\",\"type\":\"string\"},{\"name\":\"time\",\"type\":\"long\"},"
                "{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"string\"}]}");
    struct wire wire = {.length = 0};
    wire_long(&wire, 1000 * 1000 * 1000);
    ck_assert_int_eq(decode(plan, &wire), REASON_SCHEMA_MISMATCH);
    avro_plan_destroy(plan);
}
END_TEST

#define FIELDS(time_type, a_type)                                                              \
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"type\",\"type\":\"string\"}," \
    "{\"name\":\"time\",\"type\":" time_type "},{\"name\":\"a\",\"type\":" a_type "},"         \
    "{\"name\":\"b\",\"type\":\"string\"}]}"

static const struct {
    const char *schema, *says;
} unusable[] = {
    {"", "no JSON"},
    {"{\"type\":\"record\"", "no JSON"},
    {"{\"type\":\"recrod\",\"name\":\"R\"}", "no Avro schema"},
    {"\"string\"", "is no record"},
    {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"type\",\"type\":\"string\"}]}",
     "no field \"time\""},
    {FIELDS("{\"type\":\"long\",\"logicalType\":\"local-timestamp-millis\"}", "\"string\""),
     "local-timestamp-millis"},
    {FIELDS("\"boolean\"", "\"string\""), "\"time\" is neither"},
    {FIELDS("\"long\"", "{\"type\":\"array\",\"items\":\"string\"}"), "\"a\" is neither"},
    {FIELDS("\"long\"", "[\"null\",{\"type\":\"map\",\"values\":\"string\"}]"), "\"a\" is neither"},
    {FIELDS("\"double\"", "\"string\""), "\"time\" is neither"},
};

START_TEST(a_schema_that_cannot_be_used_says_why)
{
    ck_assert_ptr_null(plan_of(unusable[_i].schema));
    ck_assert_int_eq(error.class, ERROR_DATA);
    ck_assert_msg(strstr(error.text, unusable[_i].says) && strstr(error.text, "7.avsc"), "%s", error.text);
}
END_TEST

START_TEST(a_protobuf_record_is_read_by_its_field_numbers)
{
    struct wire wire = {.length = 0};
    wire_raw(&wire, "\0", 1);
    wire_field_text(&wire, 1, "mo_call");
    wire_field_number(&wire, 2, TIME_MS);
    wire_field_text(&wire, 3, "0912345678");
    wire_field_text(&wire, 4, "0987654321");
    wire_field_number(&wire, 7, 61);
    wire_field_text(&wire, 12, "MSC-1");
    wire_field_number(&wire, 13, UINT64_MAX / 2);
    wire_field_text(&wire, 99, "of a later version");
    ck_assert_int_eq(protobuf_decode(decoding_context(), wire.bytes, wire.length, &cdr), REASON_NONE);
    ck_assert_int_eq(cdr.time_ms, TIME_MS);
    ck_assert_uint_eq(cdr.duration_s, 61);
    ck_assert_uint_eq(cdr.seq, UINT64_MAX / 2);
    ck_assert(!cdr_has(&cdr, CDR_IMSI));
    /* The long form of the list; another message; a list that ends. */
    struct wire other = {.bytes = "\2", .length = 2};
    wire_raw(&other, wire.bytes + 1, wire.length - 1);
    ck_assert_int_eq(protobuf_decode(decoding_context(), other.bytes, other.length, &cdr), REASON_NONE);
    other.bytes[1] = 2;
    ck_assert_int_eq(protobuf_decode(decoding_context(), other.bytes, other.length, &cdr),
                     REASON_SCHEMA_MISMATCH);
    ck_assert_int_eq(protobuf_decode(decoding_context(), "", 0, &cdr), REASON_SCHEMA_MISMATCH);
    ck_assert_int_eq(protobuf_decode(decoding_context(), wire.bytes, wire.length - 1, &cdr),
                     REASON_SCHEMA_MISMATCH);
    ck_assert_int_eq(protobuf_decode(decoding_context(), wire.bytes, 1, &cdr), REASON_TYPE_MISSING);
    struct wire damaged = wire;
    memset(memmem(damaged.bytes, damaged.length, "MSC", 3), 0xff, 3);
    ck_assert_int_eq(protobuf_decode(decoding_context(), damaged.bytes, damaged.length, &cdr),
                     REASON_NOT_UTF8);
}
END_TEST

START_TEST(a_protobuf_record_above_the_limit_is_refused)
{
    static char large[DECODE_RECORD_BYTES_MAX + 1];
    ck_assert_int_eq(protobuf_decode(decoding_context(), large, sizeof(large), &cdr), REASON_LINE_TOO_LONG);
}
END_TEST

/* A message: zero, id, record. */
static void produce(uint32_t id, struct wire record)
{
    struct wire message = {.length = 0};
    const uint8_t header[5] = {0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};
    wire_raw(&message, header, sizeof(header));
    wire_raw(&message, record.bytes, record.length);
    mock_produce(MOCK_TOPIC, 0, message.bytes, message.length);
}

static struct mock_feed feed;

static void set_up(void)
{
    workdir_open();
    mock_start(1);
}

static void tear_down(void)
{
    mock_stop();
    workdir_close();
}

static struct position at(uint64_t offset)
{
    return (struct position){offset, 0};
}

static uint64_t rejected(enum reason reason)
{
    return rejects_count(feed.options.rejects, reason);
}

START_TEST(schemas_of_a_folder_are_found_by_id)
{
    char settings[512];
    workdir_write_text("7.avsc", wire_schema(0));
    workdir_write_text("8.avsc", "\"string\"");
    snprintf(settings, sizeof(settings), "payload: avro\nschemas: %s/\n", workdir_folder());
    produce(7, plain_record(0, TIME_MS, "0912345678", "0987654321", 1));
    produce(8, plain_record(0, TIME_MS, "0912345678", "0987654321", 1));
    produce(9, plain_record(0, TIME_MS, "0912345678", "0987654321", 1));
    mock_produce(MOCK_TOPIC, 0, "{}", 2);
    mock_produce(MOCK_TOPIC, 0, "\0\0\0\0", 4);
    produce(7, plain_record(9, TIME_MS, "0912345678", "0987654321", 1));
    mock_produce(MOCK_TOPIC, 0, NULL, 0);
    produce(7, plain_record(0, TIME_MS + 1, "0912345678", "0987654321", 1));
    mock_flush();
    ck_assert_msg(mock_feed_open(&feed, settings, 2) == ERROR_OK, "%s", feed.error.text);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0), at(8), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 2);
    ck_assert_uint_eq(rejected(REASON_SCHEMA_UNKNOWN), 2);
    ck_assert_uint_eq(rejected(REASON_SCHEMA_HEADER), 2);
    ck_assert_uint_eq(rejected(REASON_SCHEMA_MISMATCH), 1);
    ck_assert_uint_eq(feed.health.empty, 1);
    ck_assert_uint_eq(feed.health.received, 7);
    ck_assert_uint_eq(feed.health.messages, 8);
    mock_feed_close(&feed);
}
END_TEST

static enum schema_status find(struct schemas *schemas, uint32_t id)
{
    const struct avro_plan *plan;
    return schemas_find(schemas, id, &plan);
}

START_TEST(unknown_ids_make_room_and_known_ones_have_a_limit)
{
    enum { LIMIT = 1024 };
    struct feed_health health = {0};
    const struct feed_options options = {.name = "mobile", .health = &health};
    char name[32];
    struct schemas *schemas = schemas_open(workdir_folder(), &options);
    for (uint32_t id = 10000; id < 10000 + 2 * LIMIT; id++)
        ck_assert_int_eq(find(schemas, id), SCHEMA_UNKNOWN);
    for (uint32_t id = 0; id <= LIMIT; id++) {
        snprintf(name, sizeof(name), "%u.avsc", id);
        workdir_write_text(name, wire_schema(0));
        ck_assert_int_eq(find(schemas, id), id < LIMIT ? SCHEMA_READY : SCHEMA_UNKNOWN);
    }
    ck_assert_int_eq(find(schemas, 0), SCHEMA_READY);
    schemas_close(schemas);
}
END_TEST

START_TEST(protobuf_messages_need_no_schema)
{
    struct wire record = {.length = 0};
    wire_raw(&record, "\0", 1);
    wire_field_text(&record, 1, "mo_call");
    wire_field_number(&record, 2, TIME_MS);
    wire_field_text(&record, 3, "0912345678");
    wire_field_text(&record, 4, "0987654321");
    produce(123456789, record);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, "payload: protobuf\n", 1), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0), at(1), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 1);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(avro_without_schemas_is_refused)
{
    ck_assert_int_eq(mock_feed_open(&feed, "payload: avro\n", 1), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "'schemas'"));
    ck_assert_int_eq(mock_feed_open(&feed, "payload: avro\nschemas: ''\n", 1), ERROR_CONFIG);
}
END_TEST

/* A registry that has schema 7, is away when told, and counts what it is asked. */
static _Atomic int registry_status;
static _Atomic unsigned registry_count;

static enum MHD_Result answer(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **request)
{
    static const char schema[] =
        "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":["
        "{\\\"name\\\":\\\"type\\\",\\\"type\\\":\\\"string\\\"},{\\\"name\\\":\\\"time\\\",\\\"type\\\":\\\"long\\\"},"
        "{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"string\\\"},{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"string\\\"}]}\"}";
    (void)owner, (void)method, (void)version, (void)data, (void)size, (void)request;
    registry_count++;
    const bool is_seven = strcmp(url, "/schemas/ids/7") == 0;
    const char *body = is_seven ? schema : "{\"error_code\":40403}";
    const unsigned status = registry_status != 200 ? (unsigned)registry_status : is_seven ? 200 : 404;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

START_TEST(messages_wait_for_a_registry_that_is_away)
{
    char settings[512];
    registry_status = 503;
    struct MHD_Daemon *registry =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_END);
    ck_assert_ptr_nonnull(registry);
    snprintf(settings, sizeof(settings), "payload: avro\nschemas: http://127.0.0.1:%u\n",
             MHD_get_daemon_info(registry, MHD_DAEMON_INFO_BIND_PORT)->port);
    for (uint64_t i = 0; i < 50; i++) {
        struct wire record = {.length = 0};
        wire_text(&record, "mo_call");
        wire_long(&record, (int64_t)(TIME_MS + i));
        wire_text(&record, "0912345678");
        wire_text(&record, "0987654321");
        produce(i == 20 ? 8 : 7, record);
    }
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, settings, 50), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0), at(50), 2500), FEED_NOTHING);
    ck_assert_uint_eq(feed.arrived, 0);
    ck_assert_uint_eq(feed.health.messages, 0);
    ck_assert_uint_gt(feed.health.errors, 0);
    ck_assert_uint_le(registry_count, 5);
    /* The same live. */
    ck_assert_int_eq(feed_kind_by_name("kafka")->start(feed.state, NULL, 0, &feed.error), ERROR_OK);
    ck_assert_int_eq(mock_feed_poll(&feed, 1, 6000), FEED_NOTHING);
    ck_assert_uint_eq(feed.arrived, 0);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 0);
    registry_status = 200;
    registry_count = 0;
    mock_feed_poll(&feed, 49, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), 49);
    ck_assert_uint_eq(rejected(REASON_SCHEMA_UNKNOWN), 1);
    ck_assert_uint_eq(registry_count, 2);
    feed_kind_by_name("kafka")->stop(feed.state);
    mock_feed_close(&feed);
    MHD_stop_daemon(registry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka wire");
    TCase *wire = tcase_create("wire");
    tcase_add_test(wire, an_avro_record_is_read_by_its_schema);
    tcase_add_test(wire, what_is_no_column_is_stepped_over_and_units_are_heeded);
    tcase_add_test(wire, damaged_avro_values_have_their_reasons);
    tcase_add_test(wire, an_array_of_a_billion_nothings_is_no_work);
    tcase_add_loop_test(wire, a_schema_that_cannot_be_used_says_why, 0, ARRAY_COUNT(unusable));
    tcase_add_test(wire, a_protobuf_record_is_read_by_its_field_numbers);
    tcase_add_test(wire, a_protobuf_record_above_the_limit_is_refused);
    suite_add_tcase(suite, wire);
    TCase *messages = tcase_create("messages");
    tcase_add_checked_fixture(messages, set_up, tear_down);
    tcase_set_timeout(messages, 60);
    tcase_add_test(messages, schemas_of_a_folder_are_found_by_id);
    tcase_add_test(messages, unknown_ids_make_room_and_known_ones_have_a_limit);
    tcase_add_test(messages, protobuf_messages_need_no_schema);
    tcase_add_test(messages, avro_without_schemas_is_refused);
    tcase_add_test(messages, messages_wait_for_a_registry_that_is_away);
    suite_add_tcase(suite, messages);
    return suite_main(suite);
}
