/* SPDX-License-Identifier: Apache-2.0
 * How a running process tells others how it is: documents that it publishes again and again, served over HTTP on a local
 * socket and, if wanted, on a port of the loopback. Nobody who asks can hold the process up: he gets the last document. */
#pragma once

#include "simsieve/base/error.h"

struct server;

/* Start-up only. `socket_path` is made (0600) over one that nobody answers on; `port` 0: none. ERROR_CANNOT_CREATE;
 * ERROR_CONFIG when another process answers there. */
struct server *server_start(const char *socket_path, unsigned port, struct error *error);
void server_stop(struct server *server);

/* Any one thread. From here on `path` ("/status") is answered with a copy of this. At most SERVER_DOCUMENTS_MAX paths. */
#define SERVER_DOCUMENTS_MAX 8
void server_publish(struct server *server, const char *path, const char *content_type, const char *text,
                    size_t length);

/* Any thread. Asks the process behind a socket. `*text` is zero-terminated and the caller's to free. ERROR_NO_INPUT when
 * nobody answers there. */
enum error_class server_ask(const char *socket_path, const char *path, char **text, struct error *error);
