/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_TIMEOUT_MS 10000
#define ANSWER_BYTES_MAX   65536 /* of a body that nobody reads */

struct webhook_client {
    CURL *curl;
    char error[CURL_ERROR_SIZE];
    uint64_t answer_bytes;
};

/* Codes of an answer; the first row that has it decides. */
static const struct verdict {
    long from, to;
    enum outlet_outcome outcome;
} verdicts[] = {
    {200, 299, OUTLET_DELIVERED}, {410, 410, OUTLET_GONE},  {408, 408, OUTLET_RETRY},
    {425, 425, OUTLET_RETRY},     {429, 429, OUTLET_RETRY}, {400, 499, OUTLET_REFUSED},
    {0, 999, OUTLET_RETRY}, /* redirects and the server's own faults: somebody will mend them */
};

static bool is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (strcasecmp(host, names[i]) == 0)
            return true;
    return false;
}

static const char *parts_fault(const char *scheme, const char *host, char (*hosts)[256], size_t host_count)
{
    if (strcasecmp(scheme, "https") != 0 && (strcasecmp(scheme, "http") != 0 || !is_loopback(host)))
        return "the url is not https (http is for the loopback only)";
    for (size_t i = 0; i < host_count; i++)
        if (strcasecmp(host, hosts[i]) == 0)
            return NULL;
    return "the url's host is not among `hosts`";
}

const char *webhook_url_fault(const char *url, char (*hosts)[256], size_t host_count)
{
    char *scheme = NULL, *host = NULL, *user = NULL;
    CURLU *parts = curl_url();
    CHECK(parts);
    const char *fault = "it is no url";
    if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        fault = parts_fault(scheme, host, hosts, host_count);
    if (!fault && curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        fault = "the url has a user in it: receivers know us by the signature";
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    return fault;
}

static size_t drop_answer(char *bytes, size_t size, size_t count, void *owner)
{
    struct webhook_client *client = owner;
    (void)bytes;
    client->answer_bytes += size * count;
    return client->answer_bytes <= ANSWER_BYTES_MAX ? size * count : 0;
}

/* Called about once a second, and more often while bytes flow. */
static int look_for_stop(void *owner, curl_off_t down_max, curl_off_t down, curl_off_t up_max, curl_off_t up)
{
    const _Atomic bool *is_stopping = owner;
    (void)down_max;
    (void)down;
    (void)up_max;
    (void)up;
    return atomic_load_explicit(is_stopping, memory_order_acquire);
}

#define SET(option, value) CHECK(curl_easy_setopt(client->curl, option, value) == CURLE_OK)

struct webhook_client *webhook_client_create(const char *url, const char *ca_path, int64_t timeout_ms)
{
    struct webhook_client *client = calloc(1, sizeof(*client));
    CHECK(client && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    client->curl = curl_easy_init();
    CHECK(client->curl);
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, ""); /* nor one of the environment */
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (ca_path[0])
        SET(CURLOPT_CAINFO, ca_path);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "simsieve");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* does not wait for a name server at the end */
    SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)u64_min(CONNECT_TIMEOUT_MS, (uint64_t)timeout_ms));
    SET(CURLOPT_ERRORBUFFER, client->error);
    SET(CURLOPT_WRITEFUNCTION, drop_answer);
    SET(CURLOPT_WRITEDATA, client);
    SET(CURLOPT_XFERINFOFUNCTION, look_for_stop);
    SET(CURLOPT_NOPROGRESS, 0L);
    return client;
}

void webhook_client_destroy(struct webhook_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
    curl_global_cleanup();
}

static struct curl_slist *add_header(struct curl_slist *headers, const char *name, const char *value)
{
    char line[256];
    CHECK((size_t)snprintf(line, sizeof(line), "%s:%s%s", name, value[0] ? " " : "", value) < sizeof(line));
    struct curl_slist *longer = curl_slist_append(headers, line);
    CHECK(longer);
    return longer;
}

static void read_answer(struct webhook_client *client, CURLcode code, struct outlet_answer *answer)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    const bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0);
    if (!is_answered) {
        outlet_answer(answer, OUTLET_RETRY, "no answer: %s",
                      client->error[0] ? client->error : curl_easy_strerror(code));
        return;
    }
    size_t row = 0;
    while (row < ARRAY_COUNT(verdicts) - 1 && (status < verdicts[row].from || status > verdicts[row].to))
        row++;
    outlet_answer(answer, verdicts[row].outcome, "HTTP %ld", status);
    if (curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK &&
        retry_after_s > 0)
        answer->retry_after_ms = (int64_t)u64_min((uint64_t)retry_after_s, INT32_MAX) * 1000;
}

void webhook_post(struct webhook_client *client, const struct webhook_request *request,
                  struct outlet_answer *answer)
{
    char timestamp[24];
    snprintf(timestamp, sizeof(timestamp), "%lld", (long long)request->timestamp_s);
    struct curl_slist *headers = add_header(NULL, "content-type", "application/json");
    headers = add_header(headers, "webhook-id", request->id);
    headers = add_header(headers, "webhook-timestamp", timestamp);
    headers = add_header(headers, "webhook-signature", request->signature);
    headers = add_header(headers, "expect", ""); /* no round trip for 100-continue */
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    SET(CURLOPT_POSTFIELDS, request->body);
    /* libcurl hands the pointer back to look_for_stop, which only reads */
    SET(CURLOPT_XFERINFODATA, (void *)(uintptr_t)request->is_stopping);
    client->answer_bytes = 0;
    client->error[0] = 0;
    read_answer(client, curl_easy_perform(client->curl), answer);
    SET(CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
}
