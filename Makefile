# SPDX-License-Identifier: Apache-2.0
#
# simsieve finds junk SIMs in call and SMS records while the calls are still being made.
#
#   make run     demo: a small province with planted campaigns, its alerts and their score
#   make run-kafka   the same live, through a real Kafka broker; make run-dpdk: as GTP' on a virtual network (root)
#   make test    every check and every test
#   make help    all targets
#
# FLAVOUR=release (default) | asan | ubsan | tsan selects compiler flags and build folder.

FLAVOUR ?= release
CC      ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

EMPTY   :=
SPACE   := $(EMPTY) $(EMPTY)
BUILD   := build$(patsubst %,/%,$(subst $(SPACE),-,$(strip $(if $(findstring clang,$(CC)),clang,) $(filter-out release,$(FLAVOUR)))))
PROGRAM := $(BUILD)/simsieve
LIBRARY := $(BUILD)/libsimsieve.a

# DPDK is optional: without it the program says so where a configuration asks for it.
ifeq ($(shell pkg-config --exists libdpdk 2>/dev/null && echo yes),yes)
DPDK_CFLAGS := $(patsubst -I%,-isystem %,$(filter-out -march=%,$(shell pkg-config --cflags libdpdk)))
DPDK_LIBS   := -Wl,--as-needed $(shell pkg-config --libs libdpdk)
DPDK_ABSENT := src/feed/dpdk_absent.c
else
DPDK_ABSENT := src/feed/dpdk_eal.c src/feed/dpdk_port.c tests/unit/feed/test_dpdk_ring.c
endif

MODULES := yaml-0.1 jansson sqlite3 libzstd zlib libsodium libxxhash libmicrohttpd libcurl rdkafka avro-c libprotobuf-c
HAVE_MODULES := $(shell pkg-config --exists $(MODULES) 2>/dev/null && echo yes)
ifeq ($(HAVE_MODULES),yes)
DEPENDENCY_CFLAGS := $(shell pkg-config --cflags $(MODULES))
DEPENDENCY_LIBS   := $(shell pkg-config --libs $(MODULES)) -lcsv -lm -lpthread $(DPDK_LIBS)
TEST_LIBS         := $(shell pkg-config --libs check 2>/dev/null)
endif

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wimplicit-fallthrough -Wno-format-nonliteral
CFLAGS   ?= -O2 -g
# x86-64-v2 is the floor of DPDK; faster instructions are chosen at run time. It stays last: the last -march wins.
# The tuning only keeps gcc from "rep stos" for small structures, which costs a record 40 ns at each copy.
ALL_CFLAGS = -std=gnu17 $(CFLAGS) -fno-omit-frame-pointer $(WARNINGS) $(FLAVOUR_CFLAGS) -Iinclude -I$(BUILD)/generated $(DEPENDENCY_CFLAGS) \
             -D_GNU_SOURCE -march=x86-64-v2 -mtune=skylake

FLAVOUR_CFLAGS_release :=
FLAVOUR_CFLAGS_asan    := -fsanitize=address -DSIMSIEVE_DEBUG
FLAVOUR_CFLAGS_ubsan   := -fsanitize=undefined -fno-sanitize-recover=all -DSIMSIEVE_DEBUG
FLAVOUR_CFLAGS_tsan    := -fsanitize=thread -DSIMSIEVE_DEBUG -DSIMSIEVE_TSAN
FLAVOUR_CFLAGS := $(FLAVOUR_CFLAGS_$(FLAVOUR))
# Sanitizers bring their own malloc and see nothing behind jemalloc's.
ALLOCATOR_LIBS := $(if $(filter release,$(FLAVOUR)),-ljemalloc,)

