/* SPDX-License-Identifier: Apache-2.0
 * Records of TS 32.298 (release 17) in all domains, and Huawei's, which are those of the circuit-switched domain and
 * members of their own from [130] on. Facts of other people's decoders where the vendor publishes none: see
 * ts32298.md. */
#include "forms.h"

/* Groups that many records have. */

static const struct member_row location_rows[] = {
    MEMBER(0x80, SLOT_AREA),
    MEMBER(0x81, SLOT_CELL),
    MEMBER(0x82, SLOT_PLMN),
};
static const struct member_table location = MEMBER_TABLE(location_rows);

static const struct member_row diagnostics_rows[] = {
    MEMBER(0x80, SLOT_CAUSE),       MEMBER(0x81, SLOT_CAUSE_MAP),      MEMBER(0x82, SLOT_CAUSE),
    MEMBER(0xA3, SLOT_CAUSE_OTHER), MEMBER(0xA4, SLOT_CAUSE_OTHER),    MEMBER(0x85, SLOT_CAUSE_OTHER),
    MEMBER(0x86, SLOT_CAUSE_OTHER), MEMBER(0x87, SLOT_CAUSE_DIAMETER),
};
static const struct member_table diagnostics = MEMBER_TABLE(diagnostics_rows);

static const struct member_row trunk_in_rows[] = {
    MEMBER(0x80, SLOT_TRUNK_IN),
    MEMBER(0x81, SLOT_TRUNK_IN_NAME),
};
static const struct member_table trunk_in = MEMBER_TABLE(trunk_in_rows);

static const struct member_row trunk_out_rows[] = {
    MEMBER(0x80, SLOT_TRUNK_OUT),
    MEMBER(0x81, SLOT_TRUNK_OUT_NAME),
};
static const struct member_table trunk_out = MEMBER_TABLE(trunk_out_rows);

static const struct member_row equipment_rows[] = {
    MEMBER(0x80, SLOT_EQUIPMENT_TYPE),
    MEMBER(0x81, SLOT_IMEI),
};
static const struct member_table equipment = MEMBER_TABLE(equipment_rows);

static const struct member_row ip_address_rows[] = {
    MEMBER(0x82, SLOT_NODE),
    MEMBER(0x83, SLOT_NODE),
};
static const struct member_table ip_address = MEMBER_TABLE(ip_address_rows);

static const struct member_row node_address_rows[] = {
    MEMBER_GROUP(0xA0, ip_address),
    MEMBER(0x81, SLOT_NODE),
};
static const struct member_table node_address = MEMBER_TABLE(node_address_rows);

/* Calls of the circuit-switched domain (TS 32.250). */

#define MO_CALL_MEMBERS                                                                                \
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x81, SLOT_IMSI), MEMBER(0x82, SLOT_IMEI),                  \
        MEMBER(0x83, SLOT_SERVED), MEMBER(0x84, SLOT_CALLING), MEMBER(0x85, SLOT_CALLED),              \
        MEMBER(0x86, SLOT_TRANSLATED), MEMBER(0x87, SLOT_CONNECTED), MEMBER(0x89, SLOT_ENTITY),        \
        MEMBER_GROUP(0xAC, location), MEMBER(0xB1, SLOT_SERVICES), MEMBER(0x96, SLOT_SEIZURE),         \
        MEMBER(0x97, SLOT_ANSWER), MEMBER(0x98, SLOT_RELEASE), MEMBER(0x99, SLOT_DURATION),            \
        MEMBER(0x9E, SLOT_CLOSING), MEMBER_GROUP(0xBF1F, diagnostics), MEMBER(0x9F20, SLOT_REFERENCE), \
        MEMBER(0x9F21, SLOT_PART)

static const struct member_row mo_call_rows[] = {MO_CALL_MEMBERS};
static const struct member_table mo_call = MEMBER_TABLE(mo_call_rows);

