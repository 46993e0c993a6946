#include "sparsegrow/grow/char_net.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

constexpr ActivationParams kHiddenActivation{ActivationKind::tanh, 0.0};
constexpr double kStartOutput = 0.1;  // deviation of the embryo's edges into the outputs

Wiring sound(Wiring wiring) {
  require_wiring(wiring, "CharNet");
  return wiring;
}

}  // namespace

CharNet::CharNet(std::shared_ptr<Backend> backend, const CharNetConfig& config)
    : CharNet(std::move(backend), config.dtype, embryo_wiring(config.context, config.max_depth)) {
  start_weights(config.seed);
}

CharNet::CharNet(std::shared_ptr<Backend> backend, DType dtype, Wiring wiring)
    : backend_(std::move(backend)),
      dtype_(dtype),
      wiring_(sound(std::move(wiring))),
      blocks_(input_blocks(wiring_)),
      hidden_(backend_, dtype, csr().edges(), csr().targets()),
      input_(backend_, dtype, static_cast<std::int32_t>(blocks_.elements), 0),
      pattern_(backend_, dtype, patterns().edges(), 0) {
  require_dtype("CharNet", *backend_, dtype);
  add_state();
  signal_.assign(static_cast<std::size_t>(wiring_.rows()), 0.0f);
  adopt_topology();
}

// Every edge has a weight and a gate, and each the running sum of its squared gradients.
void CharNet::add_state() {
  for (StateTable* table : {&hidden_, &input_, &pattern_}) {
    table->add("weight", Domain::edge);
    table->add("gate", Domain::edge, 1, 1.0);
    table->add("weight.sum", Domain::edge);
    table->add("gate.sum", Domain::edge);
  }
  hidden_.add("bias", Domain::row);
  hidden_.add("bias.sum", Domain::row);
  hidden_.add("cell", Domain::row, kCellParameters);
  hidden_.add("cell.sum", Domain::row, kCellParameters);
}

// The embryo: one-hot weights that add up to unit variance, small edges into the outputs.
void CharNet::start_weights(std::uint64_t seed) {
  Rng rng(seed, stream_id(0x656d6272));
  for (const InputBlock& block : blocks_.blocks) {
    const double deviation = 1.0 / std::sqrt(static_cast<double>(block.positions));
    for (std::int64_t r = 0; r < std::int64_t{block.positions} * blocks_.symbols; ++r) {
      store_element(input_.buffer("weight"), dtype_, block.begin + r * block.stride,
                    deviation * rng.normal());
    }
  }
  for (std::int32_t e = 0; e < csr().edges(); ++e) {
    store_element(hidden_.buffer("weight"), dtype_, e, kStartOutput * rng.normal());
  }
}

// Everything that is made anew for a topology and carries nothing over.
void CharNet::adopt_topology() {
  const auto graph = wiring_.graph;
  device_.reset();
  const auto room = [&](std::int64_t elements) {
    return backend_->allocate(static_cast<std::size_t>(elements) * size_of(dtype_));
  };
  for (auto* buffer : {&product_, &dhidden_, &dweight_, &dgate_}) *buffer = room(csr().edges());
  dbias_ = room(wiring_.rows());
  dcell_ = room(std::int64_t{kCellParameters} * wiring_.rows());
  dinput_ = room(blocks_.elements);
  dpattern_ = room(patterns().edges());
  const auto levels = static_cast<std::size_t>(csr().target_plan.levels());
  cell_rows_.assign(levels, {});
  cell_places_.assign(levels, {});
  for (std::size_t k = 0; k < wiring_.memory.size(); ++k) {
    const auto level = static_cast<std::size_t>(wiring_.level_of(wiring_.memory[k]));
    const auto node = static_cast<std::size_t>(wiring_.memory[k]);
    cell_rows_[level].push_back(wiring_.graph->nodes.row[node]);
    cell_places_[level].push_back(static_cast<std::int32_t>(k));
  }
  device_ = backend_->upload(std::shared_ptr<const Csr>(graph, &graph->csr));
  note_peak();
}

std::int64_t CharNet::edges() const {
  return wiring_.input_edges() + csr().edges() + patterns().edges();
}

std::int64_t CharNet::parameters() const {
  return 2 * edges() + wiring_.rows() +
         kCellParameters * static_cast<std::int64_t>(wiring_.memory.size());
}

bool CharNet::is_open_input(std::int64_t place) const {
  return load_element(input_.buffer("weight"), dtype_, place) != 0 ||
         load_element(input_.buffer("gate"), dtype_, place) != 0;
}

std::int64_t CharNet::bytes() const {
  std::int64_t total =
      csr().bytes() + patterns().bytes() + hidden_.bytes() + input_.bytes() + pattern_.bytes();
  for (const auto* buffer : {&product_, &dhidden_, &dweight_, &dgate_, &dbias_, &dcell_, &dinput_,
                             &dpattern_, &labels_, &losses_, &correct_}) {
    if (*buffer) total += static_cast<std::int64_t>((*buffer)->bytes());
  }
  for (const Panel* panel : {&a_, &z_, &delta_, &tape_}) {
    total += static_cast<std::int64_t>(panel->rows()) * padded_batch(panel->capacity()) *
             static_cast<std::int64_t>(size_of(dtype_));
  }
  return total;
}

