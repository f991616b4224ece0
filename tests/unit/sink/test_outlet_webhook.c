/* SPDX-License-Identifier: Apache-2.0 */
#include "outlet_rig.h"
#include "receiver.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "suite.h"
#include "workdir.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET_1 "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET_2 "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD+Ay4lxXl2gU="
#define SETTINGS "{endpoints: e.csv, hosts: [127.0.0.1, localhost], keys: ., timeout: 500ms}"
#define NOON_MS  INT64_C(1733720400000) /* 2024-12-09 12:00 local */

static struct outlet_rig rig;
static struct receiver *receiver;
static struct error error;

static void set_up(void)
{
    workdir_open();
}

static void tear_down(void)
{
    workdir_close();
}

static void write_key(const char *name, const char *text, mode_t mode)
{
    workdir_write_text(name, text);
    ck_assert_int_eq(chmod(workdir_path(name), mode), 0);
}

static void write_endpoint(const char *scheme, const char *host, unsigned port)
{
    char text[256];
    snprintf(text, sizeof(text), "endpoint,url,province,valid_from,valid_to\nall,%s://%s:%u/hook?a=b,all,,\n",
             scheme, host, port);
    workdir_write_text("e.csv", text);
}

/* A lane to a receiver that does these steps. */
static void open_to(const struct receiver_step *steps, size_t count)
{
    receiver = receiver_open(steps, count);
    write_endpoint("http", "127.0.0.1", receiver_port(receiver));
    write_key("all.key", SECRET_1 "\n", 0600);
    ck_assert_msg(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error) == ERROR_OK, "%s",
                  error.text);
}

static void close_both(void)
{
    rig_close(&rig);
    receiver_close(receiver);
}

/* Runs python3 with a text of the working folder's check.py; whether it was content. */
static int run_python(const char *program)
{
    char command[2 * WORKDIR_PATH_BYTES];
    workdir_write_text("check.py", program);
    snprintf(command, sizeof(command), "cd %s && exec python3 check.py", workdir_folder());
    const int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(alerts_are_posted_as_they_are_in_order)
{
    open_to(NULL, 0);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 16, NOON_MS), 16);
    ck_assert_uint_eq(receiver_count(receiver), 16);
    for (unsigned i = 0; i < 16; i++) {
        const struct receiver_request *request = receiver_request(receiver, i);
        char *json = rig_json(i + 1);
        ck_assert_str_eq(request->body, json);
        ck_assert_uint_eq(strtoul(request->id, NULL, 10), i + 1);
        ck_assert_str_eq(request->content_type, "application/json");
        free(json);
    }
    close_both();
}
END_TEST

START_TEST(the_timestamp_is_that_of_the_attempt)
{
    static const struct receiver_step steps[] = {{500, NULL, 0}, {200, NULL, 0}};
    open_to(steps, 2);
    const int64_t before_s = clock_wall_ms() / 1000;
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 0);
    usleep(1100000);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 1);
    const struct receiver_request *first = receiver_request(receiver, 0),
                                  *second = receiver_request(receiver, 1);
    ck_assert_int_ge(strtoll(first->timestamp, NULL, 10), before_s);
    ck_assert_int_gt(strtoll(second->timestamp, NULL, 10), strtoll(first->timestamp, NULL, 10));
    ck_assert_str_eq(first->id, second->id);
    ck_assert_str_ne(first->signature, second->signature);
    close_both();
}
END_TEST

