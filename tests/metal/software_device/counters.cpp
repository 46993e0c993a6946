#include "counters.h"

#include <map>

#include "failure.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

using Counts = std::map<std::string, long>;  // by what is counted

struct Counters {
  Counts all;
  std::map<std::string, Counts> kernels;
};

Counters& counters() {
  static auto* const known = new Counters;
  return *known;
}

long value_of(const Counts& counts, const std::string& what) {
  const auto found = counts.find(what);
  return found == counts.end() ? 0 : found->second;
}

bool is_known(const std::string& what) {
  return what == "command_buffers" || what == "waits" || what == "dispatches" ||
         what == "threads" || what == "bytes";
}

void add(Counts& counts, unsigned long threads, unsigned long bytes) {
  counts["dispatches"] += 1;
  counts["threads"] += static_cast<long>(threads);
  counts["bytes"] += static_cast<long>(bytes);
}

}  // namespace

void count_dispatch(const std::string& kernel, unsigned long threads, unsigned long bytes) {
  add(counters().all, threads, bytes);
  add(counters().kernels[kernel], threads, bytes);
}

void count_command_buffer() { ++counters().all["command_buffers"]; }

void count_wait() { ++counters().all["waits"]; }

std::string counters_text() {
  std::string text = text_of(value_of(counters().all, "command_buffers"), " command buffers, ",
                             value_of(counters().all, "waits"), " waits\n");
  for (auto& [kernel, counts] : counters().kernels) {
    text += text_of(kernel, ": ", counts["dispatches"], " dispatches, ", counts["threads"],
                    " threads, ", counts["bytes"], " bytes bound\n");
  }
  return text;
}

extern "C" long software_metal_count(const char* what, const char* kernel) {
  if (!is_known(what)) return -1;
  return value_of(kernel ? counters().kernels[kernel] : counters().all, what);
}

extern "C" const char* software_metal_kernels() {
  static auto* const text = new std::string;
  text->clear();
  for (const auto& [kernel, counts] : counters().kernels) *text += kernel + "\n";
  return text->c_str();
}

extern "C" void software_metal_reset_counts() { counters() = {}; }

}  // namespace sparsegrow::software_metal
