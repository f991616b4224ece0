/* SPDX-License-Identifier: Apache-2.0
 * Messages that the gateway sends by itself: senders are asked to go elsewhere, and whether they started again. */
#include "cgf_parts.h"

void cgf_set_state(struct cgf *cgf, enum cgf_state state, const struct address *recommended)
{
    CHECK(!cgf->options.is_passive);
    cgf->state = state;
    cgf->recommended = *recommended;
    for (uint32_t i = 0; i < cgf->fresh; i++)
        cgf->peers[i].redirect_tries = 0;
}

static bool redirection_is_due(const struct cgf *cgf, const struct cgf_peer *peer, int64_t now_ms)
{
    if (cgf->state == CGF_OPEN || peer->redirect_tries == CGF_REDIRECT_TRIES)
        return false;
    return peer->redirect_tries == 0 || now_ms - peer->redirect_ms >= cgf->options.retry_ms;
}

static bool echo_is_due(const struct cgf *cgf, const struct cgf_peer *peer, int64_t now_ms)
{
    return cgf->options.echo_ms > 0 && now_ms - peer->echo_ms >= cgf->options.echo_ms;
}

static void write_redirection(struct cgf *cgf, struct cgf_peer *peer, int64_t now_ms,
                              struct gtpp_build *build)
{
    const uint8_t cause =
        cgf->state == CGF_FULL ? GTPP_CAUSE_RECEIVE_BUFFERS_FILLING : GTPP_CAUSE_THIS_NODE_GOING_DOWN;
    if (peer->redirect_tries++ == 0)
        peer->redirect_sequence = cgf->sequence++;
    peer->redirect_ms = now_ms;
    cgf->counters.redirections++;
    const struct gtpp_header form = {
        .version = peer->version, .is_long = peer->is_long, .sequence = peer->redirect_sequence};
    gtpp_build_redirection_request(build, &form, cause, &cgf->recommended);
}

static void write_echo(struct cgf *cgf, struct cgf_peer *peer, int64_t now_ms, struct gtpp_build *build)
{
    peer->echo_ms = now_ms;
    peer->echo_sequence = cgf->sequence++;
    const struct gtpp_header form = {
        .version = peer->version, .is_long = peer->is_long, .sequence = peer->echo_sequence};
    gtpp_build_echo_request(build, &form);
}

bool cgf_next_letter(struct cgf *cgf, int64_t now_ms, struct cgf_letter *letter)
{
    CHECK(!cgf->options.is_passive);
    for (; cgf->letter_next < cgf->fresh; cgf->letter_next++) {
        struct cgf_peer *peer = &cgf->peers[cgf->letter_next];
        if (redirection_is_due(cgf, peer, now_ms))
            write_redirection(cgf, peer, now_ms, &letter->build);
        else if (echo_is_due(cgf, peer, now_ms))
            write_echo(cgf, peer, now_ms, &letter->build);
        else
            continue;
        letter->source = peer->destination;
        letter->destination = peer->source;
        letter->destination_port = peer->letter_port;
        letter->is_tcp = peer->is_tcp;
        return true;
    }
    cgf->letter_next = 0;
    return false;
}