START_TEST(both_keys_of_an_exchange_sign_by_somebody_elses_reckoning)
{
    char head[512];
    open_to(NULL, 0);
    rig_close(&rig);
    write_key("all.key", "# new, then old\n" SECRET_2 "\r\n\n" SECRET_1, 0400);
    ck_assert_int_eq(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error), ERROR_OK);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 1);
    const struct receiver_request *request = receiver_request(receiver, 0);
    snprintf(head, sizeof(head), "%s\n%s\n%s\n", request->id, request->timestamp, request->signature);
    workdir_write_text("head", head);
    workdir_write_text("body", request->body);
    ck_assert_int_eq(
        run_python(
            "import base64, hashlib, hmac, sys\n"
            "id, time, signature = open('head').read().split('\\n')[:3]\n"
            "text = (id + '.' + time + '.' + open('body').read()).encode()\n"
            "def sign(secret):\n"
            "    key = base64.b64decode(secret[len('whsec_'):])\n"
            "    return 'v1,' + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()\n"
            "sys.exit(signature != sign('" SECRET_2 "') + ' ' + sign('" SECRET_1 "'))\n"),
        0);
    close_both();
}
END_TEST

START_TEST(each_answer_means_what_it_should)
{
    static const struct {
        struct receiver_step step;
        enum outlet_outcome outcome;
        int64_t retry_after_ms;
        const char *reason;
    } rows[] = {
        {{200, NULL, 0}, OUTLET_DELIVERED, 0, ""},
        {{202, NULL, 0}, OUTLET_DELIVERED, 0, ""},
        {{204, NULL, 0}, OUTLET_DELIVERED, 0, ""},
        {{301, "Location: /elsewhere\r\n", 0}, OUTLET_RETRY, 0, "HTTP 301"},
        {{302, "Location: http://127.0.0.1:1/\r\n", 0}, OUTLET_RETRY, 0, "HTTP 302"},
        {{307, "Location: /hook\r\n", 0}, OUTLET_RETRY, 0, "HTTP 307"},
        {{400, NULL, 0}, OUTLET_REFUSED, 0, "HTTP 400"},
        {{401, NULL, 0}, OUTLET_REFUSED, 0, "HTTP 401"},
        {{404, NULL, 0}, OUTLET_REFUSED, 0, "HTTP 404"},
        {{408, NULL, 0}, OUTLET_RETRY, 0, "HTTP 408"},
        {{410, NULL, 0}, OUTLET_GONE, 0, "HTTP 410"},
        {{425, NULL, 0}, OUTLET_RETRY, 0, "HTTP 425"},
        {{429, NULL, 0}, OUTLET_RETRY, 0, "HTTP 429"},
        {{429, "Retry-After: 7\r\n", 0}, OUTLET_RETRY, 7000, "HTTP 429"},
        {{499, NULL, 0}, OUTLET_REFUSED, 0, "HTTP 499"},
        {{500, NULL, 0}, OUTLET_RETRY, 0, "HTTP 500"},
        {{502, NULL, 0}, OUTLET_RETRY, 0, "HTTP 502"},
        {{503, "Retry-After: 120\r\n", 0}, OUTLET_RETRY, 120000, "HTTP 503"},
        {{504, NULL, 0}, OUTLET_RETRY, 0, "HTTP 504"},
        {{0, NULL, 0}, OUTLET_RETRY, 0, "no answer: "},
        {{200, NULL, 800}, OUTLET_RETRY, 0, "no answer: "}, /* later than the timeout */
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        open_to(&rows[i].step, 1);
        rig_deliver(&rig, 1, 1, NOON_MS);
        ck_assert_msg(rig.answers[0].outcome == rows[i].outcome, "%d: %s", rows[i].step.status,
                      rig.answers[0].reason);
        ck_assert_int_eq(rig.answers[0].retry_after_ms, rows[i].retry_after_ms);
        if (rows[i].outcome != OUTLET_DELIVERED)
            ck_assert_msg(strstr(rig.answers[0].reason, rows[i].reason) == rig.answers[0].reason, "%s",
                          rig.answers[0].reason);
        ck_assert_uint_eq(receiver_count(receiver), 1); /* and nobody followed a redirect */
        close_both();
    }
}
END_TEST

