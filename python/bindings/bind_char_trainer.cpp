// Training and reading of the growing network. One call runs any number of steps.
#include <pybind11/stl.h>

#include <cmath>

#include "arrays.h"
#include "bindings.h"
#include "growing.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

class PyCharTrainer {
 public:
  PyCharTrainer(const PyCharNet& net, const py::array& tokens, const CharTrainerConfig& config)
      : tokens_(tokens),
        trainer_(net.net, vector_view<Token>(tokens, {"CharTrainer", "tokens"}), config),
        scout_(net.scout) {
    *scout_ = &trainer_;
  }
  ~PyCharTrainer() {
    if (*scout_ == &trainer_) *scout_ = nullptr;
  }
  PyCharTrainer(const PyCharTrainer&) = delete;
  PyCharTrainer& operator=(const PyCharTrainer&) = delete;

  TrainRecord train(std::int64_t steps, double rate) {
    py::gil_scoped_release release;
    return trainer_.train(steps, rate);
  }

  EvalRecord measure(const py::array& tokens, std::int64_t begin, std::int64_t count, bool spread) {
    const auto text = vector_view<Token>(tokens, {"CharTrainer.evaluate", "tokens"});
    py::gil_scoped_release release;
    return evaluate(trainer_.net(), text, begin, count, spread);
  }

  py::dict arrays() {
    const Scout::Notes notes = trainer_.scout().notes();
    py::dict result;
    result["trainer.places"] = array_of(trainer_.places());
    result["trainer.chars"] = array_of(std::vector<std::int64_t>{trainer_.chars});
    result["trainer.memory"] = array_of(trainer_.memory());
    result["scout.key"] = array_of(notes.key);
    result["scout.count"] = array_of(notes.count);
    result["scout.chance"] = array_of(notes.chance);
    return result;
  }

  void restore(const py::dict& arrays) {
    const auto get = [&](const char* name) {
      if (!arrays.contains(name)) {
        throw py::key_error(concat("[CharTrainer.restore] the array ", name, " is missing"));
      }
      return py::array(arrays[name]);
    };
    const auto chars = vector_copy<std::int64_t>(get("trainer.chars"), origin("trainer.chars"));
    SG_REQUIRE(chars.size() == 1, "CharTrainer.restore", "trainer.chars: got ", chars.size(),
               " values, expected 1");
    const auto memory = vector_copy<double>(get("trainer.memory"), origin("trainer.memory"));
    trainer_.restore(vector_copy<std::int64_t>(get("trainer.places"), origin("trainer.places")),
                     memory,
                     {vector_copy<std::uint64_t>(get("scout.key"), origin("scout.key")),
                      vector_copy<std::uint32_t>(get("scout.count"), origin("scout.count")),
                      vector_copy<float>(get("scout.chance"), origin("scout.chance"))});
    trainer_.chars = chars[0];
  }

  std::int64_t chars() const { return trainer_.chars; }
  std::int64_t offered(std::int64_t most) { return trainer_.offered(most); }

 private:
  static Origin origin(const char* name) { return {"CharTrainer.restore", name}; }

  py::array tokens_;  // kept alive
  CharTrainer trainer_;
  std::shared_ptr<CharTrainer*> scout_;
};

class PyCharStream {
 public:
  explicit PyCharStream(const PyCharNet& net) : stream_(net.net) {}
  py::array_t<float> feed(const py::array& tokens) {
    const auto text = vector_view<Token>(tokens, {"CharStream.feed", "tokens"});
    return array_of(stream_.feed(text));
  }

 private:
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
      .def("evaluate", &PyCharTrainer::measure, py::arg("tokens"), py::arg("begin") = 0,
           py::arg("count") = -1, py::arg("spread") = false, "Bits of a text, without a change.")
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
