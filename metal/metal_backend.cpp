#include "metal/metal_backend.h"

#include "metal/backend_class.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow {
namespace metal {

bool MetalBackend::has_kernel(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(encoder().mutex());
  return engine_->device.has_kernel(name);
}

std::unique_ptr<Buffer> MetalBackend::allocate(std::size_t bytes) {
  return std::make_unique<MetalBuffer>(engine_, bytes);
}

std::unique_ptr<DeviceCsr> MetalBackend::upload(std::shared_ptr<const Csr> csr) {
  require_upload(csr);
  return std::make_unique<MetalCsr>(engine_, std::move(csr));
}

}  // namespace metal

std::shared_ptr<Backend> make_metal_backend() { return std::make_shared<metal::MetalBackend>(); }

}  // namespace sparsegrow
