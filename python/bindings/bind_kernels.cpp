// Single layers outside a network: a rectangular Csr, panels and the sparse verbs, for benches and
// modules.
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <utility>

#include "arrays.h"
#include "bindings.h"
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

std::shared_ptr<Backend> open_for(const std::string& device, DType dtype) {
  auto backend = open_backend(device, dtype);
  require_dtype("Backend", *backend, dtype);
  return backend;
}

// A rectangular pattern on a device, with room for one value and one gradient per edge.
class SparseLayer {
 public:
  SparseLayer(std::int32_t inputs, const py::array& row_begin, const py::array& column,
              const std::string& dtype, const std::string& device)
      : dtype_(dtype_named(dtype, "SparseLayer")), backend_(open_for(device, dtype_)) {
    auto csr = std::make_shared<const Csr>(
        make_csr(inputs, vector_copy<std::int32_t>(row_begin, {"SparseLayer", "row_begin"}),
                 vector_copy<std::int32_t>(column, {"SparseLayer", "column"})));
    csr_ = backend_->upload(std::move(csr));
    const auto bytes = static_cast<std::size_t>(edges()) * size_of(dtype_);
    values_ = backend_->allocate(bytes);
    gradient_ = backend_->allocate(bytes);
  }

  std::int32_t edges() const { return csr_->host().edges(); }
  std::int32_t inputs() const { return csr_->host().sources(); }
  std::int32_t outputs() const { return csr_->host().targets(); }
  DType dtype() const { return dtype_; }
  Backend& backend() const { return *backend_; }
  const Buffer& values() const { return *values_; }
  const Buffer& gradient() const { return *gradient_; }

  void set_values(const py::array& values) {
    require_array(values, numpy_dtype(dtype_), 1, {"SparseLayer.set_values", "values"});
    SG_REQUIRE(values.size() == edges(), "SparseLayer.set_values", "got ", values.size(),
               " values, expected ", edges());
    if (edges() > 0)
      std::memcpy(values_->data(), values.data(), static_cast<std::size_t>(values.nbytes()));
  }

  void spmm(const Panel& x, Panel& y) {
    SG_REQUIRE(&x != &y, "SparseLayer.spmm", "got the same panel as x and y, expected two");
    backend_->spmm(*csr_, 0, *values_, nullptr, x, y), backend_->finish();
  }
  void spmm_t(const Panel& dy, Panel& dx) {
    SG_REQUIRE(&dy != &dx, "SparseLayer.spmm_t", "got the same panel as dy and dx, expected two");
    backend_->spmm_t(*csr_, 0, *values_, dy, dx), backend_->finish();
  }
  void sddmm(const Panel& x, const Panel& dy) {
    backend_->sddmm(*csr_, x, dy, *gradient_), backend_->finish();
  }
  void sgd(double rate) {
    OptimizerParams params{};
    params.rate = rate;
    backend_->adam(params, dtype_, edges(), *values_, *gradient_, nullptr, nullptr);
    backend_->finish();
  }

 private:
  DType dtype_;
  std::shared_ptr<Backend> backend_;
  std::unique_ptr<DeviceCsr> csr_;
  std::unique_ptr<Buffer> values_, gradient_;
};

// A panel that knows its device, so that Python can fill and read it.
class PyPanel {
 public:
  PyPanel(std::int32_t rows, std::int32_t batch, const std::string& dtype,
          const std::string& device)
      : backend_(open_for(device, dtype_named(dtype, "Panel"))),
        panel_(*backend_, dtype_named(dtype, "Panel"), rows, batch),
        all_(static_cast<std::size_t>(batch)) {
    for (std::size_t b = 0; b < all_.size(); ++b) all_[b] = static_cast<std::int64_t>(b);
  }

  Panel& panel() { return panel_; }

  void pack(const py::array& samples) {
    const SampleMatrix matrix = sample_matrix(samples, {"Panel.pack", "samples"});
    SG_REQUIRE(matrix.samples == panel_.batch() && matrix.features == panel_.rows(), "Panel.pack",
               "got [", matrix.samples, "][", matrix.features, "], expected [", panel_.batch(),
               "][", panel_.rows(), "]");
    py::gil_scoped_release release;
    backend_->pack(matrix, all_, 0, panel_);
    backend_->finish();
  }