SOURCES := $(filter-out $(DPDK_ABSENT),$(sort $(wildcard src/*/*.c src/*/*/*.c)))
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/cdr.pb-c.o
SUPPORT := $(sort $(wildcard tests/support/*.c))
SUPPORT_OBJECTS := $(SUPPORT:tests/%.c=$(BUILD)/tests/%.o)
# TSan must see the threads of librdkafka begin.
FLAVOUR_OBJECTS := $(if $(filter tsan,$(FLAVOUR)),$(BUILD)/tests/support/c11_threads.o,)
TEST_SOURCES := $(filter-out $(DPDK_ABSENT),$(sort $(wildcard tests/unit/*/test_*.c tests/model/test_*.c tests/fuzz/test_*.c tests/concurrency/test_*.c)))
TESTS   := $(TEST_SOURCES:tests/%.c=$(BUILD)/tests/%)
# Programs that test scripts use.
HELPERS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/programs/*.c)))

TEST_SCRIPTS := $(sort $(wildcard tests/integration/test_*.sh))
# Sanitizer flavours run the end-to-end scripts too; under TSan those that need no other program.
FLAVOUR_SCRIPTS := $(TEST_SCRIPTS)
JOBS := $(shell nproc 2>/dev/null || echo 2)

.PHONY: FORCE all help bootstrap run run-kafka run-dpdk test lint perf asan tsan ubsan clean programs reference

all: $(PROGRAM)

help:
	@sed -n 's/^#   make/  make/p' Makefile
	@echo "  make lint    every static check: layers, hot path, banned functions, format, stale reference, cppcheck"
	@echo "  make asan | ubsan | tsan    build and test that flavour"
	@echo "  make fuzz NAME=ber SECONDS=60    one decoder's fuzzer; needs clang"
	@echo "  make perf    rates and bytes per SIM beside the machine's own limits"
	@echo "  make reference   write conf/REFERENCE.md from the tables in the code"
	@echo "  make clean   remove build/"

bootstrap:
	@scripts/bootstrap.sh build

programs: $(PROGRAM) $(TESTS) $(HELPERS)

run: bootstrap
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@scripts/demo.sh $(PROGRAM)

run-kafka run-dpdk: run-%:
	@scripts/bootstrap.sh $*
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@scripts/demo-$*.sh $(PROGRAM)

test:
	@scripts/bootstrap.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(MAKE) --no-print-directory lint
	@scripts/run-tests.sh $(BUILD) $(TESTS) $(TEST_SCRIPTS)

asan ubsan tsan:
	@scripts/bootstrap.sh test
	@$(MAKE) --no-print-directory FLAVOUR=$@ -j$(JOBS) programs
	@scripts/run-tests.sh build/$@ $(TESTS:$(BUILD)/%=build/$@/%) $(FLAVOUR_SCRIPTS)

# Every static check. cppcheck looks only at what changed since it was last content.
CHECKED := $(patsubst %.c,$(BUILD)/lint/%.checked,$(SOURCES))

lint: $(PROGRAM)
	@echo "  layers, hot path, banned functions, format, reference, scripts"
	@scripts/check-layers.sh
	@scripts/check-hot.sh $(BUILD)
	@scripts/check-banned.sh
	@clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' | xargs ls -d 2>/dev/null)
	@scripts/check-reference.sh $(BUILD)
	@shellcheck -S warning -x scripts/*.sh tests/integration/*.sh
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(CHECKED)

$(BUILD)/lint/%.checked: %.c
	@mkdir -p $(@D)
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=unusedStructMember -Iinclude $<
	@touch $@

# Ratios within one run; on an otherwise idle machine. Needs 5 GiB of memory.
PERF_OBJECTS := $(patsubst perf/%.c,$(BUILD)/perf/%.o,$(sort $(wildcard perf/*.c)))

perf: bootstrap
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/perf/measure
	@$(BUILD)/perf/measure

$(BUILD)/perf/%.o: perf/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/perf/measure: $(PERF_OBJECTS) $(LIBRARY)
	@$(CC) $(ALL_CFLAGS) -o $@ $(PERF_OBJECTS) $(LIBRARY) $(DEPENDENCY_LIBS) $(ALLOCATOR_LIBS)

reference: $(PROGRAM)
	@scripts/make-reference.sh $(PROGRAM) >conf/REFERENCE.md

$(PROGRAM): $(BUILD)/obj/main.o $(FLAVOUR_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(FLAVOUR_OBJECTS) $(LIBRARY) $(DEPENDENCY_LIBS) $(ALLOCATOR_LIBS)

$(LIBRARY): $(OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

# Everything is compiled again when the compiler or its options change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || printf '%s\n' '$(CC) $(ALL_CFLAGS)' >$@

# Only these know DPDK's headers; private, or the flags file would get their flags too.
$(BUILD)/obj/feed/dpdk_eal.o $(BUILD)/obj/feed/dpdk_port.o $(BUILD)/tests/unit/feed/test_dpdk_ring.o: private DEPENDENCY_CFLAGS += $(DPDK_CFLAGS)

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  $@"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The record as Protobuf messages hold it.
$(BUILD)/generated/cdr.pb-c.c: conf/schemas/cdr.proto
	@mkdir -p $(@D)
	@protoc-c --proto_path=conf/schemas --c_out=$(@D) $<

$(BUILD)/obj/cdr.pb-c.o: $(BUILD)/generated/cdr.pb-c.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/obj/feed/kafka_protobuf.o: $(BUILD)/generated/cdr.pb-c.c

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  $@"
	@$(CC) $(ALL_CFLAGS) -Itests/support -MMD -MP -c -o $@ $<

$(TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_OBJECTS) $(LIBRARY)
	@echo "  $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(SUPPORT_OBJECTS) $(LIBRARY) $(TEST_LIBS) $(DEPENDENCY_LIBS) $(ALLOCATOR_LIBS)

$(HELPERS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(FLAVOUR_OBJECTS) $(LIBRARY)
	@echo "  $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(FLAVOUR_OBJECTS) $(LIBRARY) $(DEPENDENCY_LIBS) $(ALLOCATOR_LIBS)

.SECONDARY: $(TESTS:=.o) $(HELPERS:=.o) $(SUPPORT_OBJECTS)
-include $(OBJECTS:.o=.d) $(PERF_OBJECTS:.o=.d) $(BUILD)/obj/main.d $(SUPPORT_OBJECTS:.o=.d) $(TESTS:=.d) $(HELPERS:=.d)

include tests/fuzz/fuzz.mk

clean:
	rm -rf build
