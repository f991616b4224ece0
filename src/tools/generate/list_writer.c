/* SPDX-License-Identifier: Apache-2.0 */
#include "list_writer.h"

#include "simsieve/base/output.h"

#include <stdio.h>

#define SIMS_PER_DEALER      2000
#define OFFICIALS_PER_AGENCY 8
#define ALLOW_DAYS           400

static const char *const departments[] = {
    "Văn phòng UBND tỉnh",      "Sở Tài chính",           "Sở Nội vụ",      "Sở Y tế",        "Sở Xây dựng",
    "Sở Khoa học và Công nghệ", "Sở Giáo dục và Đào tạo", "Sở Công Thương", "Thanh tra tỉnh", "Sở Tư pháp",
};

static const char *const roles[OFFICIALS_PER_AGENCY] = {
    "Giám đốc",     "Phó Giám đốc", "Phó Giám đốc",     "Chánh Văn phòng",
    "Trưởng phòng", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên",
};

static unsigned province_code(const struct network *network, uint32_t sim)
{
    return geography_provinces[network->sims[sim].province].code;
}

/* Campaigns buy at one dealer; everybody else where he lives. */
static unsigned dealer_of(const struct network *network, uint32_t sim)
{
    const struct sim *me = &network->sims[sim];
    const uint32_t dealers = 5 + network->sim_count / SIMS_PER_DEALER;
    const uint64_t key = me->campaign ? UINT64_C(1) << 40 | me->campaign : sim;
    return (unsigned)(chance_hash(network->seed, PURPOSE_DEALER, key, 0) % dealers);
}

/* One owner in twelve has two SIMs; a campaign registers four on one identity. */
static uint64_t identity_of(const struct network *network, uint32_t sim)
{
    const struct sim *me = &network->sims[sim];
    uint32_t owner = sim;
    if (me->campaign > 0) {
        const uint32_t first = network->campaigns[me->campaign - 1].first_sim;
        owner = first + (sim - first) / 4 * 4;
    } else if (chance_hash(network->seed, PURPOSE_OWNER, sim | 1, 0) % 12 == 0) {
        owner = sim | 1;
    }
    return chance_hash(network->seed, PURPOSE_OWNER, owner, 2);
}

static const char *age_band_of(const struct network *network, uint32_t sim)
{
    static const char *const bands[] = {"<18",   "18-39", "18-39", "18-39", "18-39",
                                        "40-59", "40-59", "40-59", "60+",   "60+"};
    const struct behaviour *behaviour = network_behaviour(network, sim);
    if (behaviour->subscriber_class[0] != 'p' || behaviour->subscriber_class[1] != 'e')
        return ""; /* only persons have an age */
    if (network->sims[sim].behaviour == BEHAVIOUR_STUDENT)
        return "18-39";
    return bands[chance_hash(network->seed, PURPOSE_AGE, sim, 0) % ARRAY_COUNT(bands)];
}

static void write_subscribers(const struct network *network, FILE *stream)
{
    char activated[CALENDAR_TEXT_BYTES];
    fputs("number,imsi,activated,carrier,dealer,batch,province,identity,age_band,class\n", stream);
    for (uint32_t sim = 0; sim < network->sim_count; sim++) {
        const struct sim *me = &network->sims[sim];
        const char *class = network_behaviour(network, sim)->subscriber_class;
        if (!class)
            continue;
        calendar_format(network_activated_ms(network, sim), activated);
        const unsigned dealer = dealer_of(network, sim);
        fprintf(stream, "%llu,%llu,%s,%s,DL-%05u,%.4s%.2s-%05u,%02u,%016llx,%s,%s\n",
                (unsigned long long)me->number, (unsigned long long)network_imsi(network, sim), activated,
                geography_carriers[me->carrier].name, dealer, activated, activated + 5, dealer,
                province_code(network, sim), (unsigned long long)identity_of(network, sim),
                age_band_of(network, sim), class);
    }
}

static void write_protected(const struct network *network, FILE *stream)
{
    const struct group *officials = &network->groups[BEHAVIOUR_OFFICIAL];
    fputs("number,agency,province,role\n", stream);
    for (uint32_t sim = officials->first; sim < officials->first + officials->count; sim++) {
        const uint32_t position = sim - officials->province_first[network->sims[sim].province];
        const uint32_t agency = position / OFFICIALS_PER_AGENCY;
        const unsigned code = province_code(network, sim);
        fprintf(stream, "%llu,", (unsigned long long)network->sims[sim].number);
        if (agency < ARRAY_COUNT(departments))
            fprintf(stream, "%s %02u,", departments[agency], code);
        else
            fprintf(stream, "UBND xã %u %02u,", agency, code);
        fprintf(stream, "%02u,%s\n", code, roles[position % OFFICIALS_PER_AGENCY]);
    }
}