  py::array unpack(const std::optional<py::array>& given) {
    py::array out = given ? *given : new_samples();
    if (given) require_samples(out);
    void* data = out.mutable_data();
    py::gil_scoped_release release;
    backend_->unpack(panel_, 0, panel_.rows(), data);
    backend_->finish();
    return out;
  }

 private:
  py::array new_samples() const {
    return py::array(numpy_dtype(panel_.dtype()), {panel_.batch(), panel_.rows()});
  }
  void require_samples(const py::array& out) const {
    require_array(out, numpy_dtype(panel_.dtype()), 2, {"Panel.unpack", "out"});
    SG_REQUIRE(out.shape(0) == panel_.batch() && out.shape(1) == panel_.rows(), "Panel.unpack",
               "out: got [", out.shape(0), "][", out.shape(1), "], expected [", panel_.batch(),
               "][", panel_.rows(), "]");
    SG_REQUIRE(out.writeable(), "Panel.unpack",
               "out: got an array that is read-only, expected one that may be written");
  }

  std::shared_ptr<Backend> backend_;
  Panel panel_;
  std::vector<std::int64_t> all_;
};

void bind_panel(py::module_& module) {
  py::class_<PyPanel>(module, "Panel", "Activations [rows] x [batch] in the engine's tile layout.")
      .def(py::init<std::int32_t, std::int32_t, const std::string&, const std::string&>(),
           py::arg("rows"), py::arg("batch"), py::arg("dtype") = "float32",
           py::arg("device") = "cpu")
      .def("pack", &PyPanel::pack, py::arg("samples"), "Fills the panel from [batch][rows].")
      .def("unpack", &PyPanel::unpack, py::arg("out") = py::none(),
           "The panel as an array [batch][rows]: `out`, where it is given, else a new one.")
      .def_property_readonly("rows", [](PyPanel& p) { return p.panel().rows(); })
      .def_property_readonly("batch", [](PyPanel& p) { return p.panel().batch(); });
}

py::array buffer_copy(const SparseLayer& layer, const Buffer& buffer) {
  py::array out(numpy_dtype(layer.dtype()), std::vector<py::ssize_t>{layer.edges()});
  if (layer.edges() > 0)
    std::memcpy(out.mutable_data(), buffer.data(), static_cast<std::size_t>(out.nbytes()));
  return out;
}

}  // namespace

void bind_kernels(py::module_& module) {
  bind_panel(module);
  const auto quiet = py::call_guard<py::gil_scoped_release>();
  py::class_<SparseLayer>(module, "SparseLayer", "One sparse layer: y = W x on panels.")
      .def(py::init<std::int32_t, const py::array&, const py::array&, const std::string&,
                    const std::string&>(),
           py::arg("inputs"), py::arg("row_begin"), py::arg("column"), py::arg("dtype") = "float32",
           py::arg("device") = "cpu")
      .def("set_values", &SparseLayer::set_values, py::arg("values"))
      .def(
          "spmm", [](SparseLayer& l, PyPanel& x, PyPanel& y) { l.spmm(x.panel(), y.panel()); },
          py::arg("x"), py::arg("y"), quiet, "y = W x")
      .def(
          "spmm_t",
          [](SparseLayer& l, PyPanel& dy, PyPanel& dx) { l.spmm_t(dy.panel(), dx.panel()); },
          py::arg("dy"), py::arg("dx"), quiet, "dx = W' dy")
      .def(
          "sddmm", [](SparseLayer& l, PyPanel& x, PyPanel& dy) { l.sddmm(x.panel(), dy.panel()); },
          py::arg("x"), py::arg("dy"), quiet, "gradient = dy x' on the pattern")
      .def("sgd", &SparseLayer::sgd, py::arg("rate"), quiet, "values -= rate * gradient")
      .def_property_readonly("values",
                             [](const SparseLayer& l) { return buffer_copy(l, l.values()); })
      .def_property_readonly("gradient",
                             [](const SparseLayer& l) { return buffer_copy(l, l.gradient()); })
      .def_property_readonly("edges", &SparseLayer::edges)
      .def_property_readonly("inputs", &SparseLayer::inputs)
      .def_property_readonly("outputs", &SparseLayer::outputs);
}

}  // namespace sparsegrow::python
