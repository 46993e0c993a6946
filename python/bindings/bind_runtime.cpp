// Threads, instruction set, devices.
#include <pybind11/stl.h>

#include "bindings.h"
#include "sparsegrow/backend/isa.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow::python {

namespace py = pybind11;

namespace {

py::dict device_use(const std::string& device) {
  const DeviceUse use = open_backend(device)->use();
  py::dict kernels, all;
  for (const auto& [name, kernel] : use.kernels) {
    py::dict record;
    record["dispatches"] = kernel.dispatches;
    record["bytes"] = kernel.bytes;
    kernels[py::str(name)] = record;
  }
  all["kernels"] = kernels;
  all["command_buffers"] = use.command_buffers;
  all["waits"] = use.waits;
  all["staged_bytes"] = use.staged_bytes;
  all["live_bytes"] = use.live_bytes;
  all["peak_bytes"] = use.peak_bytes;
  return all;
}

}  // namespace

void bind_runtime(py::module_& module) {
  module.def("num_threads", &num_threads, "Threads used by the engine, the caller's included.");
  module.def("set_num_threads", &set_num_threads, py::arg("threads"),
             "Sets the number of threads, 1 to 256. Results do not depend on it.");
  module.def("active_isa", &active_isa, "Instruction set in use; SPARSEGROW_ISA forces one.");
  module.def("supported_isas", &supported_isas, "Instruction sets this build and machine have.");
  module.def(
      "backends",
      [] {
        py::dict result;
        for (const auto& status : list_backends()) {
          result[py::str(status.name)] =
              status.available ? py::object(py::bool_(true)) : py::object(py::str(status.reason));
        }
        return result;
      },
      "Each known device: True, or the reason why it is missing here.");
  module.def("device_use", &device_use, py::arg("device"),
             "What a device has done since the last reset: dispatches and bytes by kernel, command "
             "buffers, waits, and bytes of its buffers.");
  module.def(
      "reset_device_use", [](const std::string& device) { open_backend(device)->reset_use(); },
      py::arg("device"), "Starts the counters of a device anew.");
}

}  // namespace sparsegrow::python
