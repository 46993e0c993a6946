// Text as tokens and back, without holding the interpreter up.
#include "arrays.h"
#include "bindings.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/text/alphabet.h"

namespace sparsegrow::python {
namespace {

Span<const std::uint8_t> bytes_view(const py::bytes& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(bytes.ptr())),
          static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
}

Span<const std::uint8_t> text_view(const py::object& text) {
  if (py::isinstance<py::bytes>(text)) return bytes_view(text);
  if (py::isinstance<py::array>(text)) {
    return vector_view<std::uint8_t>(text, {"Tokeniser.push", "text"});
  }
  throw py::type_error(concat("[Tokeniser.push] text: got ", Py_TYPE(text.ptr())->tp_name,
                              ", expected bytes or an array of uint8"));
}

std::size_t push(Tokeniser& tokeniser, const py::object& text, py::array& tokens) {
  const auto in = text_view(text);
  require_array(tokens, py::dtype::of<Token>(), 1, {"Tokeniser.push", "tokens"});
  const Span<Token> out(static_cast<Token*>(tokens.mutable_data()),  // throws where read-only
                        static_cast<std::size_t>(tokens.size()));
  py::gil_scoped_release release;
  return tokeniser.push(in, out);
}

py::bytes text_of(const py::array& tokens) {
  const auto in = vector_view<Token>(tokens, {"text_of", "tokens"});
  py::bytes text(nullptr, text_size(in));
  const auto room = bytes_view(text);  // nobody else has seen it yet, so it may be written
  {
    py::gil_scoped_release release;
    write_text(in, {const_cast<std::uint8_t*>(room.data()), room.size()});
  }
  return text;
}

}  // namespace

void bind_text(py::module_& module) {
  module.attr("VOCABULARY") = kVocabulary;
  module.attr("UNKNOWN_TOKEN") = int{kUnknownToken};
  py::class_<Tokeniser>(module, "Tokeniser",
                        "UTF-8 to tokens, one per character, in pieces that may end anywhere.")
      .def(py::init<>())
      .def("push", &push, py::arg("text"), py::arg("tokens"),
           "Writes the tokens of the next piece and returns how many; `tokens` has room for one "
           "per byte.");
  module.def("text_of", &text_of, py::arg("tokens"),
             "Tokens as UTF-8; the unknown character is written as U+FFFD.");
}

}  // namespace sparsegrow::python
