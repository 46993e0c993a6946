// Stands for the Metal backend in builds that have none.
#include "metal/metal_backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {

std::shared_ptr<Backend> make_metal_backend() {
  throw_runtime("Metal", "this build has no Metal backend; it needs macOS on an Apple GPU");
}

}  // namespace sparsegrow
