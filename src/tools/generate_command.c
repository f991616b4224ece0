/* SPDX-License-Identifier: Apache-2.0
 * simsieve generate: a labelled synthetic network. */
#include "simsieve/tools/commands.h"
#include "simsieve/tools/generate.h"

#include "simsieve/base/text.h"
#include "simsieve/record/province.h"
#include "simsieve/tools/environment.h"

static int generate_main(const struct command *command, int argc, char **argv)
{
    struct generate_options network = {0};
    uint64_t subscribers = 2000, days = 3, seed = 1;
    const struct option_row rows[] = {
        {"--subscribers", "N", "subscribers of the network (2000)", OPTION_COUNT, &subscribers,
         GENERATE_SUBSCRIBERS_MIN, GENERATE_SUBSCRIBERS_MAX},
        {"--days", "D", "local days of records (3)", OPTION_COUNT, &days, 1, GENERATE_DAYS_MAX},
        {"--seed", "S", "the same seed gives the same bytes (1)", OPTION_COUNT, &seed, 0, UINT64_MAX},
        {"--out", "DIR", "folder for records, lists and truth.csv", OPTION_TEXT, &network.folder, 0, 0},
        {"--scenario", "FILE", "who lives there (default: conf/scenarios/default.yaml says it)", OPTION_TEXT,
         &network.scenario, 0, 0},
    };
    struct options options = {.command = command, .rows = rows, .row_count = ARRAY_COUNT(rows)};
    struct error error;
    char path[DATA_PATH_BYTES];
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (!network.folder)
        return options_wrong(&options, "--out is missing: where shall the files go?");
    network.subscribers = (uint32_t)subscribers;
    network.days = (uint32_t)days;
    network.seed = seed;
    if (provinces_load(data_path("provinces.csv", path), &error) || generate_network(&network, &error))
        return report_error(&error);
    return 0;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "a labelled synthetic network: records, lists and the truth",
    .operands = "",
    .example = "simsieve generate --subscribers 20000 --days 3 --seed 7 --out /tmp/province",
    .run = generate_main,
};