/* [188] globalAreaID: the cell with its network. */
static const struct member_row huawei_mo_call_rows[] = {MO_CALL_MEMBERS, MEMBER(0x9F813C, SLOT_GLOBAL_CELL)};
static const struct member_table huawei_mo_call = MEMBER_TABLE(huawei_mo_call_rows);

#define MT_CALL_MEMBERS                                                                      \
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x81, SLOT_IMSI), MEMBER(0x82, SLOT_IMEI),        \
        MEMBER(0x83, SLOT_SERVED), MEMBER(0x84, SLOT_CALLING), MEMBER(0x86, SLOT_ENTITY),    \
        MEMBER_GROUP(0xA9, location), MEMBER(0x93, SLOT_SEIZURE), MEMBER(0x94, SLOT_ANSWER), \
        MEMBER(0x95, SLOT_RELEASE), MEMBER(0x96, SLOT_DURATION), MEMBER(0x9B, SLOT_CLOSING), \
        MEMBER_GROUP(0xBC, diagnostics), MEMBER(0x9D, SLOT_REFERENCE), MEMBER(0x9E, SLOT_PART)

static const struct member_row mt_call_rows[] = {MT_CALL_MEMBERS};
static const struct member_table mt_call = MEMBER_TABLE(mt_call_rows);

/* [205] calledNumber, where there is no MSISDN. */
static const struct member_row huawei_mt_call_rows[] = {MT_CALL_MEMBERS, MEMBER(0x9F813C, SLOT_GLOBAL_CELL),
                                                        MEMBER(0x9F814D, SLOT_CALLED)};
static const struct member_table huawei_mt_call = MEMBER_TABLE(huawei_mt_call_rows);

static const struct member_row roaming_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x81, SLOT_IMSI),         MEMBER(0x82, SLOT_SERVED),
    MEMBER(0x83, SLOT_CALLING),     MEMBER(0x85, SLOT_ENTITY),       MEMBER(0x8C, SLOT_SEIZURE),
    MEMBER(0x8D, SLOT_ANSWER),      MEMBER(0x8E, SLOT_RELEASE),      MEMBER(0x8F, SLOT_DURATION),
    MEMBER(0x91, SLOT_CLOSING),     MEMBER_GROUP(0xB2, diagnostics), MEMBER(0x93, SLOT_REFERENCE),
    MEMBER(0x94, SLOT_PART),
};
static const struct member_table roaming = MEMBER_TABLE(roaming_rows);

static const struct member_row gateway_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x81, SLOT_CALLING),   MEMBER(0x82, SLOT_CALLED),
    MEMBER(0x83, SLOT_ENTITY),      MEMBER_GROUP(0xA4, trunk_in), MEMBER_GROUP(0xA5, trunk_out),
    MEMBER(0x86, SLOT_SEIZURE),     MEMBER(0x87, SLOT_ANSWER),    MEMBER(0x88, SLOT_RELEASE),
    MEMBER(0x89, SLOT_DURATION),    MEMBER(0x8B, SLOT_CLOSING),   MEMBER_GROUP(0xAC, diagnostics),
    MEMBER(0x8D, SLOT_REFERENCE),   MEMBER(0x8E, SLOT_PART),
};
static const struct member_table gateway = MEMBER_TABLE(gateway_rows);

static const struct member_row transit_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x81, SLOT_ENTITY),  MEMBER_GROUP(0xA2, trunk_in),
    MEMBER_GROUP(0xA3, trunk_out),  MEMBER(0x84, SLOT_CALLING), MEMBER(0x85, SLOT_CALLED),
    MEMBER(0x87, SLOT_SEIZURE),     MEMBER(0x88, SLOT_ANSWER),  MEMBER(0x89, SLOT_RELEASE),
    MEMBER(0x8A, SLOT_DURATION),    MEMBER(0x8C, SLOT_CLOSING), MEMBER_GROUP(0xAD, diagnostics),
    MEMBER(0x8E, SLOT_REFERENCE),   MEMBER(0x8F, SLOT_PART),
};
static const struct member_table transit = MEMBER_TABLE(transit_rows);