std::shared_ptr<void> CharNet::keep(std::int64_t bytes) {
  *kept_bytes_ += bytes;
  return {nullptr, [all = kept_bytes_, bytes](void*) { *all -= bytes; }};
}

CellRows CharNet::cells_of(std::int32_t level, std::int32_t streams) const {
  const auto l = static_cast<std::size_t>(level);
  return {cell_rows_[l], cell_places_[l], streams};
}

GatedEdges CharNet::edges_of(StateTable& table) const {
  return {&table.buffer("weight"), &table.buffer("gate"), &table.buffer("weight.sum"),
          &table.buffer("gate.sum")};
}

CellMemory CharNet::make_memory(std::int32_t streams) const {
  const auto bytes = static_cast<std::size_t>(2 * streams) *
                     static_cast<std::size_t>(wiring_.rows()) * size_of(dtype_);
  return {backend_->allocate(bytes), backend_->allocate(bytes)};
}

void CharNet::require_batch(std::int32_t batch) {
  const auto cells = static_cast<std::int32_t>(wiring_.memory.size());
  for (Panel* panel : {&a_, &z_, &delta_}) {
    panel->reserve(*backend_, dtype_, wiring_.rows(), batch);
  }
  tape_.reserve(*backend_, dtype_, kCellTape * cells, batch);
  const auto samples = static_cast<std::size_t>(batch);
  if (!losses_ || losses_->bytes() < samples * size_of(dtype_)) {  // the last that is made
    labels_ = backend_->allocate(samples * sizeof(std::int32_t));
    correct_ = backend_->allocate(samples * sizeof(std::int32_t));
    losses_ = backend_->allocate(samples * size_of(dtype_));
  }
  note_peak();
}

void CharNet::forward(const CharBatch& batch, CellMemory& memory) {
  if (!device_) adopt_topology();
  require_batch(batch.batch());
  const Buffer& bias = hidden_.buffer("bias");
  const std::int32_t top = wiring_.max_depth + 1;
  backend_->embed(blocks_, batch.symbols, edges_of(input_), bias, z_);
  backend_->embed(patterns().rows(), batch.patterns, edges_of(pattern_), bias, first_output(), z_);
  backend_->gate(dtype_, csr().edges(), hidden_.buffer("weight"), hidden_.buffer("gate"),
                 *product_);
  for (std::int32_t level = 1; level < top; ++level) {
    if (level > 1) backend_->spmm(*device_, level, *product_, &bias, a_, z_);
    const CellRows cells = cells_of(level, batch.streams);
    if (!cells.rows.empty()) {
      backend_->cell(cells, hidden_.buffer("cell"), *memory.before, *memory.after, z_, tape_);
    }
    backend_->activate(*device_, level, kHiddenActivation, nullptr, z_, a_);
  }
  backend_->spmm(*device_, top, *product_, nullptr, a_, z_, SumFrom::target);
}

double CharNet::loss(const CharBatch& batch) {
  // No queued work uses the labels: what the step before left is its backward pass and update.
  std::memcpy(labels_->data(), batch.label.data(), batch.label.size() * sizeof(std::int32_t));
  backend_->softmax_xent(z_, first_output(), kVocabulary, *labels_, delta_, *losses_, *correct_);
  backend_->finish();
  double total = 0;
  for (std::int32_t b = 0; b < batch.batch(); ++b) total += load_element(*losses_, dtype_, b);
  return total / batch.batch();
}

void CharNet::backward(const CharBatch& batch, const CellMemory& memory) {
  for (std::int32_t level = wiring_.max_depth; level >= 1; --level) {
    backend_->spmm_t(*device_, level, *product_, delta_, delta_);
    backend_->activate_grad(*device_, level, kHiddenActivation, nullptr, a_, delta_, nullptr,
                            SlopeOf::output);
    const CellRows cells = cells_of(level, batch.streams);
    if (!cells.rows.empty()) {
      backend_->cell_grad(cells, hidden_.buffer("cell"), *memory.before, tape_, delta_, *dcell_);
    }
  }
  backend_->sddmm(*device_, a_, delta_, *dhidden_);
  backend_->row_sum(delta_, 0, *dbias_);
  backend_->embed_grad(blocks_, batch.symbols, delta_, *dinput_);
  backend_->embed_grad(patterns().rows(), batch.patterns, first_output(), delta_, *dpattern_);
}

void CharNet::adagrad(const std::string& name, const Buffer& gradient, OptimizerParams params) {
  const StateEntry& entry = hidden_.entry(name);
  backend_->adam(params, dtype_, hidden_.count(entry), *entry.buffer, gradient, nullptr,
                 &hidden_.buffer(name + ".sum"));
}

