# SPDX-License-Identifier: Apache-2.0
#
#   make build/fuzz/fuzz_csv     one fuzzer (clang, libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer)
#   make fuzzers                 all of them
#
# Run one from the root of the checkout, new finds into a scratch folder first:
#   mkdir -p build/fuzz/csv && build/fuzz/fuzz_csv -max_len=4096 -max_total_time=60 build/fuzz/csv tests/fuzz/corpus/csv

FUZZ_CC      ?= clang
FUZZ_FLAGS   := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -DSIMSIEVE_DEBUG
# Only its own counters may steer the fuzzer, so the product's objects are instrumented but carry no main.
FUZZ_OBJECT_FLAGS := $(subst fuzzer,fuzzer-no-link,$(FUZZ_FLAGS))
FUZZ_SUPPORT := decoder_property decoding packet_property kafka_records
FUZZ_OBJECTS := $(SOURCES:src/%.c=build/fuzz/obj/src/%.o) $(FUZZ_SUPPORT:%=build/fuzz/obj/tests/support/%.o) \
                build/fuzz/obj/build/generated/cdr.pb-c.o
FUZZERS      := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: fuzzers
fuzzers: $(FUZZERS)

build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  $@"
	@$(FUZZ_CC) -std=gnu17 -O1 -g -fno-omit-frame-pointer $(WARNINGS) $(FUZZ_OBJECT_FLAGS) -Iinclude -Ibuild/generated -Itests/support \
	    $(DEPENDENCY_CFLAGS) -D_GNU_SOURCE -march=x86-64-v2 -MMD -MP -c -o $@ $<

build/fuzz/obj/src/feed/kafka_protobuf.o: build/generated/cdr.pb-c.c
build/fuzz/obj/src/feed/dpdk_eal.o build/fuzz/obj/src/feed/dpdk_port.o: private DEPENDENCY_CFLAGS += $(DPDK_CFLAGS)

$(FUZZERS): build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJECTS)
	@echo "  $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $^ $(DEPENDENCY_LIBS)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZERS:build/fuzz/%=build/fuzz/obj/tests/fuzz/%.d)