static const struct member_row term_camel_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),  MEMBER(0x83, SLOT_ENTITY),    MEMBER(0x84, SLOT_OPENING),
    MEMBER(0x8C, SLOT_CALLED),       MEMBER(0x8D, SLOT_CALLING),   MEMBER_GROUP(0xAE, trunk_in),
    MEMBER_GROUP(0xAF, trunk_out),   MEMBER(0x90, SLOT_SEIZURE),   MEMBER(0x91, SLOT_ANSWER),
    MEMBER(0x92, SLOT_RELEASE),      MEMBER(0x93, SLOT_DURATION),  MEMBER(0x95, SLOT_CLOSING),
    MEMBER_GROUP(0xB6, diagnostics), MEMBER(0x97, SLOT_REFERENCE), MEMBER(0x98, SLOT_PART),
};
static const struct member_table term_camel = MEMBER_TABLE(term_camel_rows);

/* Short messages of the circuit-switched (TS 32.250) and packet-switched (TS 32.251) domains. */

static const struct member_row mo_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),
    MEMBER(0x81, SLOT_IMSI),
    MEMBER(0x82, SLOT_IMEI),
    MEMBER(0x83, SLOT_SERVED),
    MEMBER(0x86, SLOT_ENTITY),
    MEMBER_GROUP(0xA7, location),
    MEMBER(0x89, SLOT_TIME),
    MEMBER_GROUP(0xAA, diagnostics),
    MEMBER_NUMBER(0x8C, SLOT_CALLED, NUMBER_STYLE_TP),
};
static const struct member_table mo_sms = MEMBER_TABLE(mo_sms_rows);

#define MT_SMS_MEMBERS                                                                      \
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x82, SLOT_IMSI), MEMBER(0x83, SLOT_IMEI),       \
        MEMBER(0x84, SLOT_SERVED), MEMBER(0x86, SLOT_ENTITY), MEMBER_GROUP(0xA7, location), \
        MEMBER(0x88, SLOT_TIME), MEMBER_GROUP(0xA9, diagnostics)

static const struct member_row mt_sms_rows[] = {MT_SMS_MEMBERS};
static const struct member_table mt_sms = MEMBER_TABLE(mt_sms_rows);

/* [201]: the sender, which the standard's record lacks. */
static const struct member_row huawei_mt_sms_rows[] = {
    MT_SMS_MEMBERS,
    MEMBER_NUMBER(0x9F8149, SLOT_CALLING, NUMBER_STYLE_HUAWEI),
};
static const struct member_table huawei_mt_sms = MEMBER_TABLE(huawei_mt_sms_rows);

static const struct member_row mt_sms_gateway_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x82, SLOT_IMSI), MEMBER(0x83, SLOT_SERVED),
    MEMBER(0x84, SLOT_ENTITY),      MEMBER(0x85, SLOT_TIME), MEMBER_GROUP(0xA6, diagnostics),
};
static const struct member_table mt_sms_gateway = MEMBER_TABLE(mt_sms_gateway_rows);

static const struct member_row sgsn_mo_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),   MEMBER(0x81, SLOT_IMSI),
    MEMBER(0x82, SLOT_IMEI),          MEMBER(0x83, SLOT_SERVED),
    MEMBER(0x86, SLOT_ENTITY),        MEMBER(0x87, SLOT_AREA),
    MEMBER(0x89, SLOT_CELL),          MEMBER(0x8B, SLOT_TIME),
    MEMBER_GROUP(0xAC, diagnostics),  MEMBER(0x8E, SLOT_NODE),
    MEMBER(0x8F, SLOT_SEQUENCE),      MEMBER_NUMBER(0x92, SLOT_CALLED, NUMBER_STYLE_TP),
    MEMBER(0x9A, SLOT_USER_LOCATION), MEMBER(0x9C, SLOT_PLMN),
};
static const struct member_table sgsn_mo_sms = MEMBER_TABLE(sgsn_mo_sms_rows);

