#include "bindings.h"

PYBIND11_MODULE(_sparsegrow, module) {
  using namespace sparsegrow::python;
  module.doc() =
      "The engine of sparsegrow: graphs, kernels, networks. Use the sparsegrow package instead.";
  module.attr("__version__") = SPARSEGROW_VERSION;
  bind_runtime(module);
  bind_graph(module);
  bind_topology(module);
  bind_text(module);
  bind_kernels(module);
  bind_settings(module);
  bind_network(module);
  bind_trainer(module);
  bind_rewire(module);
  bind_rbm(module);
  bind_char_net(module);
  bind_char_trainer(module);
  bind_locality(module);
  bind_starts(module);
  bind_rules(module);
  bind_layer_update(module);
  bind_product(module);
}
