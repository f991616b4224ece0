/* SPDX-License-Identifier: Apache-2.0
 * The lists of the network, and the truth about it. */
#pragma once

#include "network.h"

/* May block. Writes subscribers, protected, allow, do_not_originate, cells, trunks and senders into the
 * folder. ERROR_CANNOT_CREATE, ERROR_IO. */
enum error_class list_writer_lists(const struct network *network, const char *folder, struct error *error);

/* May block. Writes truth.csv; after the last day, because it names each junk SIM's first contact. */
enum error_class list_writer_truth(const struct network *network, const char *folder, struct error *error);
