// A Csr as a backend holds it. The CPU's only refers to the Csr; a GPU's owns device copies of its
// arrays.
#pragma once

#include <memory>
#include <utility>

#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

class DeviceCsr {
 public:
  explicit DeviceCsr(std::shared_ptr<const Csr> host) : host_(std::move(host)) {}
  virtual ~DeviceCsr() = default;

  const Csr& host() const { return *host_; }

 private:
  std::shared_ptr<const Csr> host_;
};

}  // namespace sparsegrow