void CharNet::update(const CharBatch& batch, const CharRates& rates, double factor) {
  OptimizerParams params{};
  params.kind = OptimizerKind::adagrad;
  params.epsilon = rates.epsilon / batch.batch();
  const auto at_rate = [&](double rate) {
    params.rate = rate * factor;
    return params;
  };
  backend_->embed_update(at_rate(rates.input), dtype_, blocks_, batch.symbols, *dinput_,
                         edges_of(input_));
  OptimizerParams decayed = at_rate(rates.pattern);
  decayed.decay = rates.decay * factor;
  backend_->embed_update(decayed, dtype_, patterns().rows(), batch.patterns, *dpattern_,
                         edges_of(pattern_));
  backend_->gate_grad(dtype_, csr().edges(), hidden_.buffer("weight"), hidden_.buffer("gate"),
                      *dhidden_, *dweight_, *dgate_);
  adagrad("weight", *dweight_, at_rate(rates.hidden));
  adagrad("gate", *dgate_, at_rate(rates.hidden));
  adagrad("bias", *dbias_, at_rate(rates.bias));
  if (!wiring_.memory.empty()) adagrad("cell", *dcell_, at_rate(rates.cell));
  ++steps;
}

void CharNet::note_signal() {
  backend_->finish();
  const std::int32_t batch = delta_.batch();
  for (std::int32_t row = 0; row < delta_.rows(); ++row) {
    double sum = 0;
    for (std::int32_t t = 0; t < tile_count(batch); ++t) {
      const std::int64_t at = tile_offset(delta_.shape(), t, row);
      const std::int32_t valid = std::min(kTileWidth, batch - t * kTileWidth);
      for (std::int32_t k = 0; k < valid; ++k) {
        const double d = load_element(delta_.buffer(), dtype_, at + k);
        sum += d * d;
      }
    }
    signal_[static_cast<std::size_t>(row)] = static_cast<float>(sum * batch);
  }
}

void CharNet::set_signal(std::vector<float> signal) {
  SG_REQUIRE(signal.size() == signal_.size(), "CharNet.set_signal", "got ", signal.size(),
             " values, expected ", signal_.size());
  signal_ = std::move(signal);
}

const Buffer& CharNet::gradient(const std::string& name) const {
  const std::pair<const char*, const std::unique_ptr<Buffer>*> all[] = {{"input", &dinput_},
                                                                        {"pattern", &dpattern_},
                                                                        {"hidden", &dhidden_},
                                                                        {"bias", &dbias_},
                                                                        {"cell", &dcell_}};
  for (const auto& [known, buffer] : all) {
    if (name == known) return **buffer;
  }
  throw_range("CharNet.gradient", concat("no gradient is called '", name, "'"));
}

CharNet::Snapshot CharNet::snapshot() {
  Snapshot saved{
      wiring_, hidden_.snapshot(), input_.snapshot(), pattern_.snapshot(), signal_, steps, nullptr};
  saved.kept = keep(hidden_.bytes() + input_.bytes() + pattern_.bytes());
  note_peak();
  return saved;
}

bool CharNet::is_cell_since(NodeId node, std::int32_t rollbacks) const {
  const auto id = static_cast<std::size_t>(node);
  return id >= given_up_.size() || given_up_[id] <= rollbacks;
}

// What given_up_ is after a rollback to `saved`.
std::vector<std::int32_t> CharNet::given_up_by(const Wiring& saved) const {
  const std::int32_t now = rollbacks_ + 1;
  const auto ids = static_cast<std::size_t>(wiring_.graph->nodes.nodes());
  const auto kept = static_cast<std::size_t>(saved.graph->nodes.nodes());
  std::vector<std::int32_t> given_up = given_up_;
  given_up.resize(std::max(ids, given_up.size()), 0);
  std::vector<bool> has_cell(given_up.size(), false);
  for (const NodeId node : saved.memory) has_cell[static_cast<std::size_t>(node)] = true;
  for (std::size_t id = kept; id < ids; ++id) given_up[id] = now;
  for (const NodeId node : wiring_.memory) {
    const auto id = static_cast<std::size_t>(node);
    if (!has_cell[id]) given_up[id] = now;
  }
  return given_up;
}

void CharNet::rollback(const Snapshot& saved) {
  StateTable hidden = hidden_, input = input_, pattern = pattern_;
  hidden.restore(saved.hidden);
  input.restore(saved.input);
  pattern.restore(saved.pattern);
  Wiring wiring = saved.wiring;
  InputBlocks blocks = input_blocks(wiring);
  std::vector<float> signal = saved.signal;
  std::vector<std::int32_t> given_up = given_up_by(saved.wiring);
  // From here on nothing can fail but making anew what carries nothing over.
  device_.reset();
  given_up_ = std::move(given_up);
  ++rollbacks_;
  hidden_ = std::move(hidden);
  input_ = std::move(input);
  pattern_ = std::move(pattern);
  wiring_ = std::move(wiring);
  blocks_ = std::move(blocks);
  signal_ = std::move(signal);
  steps = saved.steps;
  adopt_topology();
}

}  // namespace sparsegrow
