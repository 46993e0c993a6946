#include "exit_report.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "counters.h"
#include "settings.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

bool used = false;

// The C library runs the destructors of static objects, and what Python registered, before those
// functions; of these, 101 is the last.
__attribute__((destructor(101))) void report() {
  if (!used) return;
  if (settings().report) std::fputs(counters_text().c_str(), stderr);
  const std::string living = software_metal_living();
  if (!settings().leaks_fail || living.empty()) return;
  std::fprintf(stderr, "software Metal: alive at exit: %s\n", living.c_str());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace

void report_at_exit() { used = true; }

}  // namespace sparsegrow::software_metal
