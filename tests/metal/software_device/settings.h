// What the environment says, read at the first use.
#pragma once

#include <string>

namespace sparsegrow::software_metal {

struct Settings {
  bool strict;           // SOFTWARE_METAL_STRICT=1: host access to buffers in use is a failure
  bool leaks_fail;       // SOFTWARE_METAL_LEAKS=1: objects alive at exit are a failure
  bool report;           // SOFTWARE_METAL_REPORT=1: the counters go to stderr at exit
  long most_dispatches;  // SOFTWARE_METAL_MOST_DISPATCHES of one command buffer
  std::string compiler;  // SOFTWARE_METAL_CXX
  std::string flags;     // SOFTWARE_METAL_CXXFLAGS, after -O2
  std::string cache;     // SOFTWARE_METAL_CACHE: folder of the compiled kernels
  std::string faults;    // SOFTWARE_METAL_FAIL: "what:after,what:after", see software_metal.h
};

const Settings& settings();

}  // namespace sparsegrow::software_metal
