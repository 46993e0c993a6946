// Training and reading of the growing network. One call runs any number of steps.
#include <pybind11/stl.h>

#include <cmath>

#include "arrays.h"
#include "bindings.h"
#include "named_arrays.h"
#include "shared_net.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/grow/char_trainer.h"

namespace sparsegrow::python {
namespace {

class PyCharTrainer {
 private:
  template <class Call>
  auto alone(Call call) const {
    return net_.alone([&](CharNet&) { return call(); });
  }

 public:
  PyCharTrainer(const PyCharNet& net, const py::array& tokens, const CharTrainerConfig& config)
      : net_(net), tokens_(tokens), trainer_(begun(net, tokens, config)) {}

  TrainRecord train(std::int64_t steps, double rate) {
    return alone([&] { return trainer_.train(steps, rate); });
  }

  std::vector<std::int64_t> grow(const std::vector<Proposal>& proposals) {
    return alone([&] { return trainer_.grow(proposals); });
  }

  py::dict arrays() {
    return dict_of(alone([&] {
      Scout::Notes notes = trainer_.notes();
      return NamedArrays{{"trainer.places", trainer_.places()},
                         {"trainer.chars", std::vector<std::int64_t>{trainer_.chars}},
                         {"trainer.memory", trainer_.memory()},
                         {"scout.key", std::move(notes.key)},
                         {"scout.count", std::move(notes.count)},
                         {"scout.chance", std::move(notes.chance)}};
    }));
  }

  void restore(const py::dict& arrays) {
    const auto get = [&](const char* name) {
      if (!arrays.contains(name)) {
        throw py::key_error(concat("[CharTrainer.restore] the array ", name, " is missing"));
      }
      return py::array(arrays[name]);
    };
    const auto chars = vector_copy<std::int64_t>(get("trainer.chars"), origin("trainer.chars"));
    SG_REQUIRE(chars.size() == 1 && chars[0] >= 0, "CharTrainer.restore", "trainer.chars: got ",
               chars.size(), " values, expected one of 0 or more");
    const auto memory = vector_copy<double>(get("trainer.memory"), origin("trainer.memory"));
    auto places = vector_copy<std::int64_t>(get("trainer.places"), origin("trainer.places"));
    const Scout::Notes notes{vector_copy<std::uint64_t>(get("scout.key"), origin("scout.key")),
                             vector_copy<std::uint32_t>(get("scout.count"), origin("scout.count")),
                             vector_copy<float>(get("scout.chance"), origin("scout.chance"))};
    alone([&] {
      trainer_.restore(std::move(places), memory, notes);
      trainer_.chars = chars[0];
    });
  }

  std::int64_t chars() {
    return alone([&] { return trainer_.chars; });
  }
  std::int64_t offered(std::int64_t most) {
    return alone([&] { return trainer_.offered(most); });
  }

 private:
  static Origin origin(const char* name) { return {"CharTrainer.restore", name}; }

  static CharTrainer begun(const PyCharNet& net, const py::array& tokens,
                           const CharTrainerConfig& config) {
    const auto text = vector_view<Token>(tokens, {"CharTrainer", "tokens"});
    return net.alone([&](CharNet&) { return CharTrainer(net.net, text, config); });
  }

  PyCharNet net_;
  py::array tokens_;  // kept alive
  CharTrainer trainer_;
};

class PyCharStream {
 public:
  explicit PyCharStream(const PyCharNet& net)
      : net_(net), stream_(net.alone([&](CharNet&) { return CharStream(net.net); })) {}

  py::array_t<float> feed(const py::array& tokens) {
    const auto text = vector_view<Token>(tokens, {"CharStream.feed", "tokens"});
    return array_of(net_.alone([&](CharNet&) { return stream_.feed(text); }));
  }

 private:
  PyCharNet net_;
  CharStream stream_;
};

void bind_char_records(py::module_& module) {
  py::class_<TrainRecord>(module, "TrainRecord", "What one call of train did.")
      .def_readonly("steps", &TrainRecord::steps)
      .def_readonly("chars", &TrainRecord::chars)
      .def_readonly("loss", &TrainRecord::loss)
      .def_readonly("correct", &TrainRecord::correct)
      .def_readonly("work", &TrainRecord::work)
      .def_readonly("bytes", &TrainRecord::bytes)
      .def_property_readonly("class_loss",
                             [](const TrainRecord& r) { return array_of(r.class_loss); })
      .def_property_readonly("class_count",
                             [](const TrainRecord& r) { return array_of(r.class_count); });
  py::class_<EvalRecord>(module, "EvalRecord", "What one call of evaluate found.")
      .def_readonly("chars", &EvalRecord::chars)
      .def_readonly("bits", &EvalRecord::bits)
      .def_property_readonly("bpc",
                             [](const EvalRecord& r) {
                               return r.chars > 0 ? r.bits / static_cast<double>(r.chars)
                                                  : std::nan("");
                             })
      .def_property_readonly("class_bits",
                             [](const EvalRecord& r) { return array_of(r.class_bits); })
      .def_property_readonly("class_count",
                             [](const EvalRecord& r) { return array_of(r.class_count); });
}

}  // namespace

void bind_char_trainer(py::module_& module) {
  bind_char_records(module);
  const CharTrainerConfig d;
  py::class_<PyCharTrainer>(module, "CharTrainer", "Optimizer steps of a growing network.")
      .def(
          py::init([](const PyCharNet& net, const py::array& tokens, std::int32_t streams,
                      std::int32_t window, double input, double pattern, double hidden, double bias,
                      double cell, double epsilon, double decay, bool scout, double least_gain) {
            const CharRates rates{input, pattern, hidden, bias, cell, epsilon, decay};
            return std::make_unique<PyCharTrainer>(
                net, tokens, CharTrainerConfig{streams, window, rates, scout, least_gain});
          }),
          py::arg("net"), py::arg("tokens"), py::kw_only(), py::arg("streams") = d.streams,
          py::arg("window") = d.window, py::arg("input_rate") = d.rates.input,
          py::arg("pattern_rate") = d.rates.pattern, py::arg("hidden_rate") = d.rates.hidden,
          py::arg("bias_rate") = d.rates.bias, py::arg("cell_rate") = d.rates.cell,
          py::arg("epsilon") = d.rates.epsilon, py::arg("decay") = d.rates.decay,
          py::arg("scout") = d.scout, py::arg("least_gain") = d.least_gain)
      .def("train", &PyCharTrainer::train, py::arg("steps"), py::arg("rate") = 1.0,
           "Optimizer steps; `rate` is a factor on all learning rates.")
      .def("grow", &PyCharTrainer::grow, py::arg("proposals"),
           "As CharNet.grow; a specialise makes what offered() found last.")
      .def("arrays", &PyCharTrainer::arrays, "What must be saved besides the network.")
      .def("restore", &PyCharTrainer::restore, py::arg("arrays"), "The inverse of arrays().")
      .def("offered", &PyCharTrainer::offered, py::arg("most"),
           "Edges that a specialise could make now, at most that many.")
      .def_property_readonly("chars", &PyCharTrainer::chars);
  py::class_<PyCharStream>(module, "CharStream", "One text, read piece by piece.")
      .def(py::init<const PyCharNet&>(), py::arg("net"))
      .def("feed", &PyCharStream::feed, py::arg("tokens"),
           "Log-probabilities of the next character, float32 [98].");
}

}  // namespace sparsegrow::python
