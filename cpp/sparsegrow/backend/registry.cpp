#include "sparsegrow/backend/registry.h"

#include "cpu/cpu_backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {

std::vector<BackendStatus> list_backends() {
  return {{"cpu", true, ""},
          {"metal", false, "this build has no Metal backend"},
          {"cuda", false, "this build has no CUDA backend"}};
}

std::shared_ptr<Backend> open_backend(const std::string& name) {
  static const std::shared_ptr<Backend> cpu = make_cpu_backend();
  if (name == "cpu" || name == "auto") return cpu;
  std::string known;
  for (const auto& status : list_backends()) {
    if (status.name == name) throw_runtime("open_backend", concat(name, ": ", status.reason));
    known += status.name + ", ";
  }
  throw_invalid("open_backend", concat("unknown device '", name, "', expected ", known, "auto"));
}

}  // namespace sparsegrow
