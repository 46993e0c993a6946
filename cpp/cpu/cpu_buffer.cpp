#include "cpu/cpu_buffer.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "cpu/cpu_backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace cpu {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::atomic<std::int64_t> live_bytes{0};
std::atomic<std::int64_t> peak_bytes{0};

void count_bytes(std::int64_t change) {
  const std::int64_t now = live_bytes.fetch_add(change, std::memory_order_relaxed) + change;
  std::int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// Large buffers start on a huge page and ask for them: rows are read in random order, and each 4
// KiB page among them would cost a translation.
void* zeroed(std::size_t bytes) {
  const bool large = bytes >= kHugePage;
  void* data = nullptr;
  if (posix_memalign(&data, large ? kHugePage : kLine, bytes) != 0) {
    throw_runtime("Backend.allocate", concat("out of memory: ", bytes, " bytes asked for"));
  }
#if defined(__linux__)
  if (large) madvise(data, bytes, MADV_HUGEPAGE);
#endif
  std::memset(data, 0, bytes);
  return data;
}

}  // namespace

// An empty buffer still has an address.
CpuBuffer::CpuBuffer(std::size_t bytes) : Buffer(zeroed(bytes == 0 ? kLine : bytes), bytes) {
  count_bytes(static_cast<std::int64_t>(bytes));
}

CpuBuffer::~CpuBuffer() {
  count_bytes(-static_cast<std::int64_t>(bytes_));
  std::free(data_);
}

}  // namespace cpu

CpuMemory cpu_memory() { return {cpu::live_bytes.load(), cpu::peak_bytes.load()}; }

void reset_cpu_peak() { cpu::peak_bytes.store(cpu::live_bytes.load()); }

}  // namespace sparsegrow
