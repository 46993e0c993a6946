// A sparse matrix times dense samples, on arrays that the caller owns: what a layer of another
// framework needs.
#include <pybind11/stl.h>

#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "bindings.h"
#include "pattern_arrays.h"
#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

using MaybeArray = std::optional<py::array>;

// Memory of an array as the engine sees it. The CPU backend takes any address.
class BorrowedBuffer final : public Buffer {
 public:
  BorrowedBuffer(const void* data, const py::array& array)
      : Buffer(const_cast<void*>(data), static_cast<std::size_t>(array.nbytes())) {}
};

// y = W x + b for samples in rows. The pattern is fixed; values, samples and results stay where the
// caller has them. Two panels are kept from call to call.
class SparseProduct {
 public:
  SparseProduct(std::int32_t inputs, const py::array& row_begin, const py::array& column)
      : backend_(open_backend("cpu")) {
    Pattern pattern = pattern_copy(row_begin, column, "SparseProduct");
    py::gil_scoped_release release;
    csr_ = backend_->upload(std::make_shared<const Csr>(
        make_csr(inputs, std::move(pattern.row_begin), std::move(pattern.column))));
  }

  std::int32_t edges() const { return csr_->host().edges(); }
  std::int32_t inputs() const { return csr_->host().sources(); }
  std::int32_t outputs() const { return csr_->host().targets(); }

  void forward(const py::array& x, const py::array& values, const MaybeArray& bias, py::array y) {
    constexpr char where[] = "SparseProduct.forward";
    const SampleMatrix in = samples(x, inputs(), x, {where, "x"});
    samples(y, outputs(), x, {where, "y"});
    const auto weight = vector(values, edges(), x, {where, "values"});
    const auto offset = maybe_vector(bias, outputs(), x, {where, "bias"}, false);
    void* out = y.mutable_data();
    py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(mutex_);
    reserve(in.dtype, in.samples);
    backend_->pack(in, all_, 0, sources_);
    backend_->spmm(*csr_, 0, *weight, offset.get(), sources_, targets_);
    backend_->unpack(targets_, 0, outputs(), out);
    backend_->finish();
  }

  void backward(const py::array& x, const py::array& values, const py::array& dy,
                const MaybeArray& dx, const MaybeArray& dvalues, const MaybeArray& dbias) {
    constexpr char where[] = "SparseProduct.backward";
    const SampleMatrix in = samples(x, inputs(), x, {where, "x"});
    const SampleMatrix back = samples(dy, outputs(), x, {where, "dy"});
    const auto weight = vector(values, edges(), x, {where, "values"});
    const auto slope = maybe_vector(dvalues, edges(), x, {where, "dvalues"}, true);
    const auto offset = maybe_vector(dbias, outputs(), x, {where, "dbias"}, true);
    if (dx) samples(*dx, inputs(), x, {where, "dx"});
    void* out = dx ? py::array(*dx).mutable_data() : nullptr;
    py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(mutex_);
    reserve(in.dtype, in.samples);
    backend_->pack(back, all_, 0, targets_);
    if (offset) backend_->row_sum(targets_, 0, *offset);
    if (slope) {
      backend_->pack(in, all_, 0, sources_);
      backend_->sddmm(*csr_, sources_, targets_, *slope);
    }
    if (dx) {
      backend_->spmm_t(*csr_, 0, *weight, targets_, sources_);
      backend_->unpack(sources_, 0, inputs(), out);
    }
    backend_->finish();
  }

 private:
  // [samples of x][features] of x's dtype
  static SampleMatrix samples(const py::array& array, std::int32_t features, const py::array& x,
                              Origin origin) {
    const SampleMatrix matrix = sample_matrix(array, origin);
    require_array(array, x.dtype(), 2, origin);
    SG_REQUIRE(matrix.samples == x.shape(0) && matrix.features == features, origin.where,
               origin.argument, ": got [", matrix.samples, "][", matrix.features, "], expected [",
               x.shape(0), "][", features, "]");
    SG_REQUIRE(matrix.samples <= INT32_MAX, origin.where, origin.argument, ": got ", matrix.samples,
               " samples, expected at most ", INT32_MAX);
    return matrix;
  }

  static std::unique_ptr<BorrowedBuffer> vector(const py::array& array, std::int32_t size,
                                                const py::array& x, Origin origin) {
    require_array(array, x.dtype(), 1, origin);
    SG_REQUIRE(array.size() == size, origin.where, origin.argument, ": got ", array.size(),
               " values, expected ", size);
    return std::make_unique<BorrowedBuffer>(array.data(), array);
  }

  static std::unique_ptr<BorrowedBuffer> maybe_vector(MaybeArray array, std::int32_t size,
                                                      const py::array& x, Origin origin,
                                                      bool written) {
    if (!array) return nullptr;
    if (written) array->mutable_data();  // throws for a read-only array
    return vector(*array, size, x, origin);
  }

  void reserve(DType dtype, std::int64_t samples) {
    const auto batch = static_cast<std::int32_t>(samples);
    sources_.reserve(*backend_, dtype, inputs(), batch);
    targets_.reserve(*backend_, dtype, outputs(), batch);
    all_.resize(static_cast<std::size_t>(batch));
    std::iota(all_.begin(), all_.end(), std::int64_t{0});
  }

  std::shared_ptr<Backend> backend_;
  std::unique_ptr<DeviceCsr> csr_;
  std::mutex mutex_;  // of all below
  Panel sources_, targets_;
  std::vector<std::int64_t> all_;
};

}  // namespace

void bind_product(py::module_& module) {
  py::class_<SparseProduct>(module, "SparseProduct",
                            "y = W x + b on arrays of samples that the caller owns.")
      .def(py::init<std::int32_t, const py::array&, const py::array&>(), py::arg("inputs"),
           py::arg("row_begin"), py::arg("column"))
      .def("forward", &SparseProduct::forward, py::arg("x"), py::arg("values"), py::arg("bias"),
           py::arg("y"), "y = W x + b; x: [samples][inputs], y: [samples][outputs] is written.")
      .def("backward", &SparseProduct::backward, py::arg("x"), py::arg("values"), py::arg("dy"),
           py::arg("dx"), py::arg("dvalues"), py::arg("dbias"),
           "Writes the gradients whose arrays are given: W' dy, dy x' on the pattern, sums of dy.")
      .def_property_readonly("edges", &SparseProduct::edges)
      .def_property_readonly("inputs", &SparseProduct::inputs)
      .def_property_readonly("outputs", &SparseProduct::outputs);
}

}  // namespace sparsegrow::python