static const struct member_row sgsn_mt_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),   MEMBER(0x81, SLOT_IMSI),
    MEMBER(0x82, SLOT_IMEI),          MEMBER(0x83, SLOT_SERVED),
    MEMBER(0x86, SLOT_ENTITY),        MEMBER(0x87, SLOT_AREA),
    MEMBER(0x89, SLOT_CELL),          MEMBER(0x8A, SLOT_TIME),
    MEMBER_GROUP(0xAB, diagnostics),  MEMBER(0x8D, SLOT_NODE),
    MEMBER(0x8E, SLOT_SEQUENCE),      MEMBER_NUMBER(0x93, SLOT_CALLING, NUMBER_STYLE_TP),
    MEMBER(0x99, SLOT_USER_LOCATION), MEMBER(0x9B, SLOT_PLMN),
};
static const struct member_table sgsn_mt_sms = MEMBER_TABLE(sgsn_mt_sms_rows);

/* Short message centres and IP short message gateways (TS 32.274). */

static const struct member_row sc_mo_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),
    MEMBER(0x81, SLOT_ENTITY),
    MEMBER_NUMBER(0xA2, SLOT_CALLING, NUMBER_STYLE_SMS_PARTY),
    MEMBER_NUMBER(0xA3, SLOT_CALLED, NUMBER_STYLE_SMS_PARTY),
    MEMBER(0x84, SLOT_IMEI),
    MEMBER(0x85, SLOT_TIME),
    MEMBER(0x87, SLOT_PARTS),
    MEMBER(0x90, SLOT_USER_LOCATION),
    MEMBER_GROUP(0xB3, diagnostics),
    MEMBER(0x96, SLOT_SEQUENCE),
};
static const struct member_table sc_mo_sms = MEMBER_TABLE(sc_mo_sms_rows);

static const struct member_row sc_mt_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),
    MEMBER(0x81, SLOT_ENTITY),
    MEMBER_NUMBER(0xA2, SLOT_CALLED, NUMBER_STYLE_SMS_PARTY),
    MEMBER_NUMBER(0xA3, SLOT_CALLING, NUMBER_STYLE_SMS_PARTY),
    MEMBER(0x84, SLOT_IMEI),
    MEMBER(0x86, SLOT_TIME),
    MEMBER(0x89, SLOT_PARTS),
    MEMBER(0x92, SLOT_STATUS),
    MEMBER(0x94, SLOT_USER_LOCATION),
    MEMBER_GROUP(0xB7, diagnostics),
    MEMBER(0x9A, SLOT_SEQUENCE),
};
static const struct member_table sc_mt_sms = MEMBER_TABLE(sc_mt_sms_rows);

static const struct member_row ip_mo_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),
    MEMBER_GROUP(0xA1, node_address),
    MEMBER_NUMBER(0xA2, SLOT_CALLING, NUMBER_STYLE_SMS_PARTY),
    MEMBER_NUMBER(0xA3, SLOT_CALLED, NUMBER_STYLE_SMS_PARTY),
    MEMBER_GROUP(0xA4, equipment),
    MEMBER(0x85, SLOT_TIME),
    MEMBER(0x87, SLOT_PARTS),
    MEMBER_GROUP(0xB0, diagnostics),
    MEMBER(0x91, SLOT_USER_LOCATION),
    MEMBER(0x98, SLOT_SEQUENCE),
};
static const struct member_table ip_mo_sms = MEMBER_TABLE(ip_mo_sms_rows);

static const struct member_row ip_mt_sms_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),
    MEMBER_GROUP(0xA1, node_address),
    MEMBER_NUMBER(0xA2, SLOT_CALLED, NUMBER_STYLE_SMS_PARTY),
    MEMBER_NUMBER(0xA3, SLOT_CALLING, NUMBER_STYLE_SMS_PARTY),
    MEMBER_GROUP(0xA4, equipment),
    MEMBER(0x86, SLOT_TIME),
    MEMBER(0x89, SLOT_PARTS),
    MEMBER(0x92, SLOT_STATUS),
    MEMBER(0x94, SLOT_USER_LOCATION),
    MEMBER_GROUP(0xB7, diagnostics),
    MEMBER(0x9C, SLOT_SEQUENCE),
};
static const struct member_table ip_mt_sms = MEMBER_TABLE(ip_mt_sms_rows);

