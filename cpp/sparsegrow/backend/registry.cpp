#include "sparsegrow/backend/registry.h"

#include <array>

#include "cpu/cpu_backend.h"
#include "metal/metal_backend.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr char kWhere[] = "open_backend";

std::shared_ptr<Backend> make_cuda_backend() {
  throw std::runtime_error("this build has no CUDA backend");
}

// A backend, made when it is first asked for, or why it cannot be.
struct Entry {
  BackendStatus status;
  std::shared_ptr<Backend> backend;

  Entry(const char* name, std::shared_ptr<Backend> (*make)()) {
    status.name = name;
    try {
      backend = make();
      status.available = true;
    } catch (const std::runtime_error& error) {
      status.reason = error.what();
    }
  }
};

Entry& cpu() {
  static Entry entry("cpu", [] { return make_cpu_backend(); });
  return entry;
}

Entry& metal() {
  static Entry entry("metal", &make_metal_backend);
  return entry;
}

Entry& cuda() {
  static Entry entry("cuda", &make_cuda_backend);
  return entry;
}

using Find = Entry& (*)();
struct Known {
  const char* name;
  Find find;
};
constexpr std::array<Known, 3> kKnown{{{"cpu", &cpu}, {"metal", &metal}, {"cuda", &cuda}}};

std::shared_ptr<Backend> fastest(DType dtype) {
  for (const Find find : {&cuda, &metal}) {
    const auto& backend = find().backend;
    if (backend && backend->supports(dtype)) return backend;
  }
  return cpu().backend;
}

}  // namespace

std::vector<BackendStatus> list_backends() {
  std::vector<BackendStatus> all;
  for (const Known& known : kKnown) all.push_back(known.find().status);
  return all;
}

std::shared_ptr<Backend> open_backend(const std::string& name, DType dtype) {
  if (name == "auto") return fastest(dtype);
  std::string names;
  for (const Known& known : kKnown) {
    names += concat(known.name, ", ");
    if (name != known.name) continue;
    const Entry& entry = known.find();
    if (!entry.backend) throw_runtime(kWhere, concat(name, ": ", entry.status.reason));
    return entry.backend;
  }
  throw_invalid(kWhere, concat("unknown device '", name, "', expected ", names, "auto"));
}

}  // namespace sparsegrow
