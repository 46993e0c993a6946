// Restricted Boltzmann machines: training, changes of topology, inference, likelihood.
#include <pybind11/stl.h>

#include <memory>

#include "arrays.h"
#include "bindings.h"
#include "shared_net.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/train/rbm.h"
#include "sparsegrow/train/rbm_likelihood.h"

namespace sparsegrow::python {
namespace {

class PyRbm {
 private:
  template <class Call>
  auto alone(Call call) const {
    return network_.alone([&](const Network&) { return call(); });
  }

  template <class Call>
  auto on_samples(const py::array& x, const py::array& order, const char* where, Call call) {
    const SampleMatrix samples = sample_matrix(x, {where, "x"});
    const auto rows = vector_view<std::int64_t>(order, {where, "order"});
    return alone([&] { return call(samples, rows); });
  }

  py::array room(py::ssize_t rows, std::int32_t columns) const {
    return py::array(numpy_dtype(network_.net->config().dtype),
                     std::vector<py::ssize_t>{rows, columns});
  }

  std::int32_t hidden_units() const {
    return alone([&] { return rbm_.layers().hidden().count; });
  }

  std::int32_t visible_units() const {
    return alone([&] { return rbm_.layers().visible().count; });
  }

  static Rbm begun(const PyNetwork& network, const RbmConfig& config) {
    return network.alone([&](const Network&) { return Rbm(network.net, config); });
  }

 public:
  PyRbm(const PyNetwork& network, const RbmConfig& config)
      : network_(network), rbm_(begun(network, config)) {}

  RbmRecord train(const py::array& x, const py::array& order, double rate) {
    return on_samples(x, order, "Rbm.train", [&](const auto& samples, const auto& rows) {
      return rbm_.train(samples, rows, rate);
    });
  }

  RbmRecord gradients(const py::array& x, const py::array& order) {
    return on_samples(x, order, "Rbm.gradients", [&](const auto& samples, const auto& rows) {
      return rbm_.gradients(samples, rows);
    });
  }

  Remap rewire(double fraction, std::int64_t links, double deviation, std::int64_t change) {
    return alone([&] { return rbm_.rewire({fraction, links, deviation, change}); });
  }

  py::array hidden(const py::array& x, const py::array& order) {
    py::array out = room(order.size(), hidden_units());
    void* data = out.mutable_data();
    on_samples(x, order, "Rbm.hidden", [&](const auto& samples, const auto& rows) {
      rbm_.hidden_probabilities(samples, rows, data);
    });
    return out;
  }

  py::array reconstruct(const py::array& x, const py::array& order) {
    py::array out = room(order.size(), visible_units());
    void* data = out.mutable_data();
    on_samples(x, order, "Rbm.reconstruct", [&](const auto& samples, const auto& rows) {
      rbm_.reconstruct(samples, rows, data);
    });
    return out;
  }

  double reconstruction_error(const py::array& x, const py::array& order, bool sampled,
                              std::uint64_t draw) {
    const HiddenUse use = sampled ? HiddenUse::sample : HiddenUse::probability;
    return on_samples(x, order, "Rbm.reconstruction_error",
                      [&](const auto& samples, const auto& rows) {
                        return rbm_.reconstruction_error(samples, rows, use, draw);
                      });
  }

  py::array run_chains(const py::array& x, const py::array& order, std::int64_t sweeps,
                       std::uint64_t draw) {
    py::array out = room(order.size(), visible_units());
    void* data = out.mutable_data();
    on_samples(x, order, "Rbm.run_chains", [&](const auto& samples, const auto& rows) {
      rbm_.run_chains(samples, rows, sweeps, draw, data);
    });
    return out;
  }

  py::array free_energies(const py::array& x, const py::array& order) {
    py::array_t<double> out(order.size());
    const Span<double> energies(out.mutable_data(), static_cast<std::size_t>(out.size()));
    on_samples(x, order, "Rbm.free_energy", [&](const auto& samples, const auto& rows) {
      free_energy(rbm_.layers(), samples, rows, energies);
    });
    return std::move(out);
  }

  double exact() {
    return alone([&] { return log_partition_exact(rbm_.layers()); });
  }

