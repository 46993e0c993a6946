// Dynamic sparse training: one update of a network's layers by a rule.
#include <pybind11/stl.h>

#include <map>
#include <memory>

#include "bindings.h"
#include "rule_names.h"
#include "shared_net.h"
#include "sparsegrow/topology/density_ramp.h"
#include "sparsegrow/train/rewire.h"

namespace sparsegrow::python {
namespace {

namespace py = pybind11;

const std::map<std::string, RemovalRule> kRemovals{
    {"signed", RemovalRule::by_sign},    {"magnitude", RemovalRule::magnitude},
    {"relative", RemovalRule::relative}, {"sampled", RemovalRule::sampled},
    {"random", RemovalRule::random},     {"largest", RemovalRule::largest}};
const std::map<std::string, RegrowthRule> kRegrowths{{"random", RegrowthRule::random},
                                                     {"gradient", RegrowthRule::gradient},
                                                     {"paths", RegrowthRule::paths}};
const std::map<std::string, NewWeights> kFresh{{"start", NewWeights::start},
                                               {"zero", NewWeights::zero}};

RewireRule rule_of(const std::string& removal, double fraction, double alpha, double delta,
                   const std::string& regrowth, const std::string& paths, const std::string& choice,
                   bool chain_removal, bool spare_last, const std::string& fresh, InitKind init,
                   double init_scale, const std::vector<std::int64_t>& links) {
  RewireRule rule;
  rule.removal = named(kRemovals, removal, {"rewire", "removal"});
  rule.fraction = fraction;
  rule.sampled = {alpha, delta};
  rule.regrowth = named(kRegrowths, regrowth, {"rewire", "regrowth"});
  rule.paths = named(kPathNames, paths, {"rewire", "paths"});
  rule.choice = named(kChoiceNames, choice, {"rewire", "choice"});
  rule.chain_removal = chain_removal;
  rule.spare_last = spare_last;
  rule.new_weights = named(kFresh, fresh, {"rewire", "fresh"});
  rule.start = {init, init_scale};
  rule.links = links;
  return rule;
}

py::dict told(const Rewired& done) {
  py::list layers;
  for (const LayerRewired& layer : done.layers) {
    layers.append(py::dict(py::arg("removed") = layer.removed, py::arg("chained") = layer.chained,
                           py::arg("regrown") = layer.regrown, py::arg("overlap") = layer.overlap));
  }
  return py::dict(py::arg("layers") = layers, py::arg("alive") = done.alive,
                  py::arg("hidden") = done.hidden);
}

}  // namespace

void bind_rewire(py::module_& module) {
  py::class_<RewireRule>(module, "RewireRule", "Which links go, and where links come back.")
      .def(py::init(&rule_of), py::kw_only(), py::arg("removal") = "signed",
           py::arg("fraction") = 0.3, py::arg("alpha") = 0.0, py::arg("delta") = 0.5,
           py::arg("regrowth") = "random", py::arg("paths") = "ch3_path",
           py::arg("choice") = "best", py::arg("chain_removal") = false,
           py::arg("spare_last") = false, py::arg("fresh") = "start",
           py::arg("init") = InitKind::swi, py::arg("init_scale") = 1.4142135623730951,
           py::arg("links") = std::vector<std::int64_t>{});
  module.def(
      "sparsity_at",
      [](double start, double end, const std::string& shape, double progress) {
        SG_REQUIRE(shape == "sigmoid" || shape == "cubic", "sparsity_at", "shape: got '", shape,
                   "', expected 'sigmoid' or 'cubic'");
        const auto kind = shape == "sigmoid" ? RampShape::sigmoid : RampShape::cubic;
        return sparsity_at({start, end, kind}, progress);
      },
      py::arg("start"), py::arg("end"), py::arg("shape"), py::arg("progress"),
      "Sparsity of a ramp that is done to `progress`; sigmoid or cubic.");
  module.def(
      "rewire",
      [](const PyNetwork& self, const RewireRule& rule, const std::vector<bool>& frozen,
         std::uint64_t seed, std::uint64_t update) {
        return told(self.alone(
            [&](Network& network) { return rewire(network, rule, frozen, seed, update); }));
      },
      py::arg("network"), py::arg("rule"), py::arg("frozen"), py::arg("seed"), py::arg("update"),
      "One update of a layered network in one commit; returns counts by layer.");
}

}  // namespace sparsegrow::python
