/* SPDX-License-Identifier: Apache-2.0 */
#include "receiver.h"

#include "suite.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_MAX  4096
#define REQUEST_BYTES 65536

struct receiver {
    const struct receiver_step *steps;
    size_t step_count;
    int listener;
    unsigned port;
    pthread_t thread;
    _Atomic bool is_up, is_stopping;
    pthread_mutex_t lock;
    size_t count;
    struct receiver_request requests[REQUESTS_MAX];
};

static int listen_at(unsigned *port)
{
    const int on = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)*port)};
    socklen_t length = sizeof(address);
    ck_assert_int_ge(descriptor, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    ck_assert_int_eq(bind(descriptor, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(descriptor, 16), 0);
    ck_assert_int_eq(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

static void copy_header(const char *head, const char *name, char *value, size_t bytes)
{
    const char *line = strcasestr(head, name);
    if (line)
        snprintf(value, bytes, "%.*s", (int)strcspn(line + strlen(name), "\r\n"), line + strlen(name));
}

/* Reads a whole request; false when the other side went away. */
static bool read_request(int connection, struct receiver_request *request)
{
    static _Thread_local char bytes[REQUEST_BYTES];
    size_t length = 0, wanted = SIZE_MAX;
    char *body = NULL, body_length[24] = "0";
    while (length < wanted) {
        const ssize_t got = recv(connection, bytes + length, sizeof(bytes) - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        bytes[length] = 0;
        if (!body && (body = strstr(bytes, "\r\n\r\n"))) {
            *body = 0;
            body += 4;
            copy_header(bytes, "\r\ncontent-length: ", body_length, sizeof(body_length));
            wanted = (size_t)(body - bytes) + strtoul(body_length, NULL, 10);
        }
    }
    copy_header(bytes, "\r\nwebhook-id: ", request->id, sizeof(request->id));
    copy_header(bytes, "\r\nwebhook-timestamp: ", request->timestamp, sizeof(request->timestamp));
    copy_header(bytes, "\r\nwebhook-signature: ", request->signature, sizeof(request->signature));
    copy_header(bytes, "\r\ncontent-type: ", request->content_type, sizeof(request->content_type));
    request->body = strdup(body);
    return true;
}

static void answer(struct receiver *receiver, int connection, const struct receiver_step *step)
{
    char text[1024];
    for (int waited_ms = 0; waited_ms < step->delay_ms && !receiver->is_stopping; waited_ms += 10)
        usleep(10000);
    if (step->status == 0)
        return;
    const int length =
        snprintf(text, sizeof(text), "HTTP/1.1 %d So\r\nContent-Length: 2\r\nConnection: close\r\n%s\r\nok",
                 step->status, step->headers ? step->headers : "");
    if (send(connection, text, (size_t)length, MSG_NOSIGNAL) < 0)
        return;
    shutdown(connection, SHUT_WR);
}

static void serve(struct receiver *receiver, int connection)
{
    static const struct receiver_step good = {.status = 200};
    struct receiver_request request = {0};
    if (!read_request(connection, &request))
        return;
    pthread_mutex_lock(&receiver->lock);
    ck_assert_uint_lt(receiver->count, REQUESTS_MAX);
    const size_t index = receiver->count;
    receiver->requests[receiver->count++] = request;
    pthread_mutex_unlock(&receiver->lock);
    const struct receiver_step *last =
        receiver->step_count ? &receiver->steps[receiver->step_count - 1] : &good;
    answer(receiver, connection, index < receiver->step_count ? &receiver->steps[index] : last);
}

static void *receiver_main(void *argument)
{
    struct receiver *receiver = argument;
    while (!receiver->is_stopping) {
        if (!receiver->is_up && receiver->listener >= 0) {
            close(receiver->listener);
            receiver->listener = -1;
        }
        if (receiver->is_up && receiver->listener < 0)
            receiver->listener = listen_at(&receiver->port);
        struct pollfd poll_entry = {.fd = receiver->listener, .events = POLLIN};
        if (poll(&poll_entry, 1, 10) <= 0)
            continue;
        const int connection = accept(receiver->listener, NULL, NULL);
        if (connection < 0)
            continue;
        serve(receiver, connection);
        close(connection);
    }
    return NULL;
}

struct receiver *receiver_open(const struct receiver_step *steps, size_t step_count)
{
    struct receiver *receiver = calloc(1, sizeof(*receiver));
    receiver->steps = steps;
    receiver->step_count = step_count;
    receiver->is_up = true;
    receiver->listener = listen_at(&receiver->port);
    pthread_mutex_init(&receiver->lock, NULL);
    ck_assert_int_eq(pthread_create(&receiver->thread, NULL, receiver_main, receiver), 0);
    return receiver;
}

void receiver_close(struct receiver *receiver)
{
    receiver->is_stopping = true;
    pthread_join(receiver->thread, NULL);
    if (receiver->listener >= 0)
        close(receiver->listener);
    for (size_t i = 0; i < receiver->count; i++)
        free(receiver->requests[i].body);
    pthread_mutex_destroy(&receiver->lock);
    free(receiver);
}

void receiver_up(struct receiver *receiver, bool is_up)
{
    receiver->is_up = is_up;
    usleep(50000); /* longer than its poll */
}

unsigned receiver_port(const struct receiver *receiver)
{
    return receiver->port;
}

size_t receiver_count(struct receiver *receiver)
{
    pthread_mutex_lock(&receiver->lock);
    const size_t count = receiver->count;
    pthread_mutex_unlock(&receiver->lock);
    return count;
}

void receiver_await(struct receiver *receiver, size_t count)
{
    for (int waited_ms = 0; receiver_count(receiver) < count; waited_ms += 5) {
        ck_assert_msg(waited_ms < 10000, "%zu requests, not %zu", receiver_count(receiver), count);
        usleep(5000);
    }
}

const struct receiver_request *receiver_request(struct receiver *receiver, size_t index)
{
    ck_assert_uint_lt(index, receiver_count(receiver));
    return &receiver->requests[index];
}
