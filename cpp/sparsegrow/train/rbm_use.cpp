// What is asked of a restricted Boltzmann machine outside training, and the state of its chains.
#include <algorithm>
#include <numeric>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/train/rbm.h"

namespace sparsegrow {
namespace {

constexpr std::uint64_t kReconstruct = 0x7265636f6e, kChain = 0x636861696e;

}  // namespace

// Calls body(index of the first of them, their slice of `order`), the samples being in probe_.
template <class Body>
void Rbm::for_probes(const SampleMatrix& x, Span<const std::int64_t> order, const Body& body) {
  const auto room = static_cast<std::size_t>(probe_.capacity());
  for (std::size_t begin = 0; begin < order.size(); begin += room) {
    const std::size_t size = std::min(room, order.size() - begin);
    const Span<const std::int64_t> chosen(order.data() + begin, size);
    load(x, chosen, probe_);
    body(begin, chosen);
  }
  layers_.network().backend().finish();
}

namespace {

// Element `row` of an array of rows of so many values of a dtype.
void* row_of(void* out, std::size_t row, std::int32_t width, DType dtype) {
  return static_cast<char*>(out) + row * static_cast<std::size_t>(width) * size_of(dtype);
}

}  // namespace

void Rbm::hidden_probabilities(const SampleMatrix& x, Span<const std::int64_t> order, void* out) {
  const RowRange hidden = layers_.hidden();
  for_probes(x, order, [&](std::size_t begin, Span<const std::int64_t>) {
    layers_.infer_hidden(probe_);
    layers_.network().backend().unpack(probe_, hidden.first, hidden.count,
                                       row_of(out, begin, hidden.count, probe_.dtype()));
  });
}

void Rbm::reconstruct(const SampleMatrix& x, Span<const std::int64_t> order, void* out) {
  const RowRange visible = layers_.visible();
  for_probes(x, order, [&](std::size_t begin, Span<const std::int64_t>) {
    layers_.infer_hidden(probe_);
    layers_.infer_visible(probe_, probe_);
    layers_.network().backend().unpack(probe_, visible.first, visible.count,
                                       row_of(out, begin, visible.count, probe_.dtype()));
  });
}

double Rbm::reconstruction_error(const SampleMatrix& x, Span<const std::int64_t> order,
                                 HiddenUse use, std::uint64_t draw) {
  Panel result = layers_.make_panel(probe_.capacity());
  double sum = 0;
  for_probes(x, order, [&](std::size_t begin, Span<const std::int64_t> chosen) {
    result.set_batch(static_cast<std::int32_t>(chosen.size()));
    layers_.infer_hidden(probe_);
    if (use == HiddenUse::sample) {
      const DrawStream stream{config_.seed, stream_id(kReconstruct, draw, begin)};
      sample_units(probe_, layers_.hidden(), stream);
    }
    layers_.infer_visible(probe_, result);
    sum += squared_difference(probe_, result, layers_.visible());
  });
  const double count =
      static_cast<double>(order.size()) * static_cast<double>(layers_.visible().count);
  return count == 0 ? 0.0 : sum / count;
}

void Rbm::run_chains(const SampleMatrix& x, Span<const std::int64_t> order, std::int64_t sweeps,
                     std::uint64_t draw, void* out) {
  SG_REQUIRE(sweeps >= 1, "Rbm.run_chains", "got ", sweeps, " sweeps, expected at least 1");
  const RowRange visible = layers_.visible(), hidden = layers_.hidden();
  for_probes(x, order, [&](std::size_t begin, Span<const std::int64_t>) {
    for (std::int64_t sweep = 0; sweep < sweeps; ++sweep) {
      const auto half = 2 * static_cast<std::uint64_t>(sweep);
      if (sweep > 0 && config_.sample_visible) {
        sample_units(probe_, visible, {draw, stream_id(kChain, begin, half)});
      }
      layers_.infer_hidden(probe_);
      sample_units(probe_, hidden, {draw, stream_id(kChain, begin, half + 1)});
      layers_.infer_visible(probe_, probe_);
    }
    layers_.network().backend().unpack(probe_, visible.first, visible.count,
                                       row_of(out, begin, visible.count, probe_.dtype()));
  });
}

void Rbm::read_chains(void* out) const {
  SG_REQUIRE(config_.persistent, "Rbm.read_chains", "there are no persistent chains");
  const RowRange hidden = layers_.hidden();
  layers_.network().backend().unpack(chain_, hidden.first, hidden.count, out);
  layers_.network().backend().finish();
}

void Rbm::set_chains(const SampleMatrix& states) {
  const std::int32_t hidden = layers_.hidden().count;
  SG_REQUIRE(config_.persistent, "Rbm.set_chains", "there are no persistent chains");
  SG_REQUIRE(states.samples == config_.batch && states.features == hidden, "Rbm.set_chains", "got ",
             states.samples, " chains of ", states.features, " units, expected ", config_.batch,
             " of ", hidden);
  std::vector<std::int64_t> all(static_cast<std::size_t>(config_.batch));
  std::iota(all.begin(), all.end(), 0);
  layers_.network().backend().pack(states, all, layers_.hidden().first, chain_);
  layers_.network().backend().finish();
}

}  // namespace sparsegrow
