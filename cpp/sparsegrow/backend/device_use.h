// What a device has been asked to do, and the memory it took.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sparsegrow {

struct KernelUse {
  std::int64_t dispatches = 0;
  std::int64_t bytes = 0;  // that must be read and written at least
};

// Since the last reset or the start; zero where a device does not count.
struct DeviceUse {
  std::map<std::string, KernelUse> kernels;  // by name
  std::int64_t command_buffers = 0;          // pieces of work handed over
  std::int64_t waits = 0;                    // for them
  std::int64_t staged_bytes = 0;             // host arguments copied for the device
  std::int64_t live_bytes = 0;               // of buffers now
  std::int64_t peak_bytes = 0;               // most held at one time
};

}  // namespace sparsegrow
