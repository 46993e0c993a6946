#include "faults.h"

#include <array>
#include <sstream>
#include <string>

#include "failure.h"
#include "settings.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

constexpr std::array<const char*, 7> kNames = {"allocation", "command",   "device_lost", "compile",
                                               "pipeline",   "no_device", "family"};
constexpr long kNever = -1;

using Left = std::array<long, kNames.size()>;  // calls that still succeed, or kNever

std::size_t index_of(const std::string& what) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (what == kNames[i]) return i;
  }
  fail("'", what, "' is no failure that can be asked for");
}

void add(Left& left, const std::string& what, long after) {
  if (after < 0) fail("'", what, "' is asked for after ", after, " calls");
  left[index_of(what)] = after;
}

Left from_environment() {
  Left left;
  left.fill(kNever);
  std::istringstream text(settings().faults);
  for (std::string item; std::getline(text, item, ',');) {
    const auto colon = item.find(':');
    if (colon == std::string::npos)
      fail("SOFTWARE_METAL_FAIL has '", item, "', expected what:after");
    add(left, item.substr(0, colon), std::atol(item.c_str() + colon + 1));
  }
  return left;
}

Left& left() {
  static Left known = from_environment();
  return known;
}

}  // namespace

bool fails_now(Fault fault) {
  long& remaining = left()[static_cast<std::size_t>(fault)];
  if (remaining == kNever) return false;
  if (remaining > 0) {
    --remaining;
    return false;
  }
  if (fault == Fault::kCommand) remaining = kNever;
  return true;
}

extern "C" void software_metal_fail(const char* what, long after) { add(left(), what, after); }

extern "C" void software_metal_heal() { left().fill(kNever); }

}  // namespace sparsegrow::software_metal