  AisEstimate ais(const py::array& base_rate, std::int32_t temperatures, std::int32_t chains,
                  std::uint64_t seed) {
    const AisConfig config{vector_copy<double>(base_rate, {"Rbm.log_partition_ais", "base_rate"}),
                           temperatures, chains, seed};
    return alone([&] { return log_partition_ais(rbm_.layers(), config); });
  }

  py::array chains() {
    py::array out = room(rbm_.config().batch, hidden_units());
    void* data = out.mutable_data();
    alone([&] { rbm_.read_chains(data); });
    return out;
  }

  void set_chains(const py::array& states) {
    const SampleMatrix matrix = sample_matrix(states, {"Rbm.set_chains", "states"});
    alone([&] { rbm_.set_chains(matrix); });
  }

 private:
  PyNetwork network_;
  Rbm rbm_;
};

std::unique_ptr<PyRbm> make_rbm(const PyNetwork& network, const OptimizerConfig& optimizer,
                                std::int32_t batch, std::int32_t gibbs, bool persistent,
                                bool mean_field_last, bool sample_visible, std::uint64_t seed) {
  const RbmConfig config{batch,          gibbs,     persistent, mean_field_last,
                         sample_visible, optimizer, seed};
  return std::make_unique<PyRbm>(network, config);
}

void bind_rbm_records(py::module_& module) {
  py::class_<RbmRecord>(module, "RbmRecord", "What one call of training did.")
      .def_readonly("samples", &RbmRecord::samples)
      .def_readonly("error", &RbmRecord::error);
  py::class_<AisEstimate>(module, "AisEstimate", "An estimate of ln Z.")
      .def_readonly("log_partition", &AisEstimate::log_partition)
      .def_readonly("deviation", &AisEstimate::deviation)
      .def_readonly("effective_chains", &AisEstimate::effective_chains);
}

void bind_use(py::class_<PyRbm>& rbm) {
  rbm.def("hidden", &PyRbm::hidden, py::arg("x"), py::arg("order"), "p(h|v), [order][hidden].")
      .def("reconstruct", &PyRbm::reconstruct, py::arg("x"), py::arg("order"),
           "p(v|h) with h = p(h|v), [order][visible].")
      .def("reconstruction_error", &PyRbm::reconstruction_error, py::arg("x"), py::arg("order"),
           py::arg("sampled") = false, py::arg("draw") = 0,
           "Mean square of what is lost, with h = p(h|v) or drawn from it.")
      .def("run_chains", &PyRbm::run_chains, py::arg("x"), py::arg("order"), py::arg("sweeps"),
           py::arg("draw"), "p(v|h) at the end of chains that start at samples.")
      .def("free_energy", &PyRbm::free_energies, py::arg("x"), py::arg("order"),
           "F(v) of each chosen sample, float64.")
      .def("log_partition_exact", &PyRbm::exact, "ln Z of a small machine.")
      .def("log_partition_ais", &PyRbm::ais, py::arg("base_rate"), py::arg("temperatures"),
           py::arg("chains"), py::arg("seed"), "ln Z by annealed importance sampling.");
}

}  // namespace

void bind_rbm(py::module_& module) {
  bind_rbm_records(module);
  py::class_<PyRbm> rbm(module, "Rbm", "Contrastive divergence on a network of two levels.");
  rbm.def(py::init(&make_rbm), py::arg("network"), py::arg("optimizer"), py::arg("batch") = 10,
          py::arg("gibbs") = 1, py::arg("persistent") = false, py::arg("mean_field_last") = false,
          py::arg("sample_visible") = false, py::arg("seed") = 0)
      .def("train", &PyRbm::train, py::arg("x"), py::arg("order"), py::arg("rate"),
           "One step per consecutive batch of `order`; returns the mean error.")
      .def("gradients", &PyRbm::gradients, py::arg("x"), py::arg("order"),
           "Leaves the gradients of one batch in the network.")
      .def("rewire", &PyRbm::rewire, py::arg("fraction"), py::arg("links"), py::arg("deviation"),
           py::arg("change"), "Removes by sign, grows at random; one commit.")
      .def("chains", &PyRbm::chains, "A copy of the persistent chains' hidden units.")
      .def("set_chains", &PyRbm::set_chains, py::arg("states"), "Overwrites them.");
  bind_use(rbm);
}

}  // namespace sparsegrow::python
