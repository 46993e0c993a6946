// Which backends this build knows, and why one is missing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow {

struct BackendStatus {
  std::string name;
  bool available = false;
  std::string reason;  // why not, in words for the user; empty when available
};

// All backends of this project, "cpu" first.
std::vector<BackendStatus> list_backends();

// The backend of that name, one instance per process; "auto" is the fastest one here that computes
// in `dtype`. Throws invalid_argument for an unknown name and runtime_error with the reason for one
// that is missing here.
std::shared_ptr<Backend> open_backend(const std::string& name, DType dtype = DType::f32);

}  // namespace sparsegrow
