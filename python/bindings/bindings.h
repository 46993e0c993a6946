// One function per group of names in the module.
#pragma once

#include <pybind11/pybind11.h>

namespace sparsegrow::python {

void bind_runtime(pybind11::module_& module);
void bind_graph(pybind11::module_& module);
void bind_topology(pybind11::module_& module);
void bind_text(pybind11::module_& module);
void bind_kernels(pybind11::module_& module);
void bind_settings(pybind11::module_& module);
void bind_network(pybind11::module_& module);
void bind_trainer(pybind11::module_& module);
void bind_rewire(pybind11::module_& module);
void bind_rbm(pybind11::module_& module);
void bind_char_net(pybind11::module_& module);
void bind_char_trainer(pybind11::module_& module);
void bind_locality(pybind11::module_& module);
void bind_starts(pybind11::module_& module);
void bind_rules(pybind11::module_& module);
void bind_layer_update(pybind11::module_& module);
void bind_product(pybind11::module_& module);

}  // namespace sparsegrow::python
