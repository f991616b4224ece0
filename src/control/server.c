/* SPDX-License-Identifier: Apache-2.0
 * HTTP is libmicrohttpd's, asking is libcurl's. */
#include "simsieve/control/server.h"

#include <curl/curl.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX  16
#define CONNECTION_S     5
#define ANSWER_BYTES_MAX (16u << 20)
#define ASK_MS           3000

struct document {
    const char *path, *content_type;
    char *text;
    size_t length;
};

struct server {
    struct MHD_Daemon *local, *loopback;
    char socket_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    pthread_mutex_t lock; /* between who publishes, a few times a second, and who answers */
    struct document documents[SERVER_DOCUMENTS_MAX];
    size_t document_count;
};

static struct document *document_of(struct server *server, const char *path)
{
    for (size_t i = 0; i < server->document_count; i++)
        if (strcmp(server->documents[i].path, path) == 0)
            return &server->documents[i];
    return NULL;
}

static enum MHD_Result answer_with(struct MHD_Connection *connection, unsigned status,
                                   const char *content_type, const char *text, size_t length)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(void *owner, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *body, size_t *body_length,
                              void **state)
{
    static const char not_found[] = "there is no such page\n", not_allowed[] = "only GET is answered\n";
    struct server *server = owner;
    (void)version;
    (void)body;
    (void)state;
    if (*body_length) {
        *body_length = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return answer_with(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", not_allowed,
                           sizeof(not_allowed) - 1);
    pthread_mutex_lock(&server->lock);
    const struct document *document = document_of(server, path);
    const enum MHD_Result result =
        document
            ? answer_with(connection, MHD_HTTP_OK, document->content_type, document->text, document->length)
            : answer_with(connection, MHD_HTTP_NOT_FOUND, "text/plain", not_found, sizeof(not_found) - 1);
    pthread_mutex_unlock(&server->lock);
    return result;
}

static struct MHD_Daemon *start_daemon(struct server *server, int listener)
{
    return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, answer, server,
                            MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_S, MHD_OPTION_END);
}

static bool somebody_answers(const struct sockaddr_un *address)
{
    const int asking = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answers =
        asking >= 0 && connect(asking, (const struct sockaddr *)address, sizeof(*address)) == 0;
    if (asking >= 0)
        close(asking);
    return answers;
}

/* A listening socket at the path, -1 with `error`. */
static int listen_local(struct server *server, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->socket_path);
    if (somebody_answers(&address)) {
        error_set(error, ERROR_CONFIG,
                  "%s: another process answers here; stop it, or give each its own state folder",
                  server->socket_path);
        return -1;
    }
    unlink(server->socket_path);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const mode_t mask = umask(0177);
    const bool is_open = listener >= 0 &&
                         bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                         listen(listener, CONNECTIONS_MAX) == 0;
    umask(mask);
    if (is_open)
        return listener;
    error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", server->socket_path, strerror(errno));
    if (listener >= 0)
        close(listener);
    return -1;
}

static int listen_loopback(unsigned port, struct error *error)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(listener, CONNECTIONS_MAX) == 0)
        return listener;
    error_set(error, ERROR_CANNOT_CREATE, "metrics: port %u of the loopback cannot be had: %s", port,
              strerror(errno));
    if (listener >= 0)
        close(listener);
    return -1;
}

struct server *server_start(const char *socket_path, unsigned port, struct error *error)
{
    struct server *server = calloc(1, sizeof(*server));
    CHECK(server && pthread_mutex_init(&server->lock, NULL) == 0);
    if (strlen(socket_path) >= sizeof(server->socket_path)) {
        error_set(error, ERROR_CONFIG, "%s: the path is longer than the %zu bytes of a socket's", socket_path,
                  sizeof(server->socket_path) - 1);
        free(server);
        return NULL;
    }
    snprintf(server->socket_path, sizeof(server->socket_path), "%s", socket_path);
    const int local = listen_local(server, error);
    const int loopback = local >= 0 && port ? listen_loopback(port, error) : -1;
    if (local >= 0)
        server->local = start_daemon(server, local);
    if (loopback >= 0)
        server->loopback = start_daemon(server, loopback);
    if (server->local && (server->loopback || !port))
        return server;
    if (local >= 0 && (loopback >= 0 || !port))
        error_set(error, ERROR_INTERNAL, "%s: the HTTP server cannot be started", socket_path);
    server_stop(server);
    return NULL;
}

void server_stop(struct server *server)
{
    if (!server)
        return;
    if (server->local) {
        MHD_stop_daemon(server->local);
        unlink(server->socket_path);
    }
    if (server->loopback)
        MHD_stop_daemon(server->loopback);
    for (size_t i = 0; i < server->document_count; i++)
        free(server->documents[i].text);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

void server_publish(struct server *server, const char *path, const char *content_type, const char *text,
                    size_t length)
{
    char *copy = malloc(length + 1);
    CHECK(copy);
    memcpy(copy, text, length);
    pthread_mutex_lock(&server->lock);
    struct document *document = document_of(server, path);
    if (!document) {
        CHECK(server->document_count < SERVER_DOCUMENTS_MAX);
        document = &server->documents[server->document_count++];
    }
    free(document->text);
    *document = (struct document){path, content_type, copy, length};
    pthread_mutex_unlock(&server->lock);
}

struct asked {
    char *text;
    size_t length;
};

static size_t take_answer(char *bytes, size_t size, size_t count, void *owner)
{
    struct asked *asked = owner;
    if (asked->length + size * count > ANSWER_BYTES_MAX)
        return 0;
    asked->text = realloc(asked->text, asked->length + size * count + 1);
    CHECK(asked->text);
    memcpy(asked->text + asked->length, bytes, size * count);
    asked->length += size * count;
    asked->text[asked->length] = 0;
    return size * count;
}

enum error_class server_ask(const char *socket_path, const char *path, char **text, struct error *error)
{
    char url[128];
    struct asked asked = {NULL, 0};
    CURL *curl = curl_easy_init();
    CHECK(curl);
    snprintf(url, sizeof(url), "http://simsieve%s", path);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ASK_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &asked);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK && asked.text) {
        *text = asked.text;
        return ERROR_OK;
    }
    free(asked.text);
    return error_set(error, ERROR_NO_INPUT,
                     "%s: nobody answers here (%s); is `simsieve run` up, with this configuration?",
                     socket_path, curl_easy_strerror(code));
}