/* Sessions (TS 32.260, and the telephony server's of TS 32.275). */

static const struct member_row telephony_rows[] = {MEMBER(0xA0, SLOT_SERVICES)};
static const struct member_table telephony = MEMBER_TABLE(telephony_rows);

#define SESSION_MEMBERS                                                                                   \
    MEMBER(0x80, SLOT_RECORD_TYPE), MEMBER(0x82, SLOT_METHOD), MEMBER(0x83, SLOT_ROLE),                   \
        MEMBER_GROUP(0xA4, node_address), MEMBER_NUMBER(0xA6, SLOT_CALLING, NUMBER_STYLE_PARTIES),        \
        MEMBER_NUMBER(0xA7, SLOT_CALLED, NUMBER_STYLE_PARTY), MEMBER(0x89, SLOT_TIME),                    \
        MEMBER(0x8A, SLOT_ANSWER), MEMBER(0x8B, SLOT_RELEASE), MEMBER(0x8C, SLOT_OPENING),                \
        MEMBER(0x8F, SLOT_SEQUENCE), MEMBER(0x90, SLOT_PART), MEMBER(0x91, SLOT_CLOSING),                 \
        MEMBER(0x93, SLOT_REFERENCE), MEMBER(0x97, SLOT_CAUSE_SIP), MEMBER(0xB8, SLOT_BODIES),            \
        MEMBER(0x9D, SLOT_ACCESS_TEXT), MEMBER(0xBF1F, SLOT_SUBSCRIPTIONS), MEMBER(0x9F25, SLOT_TIME_MS), \
        MEMBER(0x9F26, SLOT_ANSWER_MS), MEMBER(0x9F27, SLOT_RELEASE_MS)

static const struct member_row s_cscf_rows[] = {
    SESSION_MEMBERS,
    MEMBER_NUMBER(0xBF29, SLOT_TRANSLATED, NUMBER_STYLE_PARTY),
    MEMBER(0x9F2F, SLOT_USER_LOCATION),
    MEMBER_GROUP(0xBF3A, equipment),
};
static const struct member_table s_cscf = MEMBER_TABLE(s_cscf_rows);

/* Application servers and the telephony server: [101] is whom the caller asked for. */
static const struct member_row server_rows[] = {
    SESSION_MEMBERS,
    MEMBER(0x9F2F, SLOT_USER_LOCATION),
    MEMBER_GROUP(0xBF3A, equipment),
    MEMBER_NUMBER(0xBF65, SLOT_TRANSLATED, NUMBER_STYLE_PARTY),
    MEMBER_GROUP(0xBF6E, telephony),
};
static const struct member_table server = MEMBER_TABLE(server_rows);

/* Converged charging (TS 32.255): an SMS (TS 32.274) or a session (TS 32.260) in it. */

static const struct member_row charging_sms_rows[] = {
    MEMBER_NUMBER(0xA1, SLOT_CALLING, NUMBER_STYLE_SMS_PARTY),
    MEMBER_NUMBER(0xA2, SLOT_CALLED, NUMBER_STYLE_SMS_PARTY),
    MEMBER_GROUP(0xA3, equipment),
    MEMBER(0x88, SLOT_TIME),
    MEMBER(0x95, SLOT_MESSAGE_TYPE),
    MEMBER(0x98, SLOT_STATUS),
    MEMBER(0x9A, SLOT_PARTS),
    MEMBER_GROUP(0xBD, diagnostics),
};
static const struct member_table charging_sms = MEMBER_TABLE(charging_sms_rows);

static const struct member_row sip_event_rows[] = {MEMBER(0x80, SLOT_METHOD)};
static const struct member_table sip_event = MEMBER_TABLE(sip_event_rows);

