# SPDX-License-Identifier: Apache-2.0
#
#   make fuzz NAME=csv SECONDS=60    one fuzzer (clang, libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer), new finds
#                                    in build/fuzz/found/csv, what it fails on in build/fuzz/csv-crash-...
#   ... SECONDS=0 OPTIONS='-runs=10000000 -max_len=1024'    as many executions; OPTIONS are libFuzzer's
#   make fuzzers                     builds all of them

SECONDS      ?= 60
FUZZ_CC      ?= clang
FUZZ_FLAGS   := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DSIMSIEVE_DEBUG -DSIMSIEVE_FUZZING
# Only its own counters may steer the fuzzer, so the product's objects are instrumented but carry no main. Comparisons and
# indirect calls are not traced: the corpora know the magic numbers, and without that twice as many inputs are tried.
FUZZ_OBJECT_FLAGS := $(subst fuzzer,fuzzer-no-link,$(FUZZ_FLAGS)) -fno-sanitize-coverage=trace-cmp,indirect-calls
FUZZ_SUPPORT := decoder_property decoding packet_property kafka_records
# What decoders stand on, and no more: quick to build, and a fuzzer needs no broker and no DPDK.
FUZZ_SOURCES := $(wildcard $(patsubst %,src/%/*.c,base log conf record lists packet decode)) $(wildcard src/feed/kafka_avro*.c) src/feed/kafka_protobuf.c
FUZZ_OBJECTS := $(FUZZ_SOURCES:src/%.c=build/fuzz/obj/src/%.o) $(FUZZ_SUPPORT:%=build/fuzz/obj/tests/support/%.o) \
                build/fuzz/obj/tests/fuzz/start.o build/fuzz/obj/build/generated/cdr.pb-c.o
FUZZERS      := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: fuzz fuzz-names fuzzers
fuzz: $(or $(filter build/fuzz/fuzz_$(NAME),$(FUZZERS)),fuzz-names)
	@mkdir -p build/fuzz/found/$(NAME)
	nice -n 19 $< -max_len=4096 -max_total_time=$(SECONDS) -print_final_stats=1 -artifact_prefix=build/fuzz/$(NAME)- \
	    $(OPTIONS) build/fuzz/found/$(NAME) tests/fuzz/corpus/$(NAME)

fuzz-names:
	@echo "make fuzz NAME=... SECONDS=60: the name is one of $(FUZZERS:build/fuzz/fuzz_%=%)" >&2; exit 2

fuzzers: $(FUZZERS)

build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  $@"
	@$(FUZZ_CC) -std=gnu17 -O2 -g -fno-omit-frame-pointer $(WARNINGS) $(FUZZ_OBJECT_FLAGS) -Iinclude -Ibuild/generated -Itests/support \
	    $(DEPENDENCY_CFLAGS) -D_GNU_SOURCE -march=x86-64-v2 -MMD -MP -c -o $@ $<

build/fuzz/obj/src/feed/kafka_protobuf.o: build/generated/cdr.pb-c.c

$(FUZZERS): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJECTS)
	@echo "  $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $^ $(DEPENDENCY_LIBS)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZERS:build/fuzz/%=build/fuzz/obj/tests/fuzz/%.d)
