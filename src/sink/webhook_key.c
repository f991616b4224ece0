/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_key.h"

#include "simsieve/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX 4096
#define KEY_BYTES_MIN  24 /* Standard Webhooks: 24 to 64 */
#define KEY_PREFIX     "whsec_"

static enum error_class read_line(struct webhook_keys *keys, const char *line, size_t length,
                                  const char *path, struct error *error)
{
    const size_t prefix = sizeof(KEY_PREFIX) - 1;
    size_t bytes = 0;
    if (length == 0 || line[0] == '#')
        return ERROR_OK;
    if (keys->count == WEBHOOK_KEYS_MAX)
        return error_set(error, ERROR_CONFIG, "%s: more than %d secrets", path, WEBHOOK_KEYS_MAX);
    const bool is_key =
        length > prefix && memcmp(line, KEY_PREFIX, prefix) == 0 &&
        sodium_base642bin(keys->keys[keys->count].bytes, WEBHOOK_KEY_BYTES_MAX, line + prefix,
                          length - prefix, NULL, &bytes, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        bytes >= KEY_BYTES_MIN;
    if (!is_key)
        return error_set(error, ERROR_CONFIG,
                         "%s: secret %zu is none: write " KEY_PREFIX " and %d to %d bytes in base64", path,
                         keys->count + 1, KEY_BYTES_MIN, WEBHOOK_KEY_BYTES_MAX);
    keys->keys[keys->count++].length = bytes;
    return ERROR_OK;
}

static enum error_class read_lines(struct webhook_keys *keys, const char *text, size_t length,
                                   const char *path, struct error *error)
{
    enum error_class class = ERROR_OK;
    for (size_t begin = 0; begin < length && !class;) {
        const char *newline = memchr(text + begin, '\n', length - begin);
        const size_t end = newline ? (size_t)(newline - text) : length;
        const size_t line_end = end > begin && text[end - 1] == '\r' ? end - 1 : end;
        class = read_line(keys, text + begin, line_end - begin, path, error);
        begin = end + 1;
    }
    if (!class && keys->count == 0)
        return error_set(error, ERROR_CONFIG, "%s: there is no secret in it", path);
    return class;
}

static enum error_class read_open(struct webhook_keys *keys, int descriptor, const char *path,
                                  struct error *error)
{
    char text[FILE_BYTES_MAX];
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return error_set(error, ERROR_NO_INPUT, "%s: is no file", path);
    if (status.st_mode & 077)
        return error_set(error, ERROR_CONFIG, "%s: others may read or write this secret: chmod 600", path);
    const ssize_t length = read(descriptor, text, sizeof(text));
    enum error_class class = ERROR_OK;
    if (length < 0)
        class = error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    else if ((size_t)length == sizeof(text))
        class = error_set(error, ERROR_CONFIG, "%s: is longer than secrets are", path);
    else
        class = read_lines(keys, text, (size_t)length, path, error);
    sodium_memzero(text, sizeof(text));
    return class;
}

enum error_class webhook_keys_read(struct webhook_keys *keys, const char *path, struct error *error)
{
    *keys = (struct webhook_keys){0};
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, ERROR_NO_INPUT, "%s: no secret: %s", path, strerror(errno));
    const enum error_class class = read_open(keys, descriptor, path, error);
    close(descriptor);
    if (class)
        webhook_keys_wipe(keys);
    return class;
}

void webhook_keys_wipe(struct webhook_keys *keys)
{
    sodium_memzero(keys, sizeof(*keys));
}

const char *webhook_sign(const struct webhook_keys *keys, const char *id, int64_t timestamp_s,
                         const char *body, size_t body_length, char signature[static WEBHOOK_SIGNATURE_BYTES])
{
    char head[128],
        base64[sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    unsigned char sum[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    struct text text = text_over(signature, WEBHOOK_SIGNATURE_BYTES);
    const int head_length = snprintf(head, sizeof(head), "%s.%lld.", id, (long long)timestamp_s);
    CHECK(head_length > 0 && (size_t)head_length < sizeof(head));
    for (size_t i = 0; i < keys->count; i++) {
        crypto_auth_hmacsha256_init(&state, keys->keys[i].bytes, keys->keys[i].length);
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)head, (size_t)head_length);
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, body_length);
        crypto_auth_hmacsha256_final(&state, sum);
        sodium_bin2base64(base64, sizeof(base64), sum, sizeof(sum), sodium_base64_VARIANT_ORIGINAL);
        text_add(&text, "%sv1,%s", i ? " " : "", base64);
    }
    sodium_memzero(&state, sizeof(state));
    CHECK(!text.is_cut);
    return signature;
}