START_TEST(a_refusal_does_not_stop_the_batch_but_an_illness_does)
{
    static const struct receiver_step steps[] = {
        {200, NULL, 0}, {422, NULL, 0}, {200, NULL, 0}, {503, NULL, 0}};
    open_to(steps, ARRAY_COUNT(steps));
    rig_deliver(&rig, 1, 8, NOON_MS);
    static const enum outlet_outcome wanted[] = {OUTLET_DELIVERED, OUTLET_REFUSED, OUTLET_DELIVERED,
                                                 OUTLET_RETRY};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++)
        ck_assert_int_eq(rig.answers[i].outcome, wanted[i]);
    ck_assert_uint_eq(receiver_count(receiver), 4);
    close_both();
}
END_TEST

START_TEST(a_receiver_that_is_down_is_retried_with_the_cause)
{
    open_to(NULL, 0);
    receiver_up(receiver, false);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 0);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
    ck_assert_ptr_nonnull(strstr(rig.answers[0].reason, "connect"));
    receiver_up(receiver, true);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 1);
    close_both();
}
END_TEST

static void *stop_soon(void *argument)
{
    usleep(200000);
    *(_Atomic bool *)argument = true;
    return NULL;
}

START_TEST(a_stop_does_not_wait_for_a_slow_receiver)
{
    static const struct receiver_step slow = {200, NULL, 20000};
    pthread_t thread;
    receiver = receiver_open(&slow, 1);
    write_endpoint("http", "127.0.0.1", receiver_port(receiver));
    write_key("all.key", SECRET_1, 0600);
    ck_assert_int_eq(
        rig_open(&rig, "webhook", workdir_folder(), "{endpoints: e.csv, hosts: 127.0.0.1, keys: .}", &error),
        ERROR_OK);
    const uint64_t begin_ns = clock_monotonic_ns();
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, &rig.is_stopping), 0);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 3, NOON_MS), 0);
    ck_assert_uint_lt((clock_monotonic_ns() - begin_ns) / 1000000, 200 + OUTLET_STOP_MS);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
    pthread_join(thread, NULL);
    close_both();
}
END_TEST

/* A receiver with TLS of its own making, once; prints its port. */
static const char tls_receiver[] = "import http.server, ssl\n"
                                   "class Receiver(http.server.BaseHTTPRequestHandler):\n"
                                   "    def do_POST(self):\n"
                                   "        self.rfile.read(int(self.headers['content-length']))\n"
                                   "        self.send_response(200)\n"
                                   "        self.end_headers()\n"
                                   "    def log_message(self, *ignored):\n"
                                   "        pass\n"
                                   "server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)\n"
                                   "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
                                   "context.load_cert_chain('cert.pem', 'cert.key')\n"
                                   "server.socket = context.wrap_socket(server.socket, server_side=True)\n"
                                   "print(server.server_address[1], flush=True)\n"
                                   "server.serve_forever()\n";

static pid_t start_tls_receiver(unsigned *port)
{
    char command[1024], line[32] = "";
    int out[2];
    snprintf(command, sizeof(command),
             "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -keyout cert.key -out cert.pem -days 2 "
             "-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null",
             workdir_folder());
    ck_assert_int_eq(system(command), 0);
    workdir_write_text("tls.py", tls_receiver);
    ck_assert_int_eq(pipe(out), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (chdir(workdir_folder()) == 0 && dup2(out[1], STDOUT_FILENO) >= 0) {
            freopen("/dev/null", "w", stderr); /* clients that break off */
            execlp("python3", "python3", "tls.py", NULL);
        }
        _exit(127);
    }
    close(out[1]);
    FILE *stream = fdopen(out[0], "r");
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), stream));
    fclose(stream);
    *port = (unsigned)strtoul(line, NULL, 10);
    return child;
}

