// What a kernel's parameters say that the translated kernel does not export.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sparsegrow::software_metal {

struct KernelSignature {
  std::uint32_t threadgroup = 0;  // bit i: it has a [[threadgroup(i)]]
  // Index -> type, of the buffers that hold one value: `constant T& name [[buffer(i)]]`.
  std::map<int, std::string> values;
};

// By name, of every kernel whose text stands in the source; one that a macro writes does not.
std::map<std::string, KernelSignature> signatures_in(const std::string& source);

}  // namespace sparsegrow::software_metal
