// Reading without training: evaluation of a whole text, and one text piece by piece.
#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/grow/char_trainer.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kSlices = 32;    // read side by side
constexpr std::int32_t kWindow = 32;    // characters of each at a time
constexpr std::int64_t kWarmUp = 64;    // characters before a slice that fill the memory cells
constexpr std::size_t kHistory = 4096;  // characters that a stream keeps, at most
constexpr double kBitsPerNat = 1.4426950408889634;

struct Slice {
  std::int64_t begin, end;  // characters to be predicted
};

void count_window(const CharNet& net, const CharBatch& batch, const std::vector<Slice>& slices,
                  EvalRecord& record) {
  for (std::int32_t b = 0; b < batch.batch(); ++b) {
    const Slice& slice = slices[static_cast<std::size_t>(b % batch.streams)];
    const std::int64_t predicted = batch.place[static_cast<std::size_t>(b)] + 1;
    if (predicted < slice.begin || predicted >= slice.end) continue;
    const double bits = load_element(net.losses(), net.dtype(), b) * kBitsPerNat;
    const auto label = static_cast<std::size_t>(batch.label[static_cast<std::size_t>(b)]);
    record.bits += bits;
    record.class_bits[label] += bits;
    ++record.chars;
    ++record.class_count[label];
  }
}

// Of the rows from first_row on of a panel with one sample.
std::array<float, kVocabulary> log_softmax(const Panel& logits, std::int32_t first_row,
                                           DType dtype) {
  std::array<double, kVocabulary> z{};
  for (std::size_t c = 0; c < z.size(); ++c) {
    z[c] = load_element(logits.buffer(), dtype, first_row + static_cast<std::int64_t>(c));
  }
  const double top = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (const double value : z) sum += std::exp(value - top);
  std::array<float, kVocabulary> chances{};
  for (std::size_t c = 0; c < z.size(); ++c) {
    chances[c] = static_cast<float>(z[c] - top - std::log(sum));
  }
  return chances;
}

}  // namespace

EvalRecord evaluate(CharNet& net, Span<const Token> text, std::int64_t begin, std::int64_t count,
                    bool spread) {
  constexpr char where[] = "CharNet.evaluate";
  const auto size = static_cast<std::int64_t>(text.size());
  require_tokens(text, where);
  SG_REQUIRE(begin >= 0 && begin <= size, where, "begin: got ", begin, ", expected 0 to ", size);
  const std::int64_t wanted = count < 0 ? size - begin : count;
  SG_REQUIRE(wanted <= size - begin, where, "count: got ", count, ", expected at most ",
             size - begin);
  std::vector<Slice> slices;
  std::vector<std::int64_t> start;
  const std::int64_t length = (wanted + kSlices - 1) / kSlices;
  const std::int64_t apart = spread ? std::max(length, (size - begin) / kSlices) : length;
  std::int64_t left = wanted;
  for (std::int64_t s = 0; s < kSlices; ++s) {
    const std::int64_t first = std::min(size, begin + s * apart);
    const std::int64_t last = std::min(first + std::min(length, left), size);
    slices.push_back({first, last});
    left -= last - first;
    start.push_back(std::max<std::int64_t>(-1, first - 1 - kWarmUp));
  }
  EvalRecord record;
  CharBatch batch;
  CellMemory memory = net.make_memory(kSlices);
  while (record.chars < wanted) {
    read_batch(text, start, kWindow, net.positions(), net.patterns(), batch);
    net.forward(batch, memory);
    net.loss(batch);
    count_window(net, batch, slices, record);
    std::swap(memory.before, memory.after);
    for (auto& place : start) place += kWindow;
  }
  return record;
}

CharStream::CharStream(std::shared_ptr<CharNet> net)
    : net_(std::move(net)), memory_(net_->make_memory(1)), memory_layout_(*net_) {}

std::array<float, kVocabulary> CharStream::feed(Span<const Token> tokens) {
  require_tokens(tokens, "CharStream.feed");
  if (tokens.empty() && !history_.empty()) return chances_;
  if (!memory_layout_.fits(net_->wiring())) {
    memory_ = moved_memory(*net_, memory_, 1, memory_layout_);
    memory_layout_ = MemoryLayout(*net_);
  }
  const auto read = [&](std::int64_t place) {
    read_batch(history_, Span<const std::int64_t>(&place, 1), 1, net_->positions(),
               net_->patterns(), batch_);
    net_->forward(batch_, memory_);
  };
  if (tokens.empty()) read(-1);
  for (const Token token : tokens) {
    if (history_.size() >= kHistory) {
      history_.erase(history_.begin(), history_.end() - kHistory / 2);
    }
    history_.push_back(token);
    read(static_cast<std::int64_t>(history_.size()) - 1);
    std::swap(memory_.before, memory_.after);
  }
  net_->backend().finish();
  chances_ = log_softmax(net_->logits(), net_->first_output(), net_->dtype());
  return chances_;
}

}  // namespace sparsegrow