START_TEST(https_is_spoken_only_with_whom_the_authority_vouches_for)
{
    static const struct {
        const char *host, *ca;
        bool is_good;
    } rows[] = {
        {"localhost", "ca: cert.pem", true},
        {"localhost", "timeout: 5s", false},  /* the system's authorities do not know it */
        {"127.0.0.1", "ca: cert.pem", false}, /* the certificate is another host's */
        {"localhost", "ca: all.key", false},  /* no authority in it */
    };
    unsigned port;
    const pid_t child = start_tls_receiver(&port);
    write_key("all.key", SECRET_1, 0600);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char yaml[256];
        snprintf(yaml, sizeof(yaml), "{endpoints: e.csv, hosts: [%s], keys: ., %s}", rows[i].host,
                 rows[i].ca);
        write_endpoint("https", rows[i].host, port);
        ck_assert_msg(rig_open(&rig, "webhook", workdir_folder(), yaml, &error) == ERROR_OK, "%s",
                      error.text);
        ck_assert_msg(rig_deliver(&rig, 1, 2, NOON_MS) == (rows[i].is_good ? 2 : 0), "row %zu: %s", i,
                      rig.answers[0].reason);
        if (!rows[i].is_good)
            ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
        rig_close(&rig);
    }
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(wrong_secrets_are_refused)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *message;
    } rows[] = {
        {SECRET_1, 0640, "others may read"},
        {SECRET_1, 0602, "others may read"},
        {"", 0600, "there is no secret in it"},
        {"# nothing\n", 0600, "there is no secret in it"},
        {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0600, "secret 1 is none"},
        {"whsec_MfKQ9r8GKYqrTwjUPD8=", 0600, "secret 1 is none"}, /* 14 bytes */
        {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", 0600, "secret 1 is none"},
        {SECRET_1 "\nwhsec_", 0600, "secret 2 is none"},
        {SECRET_1 "\n" SECRET_2 "\n" SECRET_1 "\n", 0600, "more than 2 secrets"},
    };
    write_endpoint("http", "127.0.0.1", 1);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        write_key("all.key", rows[i].text, rows[i].mode);
        ck_assert_int_eq(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error), ERROR_CONFIG);
        ck_assert_msg(strstr(error.text, rows[i].message) != NULL, "row %zu: %s", i, error.text);
        ck_assert_ptr_null(strstr(error.text, "MfKQ9"));
    }
    ck_assert_int_eq(unlink(workdir_path("all.key")), 0);
    ck_assert_int_eq(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error), ERROR_NO_INPUT);
}
END_TEST

START_TEST(wrong_endpoints_are_refused_with_their_line)
{
    static const struct {
        const char *rows, *message;
    } rows[] = {
        {"", "there is no endpoint"},
        {"All,https://localhost/,all,,\n", ":2: endpoint is a name"},
        {"a,https://localhost/,0,,\n", ":2: province is"},
        {"a,https://localhost/,100,,\n", ":2: province is"},
        {"a,https://localhost/,every,,\n", ":2: province is"},
        {"a,,11,,\n", ":2: url is empty"},
        {"a,https://localhost/,11,2025-07-01,2025-06-30\n", ":2: valid_from"},
        {"a,https://localhost/,11,1 July,\n", ":2: valid_from"},
        {"a,https://localhost/,11,,\na,https://localhost/x,12,,\n", ":3: the endpoint has another url"},
        {"a,http://10.0.0.1/,11,,\n", "not https"},
        {"a,https://localhost.example.net/,11,,\n", "not among `hosts`"},
        {"a,https://localhost@example.net/,11,,\n", "not among `hosts`"},
        {"a,https://me:secret@localhost/,11,,\n", "has a user in it"},
        {"a,ftp://localhost/,11,,\n", "not https"},
        {"a,localhost,11,,\n", "it is no url"},
        {"a,file:///etc/passwd,11,,\n", "url"},
    };
    write_key("a.key", SECRET_1, 0600);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof(text), "endpoint,url,province,valid_from,valid_to\n%s", rows[i].rows);
        workdir_write_text("e.csv", text);
        ck_assert_msg(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error) == ERROR_CONFIG,
                      "row %zu", i);
        ck_assert_msg(strstr(error.text, rows[i].message) != NULL, "row %zu: %s", i, error.text);
    }
}
END_TEST

