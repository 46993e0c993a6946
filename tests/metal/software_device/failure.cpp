#include "failure.h"

#include <cstdio>
#include <cstdlib>

namespace sparsegrow::software_metal {

void fail_with(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "software Metal: %s\n", what.c_str());
  std::abort();
}

}  // namespace sparsegrow::software_metal
