#include "failure.h"

#include <cstdio>
#include <cstdlib>

namespace sparsegrow::software_gpu {
namespace {

const char* running_kernel = nullptr;

}  // namespace

void set_running_kernel(const char* name) { running_kernel = name; }

void fail(const std::string& what) {
  std::fflush(stdout);
  if (running_kernel == nullptr) {
    std::fprintf(stderr, "software GPU: %s\n", what.c_str());
  } else {
    std::fprintf(stderr, "software GPU: kernel %s: %s\n", running_kernel, what.c_str());
  }
  std::abort();
}

}  // namespace sparsegrow::software_gpu
