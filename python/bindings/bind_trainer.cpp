// One call runs any number of optimizer steps and returns one small record.
#include <pybind11/stl.h>

#include <memory>

#include "arrays.h"
#include "bindings.h"
#include "shared_net.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/train/trainer.h"

namespace sparsegrow::python {
namespace {

class PyTrainer {
 public:
  PyTrainer(const PyNetwork& network, const TrainerConfig& config)
      : network_(network), trainer_(begun(network, config)) {}

  StepRecord train(const py::array& x, const py::array& y, const py::array& order) {
    return run(x, y, order, "Trainer.train", [&](auto&... a) { return trainer_.train(a...); });
  }

  StepRecord evaluate(const py::array& x, const py::array& y, const py::array& order) {
    return run(x, y, order, "Trainer.evaluate",
               [&](auto&... a) { return trainer_.evaluate(a...); });
  }

  StepRecord gradients(const py::array& x, const py::array& y, const py::array& order) {
    return run(x, y, order, "Trainer.gradients",
               [&](auto&... a) { return trainer_.gradients(a..., false); });
  }

  py::array predict(const py::array& x, const py::array& order) {
    const SampleMatrix samples = sample_matrix(x, {"Trainer.predict", "x"});
    const auto rows = vector_view<std::int64_t>(order, {"Trainer.predict", "order"});
    const auto outputs = network_.alone([](const Network& net) { return net.outputs(); });
    py::array out(numpy_dtype(network_.net->config().dtype),
                  {static_cast<py::ssize_t>(rows.size()), static_cast<py::ssize_t>(outputs)});
    void* data = out.mutable_data();
    network_.alone([&](const Network& net) {
      SG_REQUIRE(net.outputs() == outputs, "Trainer.predict", "the outputs changed meanwhile");
      trainer_.predict(samples, rows, data);
    });
    return out;
  }

 private:
  template <class Call>
  StepRecord run(const py::array& x, const py::array& y, const py::array& order, const char* where,
                 Call call) {
    const SampleMatrix samples = sample_matrix(x, {where, "x"});
    const Targets targets = targets_of(y, where);
    const auto rows = vector_view<std::int64_t>(order, {where, "order"});
    return network_.alone([&](const Network&) { return call(samples, targets, rows); });
  }

  Targets targets_of(const py::array& y, const char* where) const {
    if (trainer_.config().loss == LossKind::cross_entropy) {
      return {vector_view<std::int64_t>(y, {where, "y"}), {}};
    }
    return {{}, sample_matrix(y, {where, "y"})};
  }

  static Trainer begun(const PyNetwork& network, const TrainerConfig& config) {
    return network.alone([&](const Network&) { return Trainer(network.net, config); });
  }

  PyNetwork network_;
  Trainer trainer_;
};

TrainerConfig make_config(LossKind loss, const OptimizerConfig& optimizer, const Schedule& schedule,
                          double dropout, std::int32_t batch, std::uint64_t seed) {
  return {loss, optimizer, schedule, dropout, batch, seed};
}

}  // namespace

void bind_trainer(py::module_& module) {
  py::class_<StepRecord>(module, "StepRecord", "What one call of a trainer did.")
      .def_readonly("samples", &StepRecord::samples)
      .def_readonly("correct", &StepRecord::correct)
      .def_readonly("loss", &StepRecord::loss)
      .def_readonly("rate", &StepRecord::rate);
  py::class_<PyTrainer>(module, "Trainer", "Optimizer steps on a network.")
      .def(py::init([](const PyNetwork& network, LossKind loss, const OptimizerConfig& optimizer,
                       const Schedule& schedule, double dropout, std::int32_t batch,
                       std::uint64_t seed) {
             return std::make_unique<PyTrainer>(
                 network, make_config(loss, optimizer, schedule, dropout, batch, seed));
           }),
           py::arg("network"), py::arg("loss"), py::arg("optimizer"), py::arg("schedule"),
           py::arg("dropout") = 0.0, py::arg("batch") = 128, py::arg("seed") = 0)
      .def("train", &PyTrainer::train, py::arg("x"), py::arg("y"), py::arg("order"),
           "One step per consecutive batch of `order`; returns the mean loss and the hits.")
      .def("evaluate", &PyTrainer::evaluate, py::arg("x"), py::arg("y"), py::arg("order"),
           "Loss and hits without a change.")
      .def("gradients", &PyTrainer::gradients, py::arg("x"), py::arg("y"), py::arg("order"),
           "Leaves the gradients of one batch in the network.")
      .def("predict", &PyTrainer::predict, py::arg("x"), py::arg("order"),
           "Output activations [order][outputs]; logits for cross-entropy.");
}

}  // namespace sparsegrow::python
