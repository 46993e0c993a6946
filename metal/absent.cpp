// Stands for the Metal backend in builds that have none.
#include <stdexcept>

#include "metal/metal_backend.h"

namespace sparsegrow {

std::shared_ptr<Backend> make_metal_backend() {
  throw std::runtime_error("this build has no Metal backend; it needs macOS on an Apple GPU");
}

}  // namespace sparsegrow