static const struct member_row charging_session_rows[] = {
    MEMBER_GROUP(0xA0, sip_event),
    MEMBER(0x82, SLOT_ROLE),
    MEMBER_GROUP(0xA4, equipment),
    MEMBER_NUMBER(0xAF, SLOT_CALLING, NUMBER_STYLE_PARTIES),
    MEMBER_NUMBER(0xB0, SLOT_CALLED, NUMBER_STYLE_PARTY),
    MEMBER_NUMBER(0xB4, SLOT_TRANSLATED, NUMBER_STYLE_PARTIES),
    MEMBER(0x98, SLOT_TIME),
    MEMBER(0x9B, SLOT_REFERENCE),
    MEMBER(0xBF27, SLOT_BODIES),
};
static const struct member_table charging_session = MEMBER_TABLE(charging_session_rows);

static const struct member_row charging_rows[] = {
    MEMBER(0x80, SLOT_RECORD_TYPE),   MEMBER(0x81, SLOT_NODE),
    MEMBER(0xA2, SLOT_SUBSCRIPTIONS), MEMBER(0x86, SLOT_OPENING),
    MEMBER(0x87, SLOT_DURATION),      MEMBER(0x8B, SLOT_SEQUENCE),
    MEMBER_GROUP(0xAF, charging_sms), MEMBER_GROUP(0xBC, charging_session),
};
static const struct member_table charging = MEMBER_TABLE(charging_rows);

/* What a record of neither calls nor messages is known by. */
static const struct member_row other_rows[] = {MEMBER(0x80, SLOT_RECORD_TYPE)};
static const struct member_table other = MEMBER_TABLE(other_rows);

#define OTHER(tag, record_type)      FORM(tag, record_type, FORM_OTHER, 0, other)
#define OTHER_NODE(tag, record_type) FORM(tag, record_type, FORM_OTHER_NODE, 0, other)

/* [20] to [22] are calls handed over in the circuit-switched domain, which the session's records describe, and data
 * sessions in the packet-switched one: to be left out in both, so no tag needs its domain to be known. */
