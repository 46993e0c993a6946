// Enumerations and settings that networks and trainers are made from.
#include "bindings.h"
#include "sparsegrow/train/initialise.h"
#include "sparsegrow/train/trainer.h"

namespace sparsegrow::python {

namespace py = pybind11;

namespace {

void bind_enums(py::module_& module) {
  using H = HiddenActivation;
  py::enum_<H>(module, "HiddenActivation")
      .value("identity", H::identity)
      .value("relu", H::relu)
      .value("leaky_relu", H::leaky_relu)
      .value("tanh", H::tanh)
      .value("sigmoid", H::sigmoid)
      .value("srelu", H::srelu)
      .value("all_relu", H::all_relu);
  py::enum_<ActivationKind>(module, "OutputActivation")
      .value("identity", ActivationKind::identity)
      .value("tanh", ActivationKind::tanh)
      .value("sigmoid", ActivationKind::sigmoid);
  py::enum_<LossKind>(module, "Loss")
      .value("cross_entropy", LossKind::cross_entropy)
      .value("mse", LossKind::mse);
  py::enum_<OptimizerKind>(module, "OptimizerKind")
      .value("sgd", OptimizerKind::sgd)
      .value("nesterov", OptimizerKind::nesterov)
      .value("adam", OptimizerKind::adam);
  py::enum_<DecayKind>(module, "DecayKind")
      .value("l2", DecayKind::l2)
      .value("decoupled", DecayKind::decoupled)
      .value("direct", DecayKind::direct);
  using S = ScheduleKind;
  py::enum_<S>(module, "ScheduleKind")
      .value("constant", S::constant)
      .value("linear", S::linear)
      .value("cosine", S::cosine)
      .value("exponential", S::exponential);
  py::enum_<InitKind>(module, "InitKind")
      .value("swi", InitKind::swi)
      .value("normal", InitKind::normal)
      .value("zero", InitKind::zero);
}

void bind_schedule(py::module_& module) {
  py::class_<Schedule>(module, "Schedule", "Learning rate as a pure function of the step.")
      .def(py::init([](ScheduleKind kind, double base, double final_factor,
                       std::int64_t warmup_steps, std::int64_t total_steps,
                       std::int64_t first_step) {
             const Schedule schedule{kind,         base,        final_factor,
                                     warmup_steps, total_steps, first_step};
             validate(schedule);
             return schedule;
           }),
           py::arg("kind"), py::arg("base"), py::arg("final_factor") = 0.01,
           py::arg("warmup_steps") = 0, py::arg("total_steps") = 0, py::arg("first_step") = 0)
      .def("rate_at", &rate_at, py::arg("step"));
}

void bind_optimizer(py::module_& module) {
  py::class_<OptimizerConfig>(module, "Optimizer", "Optimizer settings.")
      .def(py::init([](OptimizerKind kind, double momentum, double beta1, double beta2,
                       double epsilon, double weight_decay, DecayKind decay) {
             const OptimizerConfig config{kind,    momentum,     beta1, beta2,
                                          epsilon, weight_decay, decay};
             validate(config);
             return config;
           }),
           py::arg("kind"), py::arg("momentum") = 0.9, py::arg("beta1") = 0.9,
           py::arg("beta2") = 0.999, py::arg("epsilon") = 1e-8, py::arg("weight_decay") = 0.0,
           py::arg("decay") = DecayKind::l2);
}

}  // namespace

void bind_settings(py::module_& module) {
  bind_enums(module);
  bind_schedule(module);
  bind_optimizer(module);
}

}  // namespace sparsegrow::python
