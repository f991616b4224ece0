/* SPDX-License-Identifier: Apache-2.0
 * Types of information elements (TS 32.295 6.2, TS 29.060 7.7). */
#pragma once

#define IE_CAUSE       1
#define IE_RECOVERY    14
#define IE_COMMAND     126
#define IE_CHARGING_ID 127
#define IE_TLV         128 /* from here on a length of two octets follows the type */
#define IE_RELEASED    249
#define IE_CANCELLED   250
#define IE_NODE        251
#define IE_RECORDS     252
#define IE_RESPONDED   253
#define IE_RECOMMENDED 254