static const struct form records_3gpp[] = {
    FORM(0xA0, 0, FORM_CALL, CDR_MO_CALL, mo_call),
    FORM(0xA1, 1, FORM_CALL, CDR_MT_CALL, mt_call),
    FORM(0xA2, 2, FORM_CALL, CDR_MT_CALL, roaming),
    FORM(0xA3, 3, FORM_CALL, CDR_INC_GATEWAY, gateway),
    FORM(0xA4, 4, FORM_CALL, CDR_OUT_GATEWAY, gateway),
    FORM(0xA5, 5, FORM_CALL, CDR_TRANSIT, transit),
    FORM(0xA6, 6, FORM_SMS, CDR_MO_SMS, mo_sms),
    FORM(0xA7, 7, FORM_SMS, CDR_MT_SMS, mt_sms),
    OTHER_NODE(0xA8, 8), /* moSMSIW: names neither party, moSMS does */
    FORM(0xA9, 9, FORM_SMS, CDR_MT_SMS, mt_sms_gateway),
    FORM(0xB0, 17, FORM_CALL, CDR_TRANSIT, term_camel),
    FORM(0xB7, 21, FORM_SMS, CDR_MO_SMS, sgsn_mo_sms),
    FORM(0xB8, 22, FORM_SMS, CDR_MT_SMS, sgsn_mt_sms),
    FORM(0xBF3F, 63, FORM_SESSION, 0, s_cscf),
    FORM(0xBF45, 69, FORM_SESSION, 0, server),
    FORM(0xBF53, 83, FORM_SESSION, 0, server),
    FORM(0xBF5D, 93, FORM_SMS, CDR_MO_SMS, sc_mo_sms),
    FORM(0xBF5E, 94, FORM_SMS, CDR_MT_SMS, sc_mt_sms),
    FORM(0xBF70, 112, FORM_SMS, CDR_MO_SMS, ip_mo_sms),
    FORM(0xBF71, 113, FORM_SMS, CDR_MT_SMS, ip_mt_sms),
    FORM(0xBF8148, 200, FORM_CHARGING, 0, charging),
    /* Circuit-switched: services, location, equipment. */
    OTHER(0xAA, 10),
    OTHER(0xAB, 11),
    OTHER(0xAC, 12),
    OTHER(0xAD, 13),
    OTHER(0xAE, 14),
    OTHER(0xAF, RECORD_TYPE_ANY),
    OTHER(0xB1, 23),
    OTHER(0xB2, 24),
    OTHER(0xB3, 25),
    OTHER(0xB4, RECORD_TYPE_ANY),
    OTHER(0xB5, RECORD_TYPE_ANY),
    OTHER(0xB6, RECORD_TYPE_ANY),
    /* Packet-switched and broadcast. */
    OTHER(0xB9, 26),
    OTHER(0xBA, 27),
    OTHER(0xBB, 28),
    OTHER(0xBF4C, 76),
    OTHER(0xBF4D, 77),
    OTHER(0xBF4E, 84),
    OTHER(0xBF4F, 85),
    OTHER(0xBF56, 86),
    OTHER(0xBF5C, 92),
    OTHER(0xBF5F, 95),
    OTHER(0xBF60, 96),
    OTHER(0xBF61, 97),
    /* Nodes of a session beside the one that serves its subscriber. */
    OTHER_NODE(0xBF40, 64),
    OTHER_NODE(0xBF41, 65),
    OTHER_NODE(0xBF42, 66),
    OTHER_NODE(0xBF43, 67),
    OTHER_NODE(0xBF44, 68),
    OTHER_NODE(0xBF46, 70),
    OTHER_NODE(0xBF52, 82),
    OTHER_NODE(0xBF59, 89),
    OTHER_NODE(0xBF5A, 90),
    OTHER_NODE(0xBF5B, 91),
    /* Triggers of machines. */
    OTHER(0xBF6E, 110),
    OTHER(0xBF6F, 111),
};
const struct form_table forms_3gpp = {records_3gpp, ARRAY_COUNT(records_3gpp)};

static const struct form records_huawei[] = {
    FORM(0xA0, 0, FORM_CALL, CDR_MO_CALL, huawei_mo_call),
    FORM(0xA1, 1, FORM_CALL, CDR_MT_CALL, huawei_mt_call),
    FORM(0xA2, 2, FORM_CALL, CDR_MT_CALL, roaming),
    FORM(0xA3, 3, FORM_CALL, CDR_INC_GATEWAY, gateway),
    FORM(0xA4, 4, FORM_CALL, CDR_OUT_GATEWAY, gateway),
    FORM(0xA5, 5, FORM_CALL, CDR_TRANSIT, transit),
    FORM(0xA6, 6, FORM_SMS, CDR_MO_SMS, mo_sms),
    FORM(0xA7, 7, FORM_SMS, CDR_MT_SMS, huawei_mt_sms),
    FORM(0xB0, 17, FORM_CALL, CDR_TRANSIT, term_camel),
    FORM(0xBF64, 100, FORM_CALL, CDR_FORWARD_CALL, huawei_mo_call),
    OTHER_NODE(0xA8, 8),
    FORM(0xA9, 9, FORM_SMS, CDR_MT_SMS, mt_sms_gateway),
    OTHER(0xAA, 10),
    OTHER(0xAB, 11),
    OTHER(0xAC, 12),
    OTHER(0xAD, 13),
    OTHER(0xAE, 14),
    OTHER(0xAF, RECORD_TYPE_ANY),
    OTHER(0xB1, 23),
    OTHER(0xB2, 24),
    OTHER(0xB3, 25),
    OTHER_NODE(0xB4, 87),
    OTHER_NODE(0xB5, 88),
};
const struct form_table forms_huawei = {records_huawei, ARRAY_COUNT(records_huawei)};