START_TEST(wrong_settings_are_refused)
{
    static const char *const rows[] = {
        "{hosts: localhost, keys: .}",
        "{endpoints: e.csv, keys: .}",
        "{endpoints: e.csv, hosts: localhost}",
        "{endpoints: e.csv, hosts: localhost, keys: ., timeout: 10ms}",
        "{endpoints: e.csv, hosts: localhost, keys: ., redirects: yes}",
        "{endpoints: e.csv, hosts: {}, keys: .}",
    };
    write_endpoint("http", "localhost", 1);
    write_key("all.key", SECRET_1, 0600);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        ck_assert_msg(rig_open(&rig, "webhook", workdir_folder(), rows[i], &error) == ERROR_CONFIG, "%s",
                      rows[i]);
}
END_TEST

START_TEST(an_alert_goes_to_whoever_is_in_charge_of_its_provinces_on_its_day)
{
    static const struct {
        unsigned provinces[3];
        int64_t day;       /* from 2024-12-09 */
        const char *lanes; /* that want it, by their letters */
    } rows[] = {
        {{11}, 0, "ad"}, {{12}, 0, "d"},         {{12}, 31, "bd"},   {{11, 12}, 31, "abd"},
        {{1}, 0, "cd"},  {{1}, 400, "d"},        {{0}, 0, "d"},      {{2}, 0, "cd"},
        {{99}, 0, "d"},  {{11, 1, 2}, 0, "acd"}, {{11}, -100, "ad"}, {{12}, 30, "bd"},
        {{12}, 22, "d"}, {{12}, 23, "bd"},       {{1}, 22, "cd"},    {{1}, 23, "d"},
    };
    workdir_write_text("e.csv", "endpoint,url,province,valid_from,valid_to\n"
                                "a,https://localhost/a,11,,\n"
                                "b,https://localhost/b,12,2025-01-01,\n"
                                "c,https://localhost/c,01,,2024-12-31\n"
                                "c,https://localhost/c,02,,2024-12-31\n"
                                "d,https://localhost/d,all,,\n");
    for (const char *key = "a.key\0b.key\0c.key\0d.key\0"; *key; key += strlen(key) + 1)
        write_key(key, SECRET_1, 0600);
    ck_assert_msg(rig_open(&rig, "webhook", workdir_folder(), SETTINGS, &error) == ERROR_OK, "%s",
                  error.text);
    ck_assert_uint_eq(rig.lane_count, 4);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct outlet_alert alert = {.time_ms = NOON_MS + rows[i].day * DAY_MS};
        for (size_t j = 0; j < 3; j++)
            province_set_add(&alert.provinces, rows[i].provinces[j]);
        for (size_t lane = 0; lane < 4; lane++)
            ck_assert_msg(rig.outlet->wants(rig.lanes[lane].state, &alert) ==
                              (strchr(rows[i].lanes, rig.lanes[lane].name[0]) != NULL),
                          "row %zu, lane %s", i, rig.lanes[lane].name);
    }
    rig_close(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/outlet_webhook");
    TCase *tests = tcase_create("webhook");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, alerts_are_posted_as_they_are_in_order);
    tcase_add_test(tests, the_timestamp_is_that_of_the_attempt);
    tcase_add_test(tests, both_keys_of_an_exchange_sign_by_somebody_elses_reckoning);
    tcase_add_test(tests, each_answer_means_what_it_should);
    tcase_add_test(tests, a_refusal_does_not_stop_the_batch_but_an_illness_does);
    tcase_add_test(tests, a_receiver_that_is_down_is_retried_with_the_cause);
    tcase_add_test(tests, a_stop_does_not_wait_for_a_slow_receiver);
    tcase_add_test(tests, https_is_spoken_only_with_whom_the_authority_vouches_for);
    tcase_add_test(tests, wrong_secrets_are_refused);
    tcase_add_test(tests, wrong_endpoints_are_refused_with_their_line);
    tcase_add_test(tests, wrong_settings_are_refused);
    tcase_add_test(tests, an_alert_goes_to_whoever_is_in_charge_of_its_provinces_on_its_day);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
