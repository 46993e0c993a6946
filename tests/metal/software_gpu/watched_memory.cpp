#include "watched_memory.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "failure.h"

// Of the thread sanitizer: what is known of a report, and whether it is to be suppressed.
extern "C" [[gnu::weak]] int __tsan_get_report_mop(void* report, unsigned long index, int* thread,
                                                   void** address, int* size, int* write,
                                                   int* atomic, void** trace,
                                                   unsigned long trace_size);
namespace __tsan {
class ReportDesc;
bool OnReport(const ReportDesc* report, bool suppressed);
}  // namespace __tsan

namespace sparsegrow::software_gpu {
namespace {

constexpr unsigned kAllMemory = kDeviceMemory | kThreadgroupMemory;

std::vector<std::pair<const char*, const char*>> threadgroup_ranges;

unsigned watched() {
  const char* const text = std::getenv("SOFTWARE_GPU_MEMORY");
  const std::string name = text == nullptr ? "" : text;
  if (name.empty()) return kAllMemory;
  if (name == "device") return kDeviceMemory;
  if (name == "threadgroup") return kThreadgroupMemory;
  fail("SOFTWARE_GPU_MEMORY must be 'device' or 'threadgroup', got '" + name + "'");
}

unsigned kind_of(const void* address) {
  const char* const at = static_cast<const char*>(address);
  for (const auto& [begin, end] : threadgroup_ranges) {
    if (at >= begin && at < end) return kThreadgroupMemory;
  }
  return kDeviceMemory;
}

}  // namespace

bool orders_watched_memory(unsigned flags) {
  static const unsigned wanted = watched();
  return (flags & wanted) != 0;
}

void add_threadgroup_memory(const void* begin, std::size_t bytes) {
  const char* const first = static_cast<const char*>(begin);
  threadgroup_ranges.emplace_back(first, first + bytes);
}

void forget_threadgroup_memory() { threadgroup_ranges.clear(); }

}  // namespace sparsegrow::software_gpu

bool __tsan::OnReport(const ReportDesc* report, bool suppressed) {
  void* address = nullptr;
  int thread = 0, size = 0, write = 0, atomic = 0;
  void* trace[1] = {};
  __tsan_get_report_mop(const_cast<ReportDesc*>(report), 0, &thread, &address, &size, &write,
                        &atomic, trace, 1);
  return suppressed || !sparsegrow::software_gpu::orders_watched_memory(
                           sparsegrow::software_gpu::kind_of(address));
}
