// The entry point of the test and benchmark programs.
#define CATCH_CONFIG_RUNNER
#include "catch.h"

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }

// Sanitizers ask these: memory that cannot be had is an error to be handled, not an end.
#define ASKED_BY_SANITIZERS extern "C" __attribute__((visibility("default"))) const char*
ASKED_BY_SANITIZERS __asan_default_options() { return "allocator_may_return_null=1"; }
ASKED_BY_SANITIZERS __tsan_default_options() { return "allocator_may_return_null=1"; }
