// What a dispatch hands to a translated kernel. translate.py turns a .metal file into C++ in which
// each kernel `k` has
//   extern "C" void software_gpu_launch_k(const Launch*);       runs it, returns when it is done
//   extern "C" const std::uint32_t software_gpu_buffers_k;      bit i: it has a [[buffer(i)]]
//   extern "C" const std::uint32_t software_gpu_writes_k;       bit i: that buffer is not const
#pragma once

#include <cstddef>
#include <cstdint>

namespace sparsegrow::software_gpu {

constexpr int kMostBuffers = 31;

struct Size3 {
  std::uint32_t x = 1, y = 1, z = 1;
};

struct Launch {
  Size3 grid;         // threads in all
  Size3 threadgroup;  // threads of one group; groups at the edge may be smaller
  void* buffer[kMostBuffers] = {};
  std::size_t threadgroup_bytes[kMostBuffers] = {};  // of each [[threadgroup(i)]] argument
};

}  // namespace sparsegrow::software_gpu
