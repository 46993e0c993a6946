#include "sparsegrow/grow/char_trainer.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/grow/step_traffic.h"

namespace sparsegrow {
namespace {

// Nanoseconds on the nominal machine: what costs how much beside what, not what a clock would show.
constexpr double kPerInput = 0.35;     // sample, neuron and position
constexpr double kPerHidden = 1.2;     // sample and hidden edge
constexpr double kPerRow = 6.0;        // sample and neuron
constexpr double kPerSample = 1500.0;  // softmax, patterns, reading
constexpr double kPerEdge = 1.2;       // one-hot edge, for the optimizer

void require_config(Span<const Token> text, const CharTrainerConfig& c) {
  constexpr char where[] = "CharTrainer";
  SG_REQUIRE(c.streams >= 8 && c.streams % 8 == 0 && c.streams <= 4096, where, "streams: got ",
             c.streams, ", expected a multiple of 8 up to 4096");
  SG_REQUIRE(c.window >= 1 && c.window <= 4096, where, "window: got ", c.window,
             ", expected 1 to 4096");
  const std::int64_t least = std::int64_t{c.streams} * (c.window + 1);
  SG_REQUIRE(static_cast<std::int64_t>(text.size()) >= least, where, "tokens: got ", text.size(),
             " characters, expected at least ", least, " (streams * (window + 1))");
  require_tokens(text, where);
  for (const double rate : {c.rates.input, c.rates.pattern, c.rates.hidden, c.rates.bias,
                            c.rates.cell, c.rates.decay}) {
    SG_REQUIRE(std::isfinite(rate) && rate >= 0, where, "rates: got ", rate,
               ", expected 0 or more");
  }
  SG_REQUIRE(std::isfinite(c.rates.epsilon) && c.rates.epsilon > 0, where, "rates: got epsilon ",
             c.rates.epsilon, ", expected above 0");
}

}  // namespace

CellMemory moved_memory(const CharNet& net, const CellMemory& memory, std::int32_t streams,
                        const MemoryLayout& from) {
  CellMemory moved = net.make_memory(streams);
  net.backend().finish();
  const NodeTable &before = from.graph->nodes, &now = net.wiring().graph->nodes;
  const std::int64_t old_rows = before.rows(), rows = now.rows();
  std::vector<bool> had_cell(before.row.size(), false);
  for (const NodeId node : from.cells) {
    had_cell[static_cast<std::size_t>(node)] = net.is_cell_since(node, from.rollbacks);
  }
  for (const NodeId node : net.wiring().memory) {
    const auto n = static_cast<std::size_t>(node);
    if (n >= had_cell.size() || !had_cell[n]) continue;
    for (std::int64_t k = 0; k < 2 * std::int64_t{streams}; ++k) {
      store_element(*moved.before, net.dtype(), k * rows + now.row[n],
                    load_element(*memory.before, net.dtype(), k * old_rows + before.row[n]));
    }
  }
  return moved;
}

CharTrainer::CharTrainer(std::shared_ptr<CharNet> net, Span<const Token> text,
                         CharTrainerConfig config)
    : net_(std::move(net)), text_(text), config_(config), memory_layout_(*net_) {
  require_config(text, config);
  for (std::int64_t s = 0; s < config.streams; ++s) {
    start_.push_back(s * static_cast<std::int64_t>(text.size()) / config.streams);
  }
  advance();
  memory_ = net_->make_memory(config.streams);
  scouted_ = net_->wiring().patterns;
}

// A stream that reaches the end of the text goes on at its beginning.
void CharTrainer::advance() {
  const auto last = static_cast<std::int64_t>(text_.size()) - config_.window - 1;
  for (auto& place : start_) {
    if (place > last) place = 0;
  }
}

// The network may have grown or been rolled back since the last call.
void CharTrainer::adopt_wiring() {
  const auto& patterns = net_->wiring().patterns;
  if (scouted_ != patterns) {
    if (patterns->patterns() < scouted_->patterns()) scout_.settle(*patterns);
    scouted_ = patterns;
    offered_at_ = -1;
  }
  if (memory_layout_.fits(net_->wiring())) return;
  memory_ = moved_memory(*net_, memory_, config_.streams, memory_layout_);
  memory_layout_ = MemoryLayout(*net_);
}

double CharTrainer::work_of_step() const {
  double inputs = 0, elements = 0;
  for (const InputBlock& block : net_->blocks().blocks) {
    inputs += static_cast<double>(block.positions) * block.stride;
    elements += static_cast<double>(block.positions) * block.stride * kVocabulary;
  }
  const double per_sample = kPerInput * inputs + kPerHidden * net_->csr().edges() +
                            kPerRow * net_->wiring().rows() + kPerSample;
  return 1e-9 * (per_sample * batch_.batch() + kPerEdge * elements);
}

void CharTrainer::note(TrainRecord& record) {
  std::vector<float> chance(static_cast<std::size_t>(batch_.batch()));
  for (std::size_t b = 0; b < chance.size(); ++b) {
    const double nats = load_element(net_->losses(), net_->dtype(), static_cast<std::int64_t>(b));
    const auto label = static_cast<std::size_t>(batch_.label[b]);
    record.class_loss[label] += nats;
    ++record.class_count[label];
    record.correct += net_->correct().as<std::int32_t>()[b];
    chance[b] = static_cast<float>(std::exp(-nats));
  }
  if (config_.scout) scout_.note(text_, net_->patterns(), batch_, chance);
}

void CharTrainer::step(double factor, TrainRecord& record) {
  read_batch(text_, start_, config_.window, net_->positions(), net_->patterns(), batch_);
  net_->forward(batch_, memory_);
  const double loss = net_->loss(batch_);
  if (!std::isfinite(loss)) {
    throw_runtime("CharTrainer.train", concat("the loss is ", loss, " after ", net_->steps,
                                              " steps; a lower rate may help"));
  }
  net_->backward(batch_, memory_);
  net_->update(batch_, config_.rates, factor);
  std::swap(memory_.before, memory_.after);
  note(record);
  for (auto& place : start_) place += config_.window;
  advance();
  ++record.steps;
  record.chars += batch_.batch();
  chars += batch_.batch();
  record.loss += loss * batch_.batch();
  record.work += work_of_step();
  const StepTraffic traffic = step_traffic(*net_, batch_);
  record.bytes += traffic.edges + traffic.panels;
}

TrainRecord CharTrainer::train(std::int64_t steps, double factor) {
  SG_REQUIRE(steps >= 0, "CharTrainer.train", "got ", steps, " steps, expected 0 or more");
  SG_REQUIRE(std::isfinite(factor) && factor >= 0, "CharTrainer.train", "got rate ", factor,
             ", expected 0 or more");
  adopt_wiring();
  TrainRecord record;
  for (std::int64_t k = 0; k < steps; ++k) step(factor, record);
  if (record.chars > 0) {
    record.loss /= static_cast<double>(record.chars);
    net_->note_signal();
  }
  return record;
}

std::vector<std::int64_t> CharTrainer::grow(const std::vector<Proposal>& proposals) {
  adopt_wiring();
  const auto specialise = std::find_if(proposals.begin(), proposals.end(), [](const Proposal& p) {
    return p.kind == MutationKind::specialise;
  });
  if (specialise == proposals.end()) return net_->grow(proposals, {});
  if (offered_at_ != net_->steps) offered(specialise->count);
  return net_->grow(proposals, offer_);
}

std::int64_t CharTrainer::offered(std::int64_t most) {
  SG_REQUIRE(most >= 0, "CharTrainer.offered", "got ", most, ", expected 0 or more");
  adopt_wiring();
  offer_ = scout_.offer(net_->patterns(), config_.least_gain, most);
  offered_at_ = net_->steps;
  return static_cast<std::int64_t>(offer_.edges.size());
}

Scout::Notes CharTrainer::notes() {
  adopt_wiring();
  return scout_.notes();
}

std::vector<double> CharTrainer::memory() {
  adopt_wiring();
  net_->backend().finish();
  std::vector<double> values;
  const std::int64_t count = 2 * std::int64_t{config_.streams} * net_->wiring().rows();
  for (std::int64_t k = 0; k < count; ++k) {
    values.push_back(load_element(*memory_.before, net_->dtype(), k));
  }
  return values;
}

void CharTrainer::restore(std::vector<std::int64_t> places, const Span<const double> memory,
                          const Scout::Notes& notes) {
  constexpr char where[] = "CharTrainer.restore";
  SG_REQUIRE(places.size() == start_.size(), where, "got ", places.size(), " places, expected ",
             start_.size());
  const std::int64_t last = static_cast<std::int64_t>(text_.size()) - config_.window - 1;
  for (const std::int64_t place : places) {
    SG_REQUIRE(place >= 0 && place <= last, where, "got place ", place, ", expected 0 to ", last);
  }
  adopt_wiring();
  const std::size_t count = std::size_t{2} * start_.size() * std::size_t(net_->wiring().rows());
  SG_REQUIRE(memory.size() == count, where, "got ", memory.size(), " memory values, expected ",
             count);
  net_->backend().finish();
  scout_.restore(notes, net_->patterns());
  start_ = std::move(places);
  for (std::size_t k = 0; k < count; ++k) {
    store_element(*memory_.before, net_->dtype(), static_cast<std::int64_t>(k), memory[k]);
  }
}

}  // namespace sparsegrow