static void write_allow(const struct network *network, FILE *stream)
{
    char expires[CALENDAR_TEXT_BYTES];
    calendar_format(network->scenario.start_ms + ALLOW_DAYS * DAY_MS, expires);
    fputs("number,kind,owner,reason,expires\n", stream);
    for (uint32_t sim = 0; sim < network->sim_count; sim++) {
        const struct behaviour *behaviour = network_behaviour(network, sim);
        if (!behaviour->allow_kind ||
            chance_hash(network->seed, PURPOSE_LIST, sim, 0) % 100 >= behaviour->allow_percent)
            continue;
        fprintf(stream, "%llu,%s,%s %u tỉnh %02u,mô phỏng,%.10s\n",
                (unsigned long long)network->sims[sim].number, behaviour->allow_kind, behaviour->name,
                sim - network->groups[network->sims[sim].behaviour].first, province_code(network, sim),
                expires);
    }
}

static void write_do_not_originate(const struct network *network, FILE *stream)
{
    (void)network;
    fputs("number,owner\n", stream);
    for (uint32_t i = 0; i < party_service_count(); i++)
        if (party_service_at(i)->is_receive_only)
            fprintf(stream, "%s,%s\n", party_service_at(i)->number, party_service_at(i)->owner);
}

static void write_cells(const struct network *network, FILE *stream)
{
    fputs("cell,province,commune,lat,lon\n", stream);
    for (uint32_t i = 0; i < network->geography.cell_count; i++) {
        const struct cell *cell = &network->geography.cells[i];
        const struct province *province = &geography_provinces[cell->province];
        struct chance chance = chance_make(network->seed, PURPOSE_CELL, i, 1);
        const int32_t latitude = province->latitude + (int32_t)chance_between(&chance, -250, 250);
        const int32_t longitude = province->longitude + (int32_t)chance_between(&chance, -250, 250);
        fprintf(stream, "%s,%02u,xa-%02u-%02u,%d.%03d,%d.%03d\n", cell->text, province->code, province->code,
                chance_below(&chance, 60) + 1, latitude / 1000, latitude % 1000, longitude / 1000,
                longitude % 1000);
    }
}

static void write_trunks(const struct network *network, FILE *stream)
{
    static const char *const kinds[TRUNK_GROUP_COUNT] = {
        [TRUNK_GROUP_ENTERPRISE] = "enterprise",
        [TRUNK_GROUP_INTERNATIONAL] = "international",
        [TRUNK_GROUP_NATIONAL] = "national",
    };
    fputs("trunk,kind,carrier\n", stream);
    for (unsigned carrier = 0; carrier < CARRIER_COUNT; carrier++)
        for (unsigned trunk = 0; trunk < TRUNK_GROUP_COUNT; trunk++)
            fprintf(stream, "%s,%s,%s\n", network->geography.trunk_names[carrier][trunk], kinds[trunk],
                    geography_carriers[carrier].name);
}

static void write_senders(const struct network *network, FILE *stream)
{
    (void)network;
    fputs("sender,kind\n", stream);
    for (uint32_t i = 0; i < party_sender_count(); i++)
        fprintf(stream, "%s,%s\n", party_sender_at(i)->name, party_sender_at(i)->kind);
}

static void write_truth(const struct network *network, FILE *stream)
{
    char first_junk[CALENDAR_TEXT_BYTES];
    fputs("number,class,junk,campaign,first_junk\n", stream);
    for (uint32_t sim = 0; sim < network->sim_count; sim++) {
        const struct sim *me = &network->sims[sim];
        const struct behaviour *behaviour = network_behaviour(network, sim);
        fprintf(stream, "%llu,%s,%d,", (unsigned long long)me->number, behaviour->name, behaviour->is_junk);
        if (me->campaign > 0)
            fprintf(stream, "%s-%u", behaviour->name, network->campaigns[me->campaign - 1].ordinal);
        fputc(',', stream);
        if (behaviour->is_junk && network->first_junk_ms[sim - network->junk_first] != NEVER_MS)
            fputs(calendar_format(network->first_junk_ms[sim - network->junk_first], first_junk), stream);
        fputc('\n', stream);
    }
}

static enum error_class write_file(const struct network *network, const char *folder, const char *name,
                                   void (*write)(const struct network *, FILE *), struct error *error)
{
    char path[OUTPUT_PATH_BYTES];
    struct output output;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
        return error_set(error, ERROR_CANNOT_CREATE, "%.60s...: the path is too long", folder);
    const enum error_class class = output_open(&output, path, OUTPUT_WHOLE, 0644, error);
    if (class)
        return class;
    write(network, output.stream);
    return output_commit(&output, error);
}

enum error_class list_writer_lists(const struct network *network, const char *folder, struct error *error)
{
    static const struct {
        const char *name;
        void (*write)(const struct network *, FILE *);
    } files[] = {{"subscribers.csv", write_subscribers},
                 {"protected.csv", write_protected},
                 {"allow.csv", write_allow},
                 {"do_not_originate.csv", write_do_not_originate},
                 {"cells.csv", write_cells},
                 {"trunks.csv", write_trunks},
                 {"senders.csv", write_senders}};
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(files) && !class; i++)
        class = write_file(network, folder, files[i].name, files[i].write, error);
    return class;
}

enum error_class list_writer_truth(const struct network *network, const char *folder, struct error *error)
{
    return write_file(network, folder, "truth.csv", write_truth, error);
}
