#include "metal/encoder.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "metal/metal_buffer.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::metal {
namespace {

constexpr std::int64_t kMostThreads = INT32_MAX;  // what kernels count their places in
constexpr std::size_t kStagingBytes = 1 << 16;    // of one piece, at least
constexpr std::size_t kStagingStep = 16;          // alignment of what lies in it
// Work put down and not handed over takes host memory: a longer step is handed over in pieces.
constexpr std::int64_t kMostDispatches = 2048;

}  // namespace

Encoder::~Encoder() {
  if (encoder_) encoder_->endEncoding();
  for (auto& commands : committed_) commands->waitUntilCompleted();
}

Launch Encoder::launch(const char* kernel) { return Launch(*this, kernel); }

MTL::ComputeCommandEncoder& Encoder::encoder() {
  if (encoder_) return *encoder_.get();
  const ReleasePool pool;
  commands_ = NS::RetainPtr(device_.queue().commandBuffer());
  if (!commands_) throw_runtime(kMetal, "the device gives no command buffer");
  encoder_ = NS::RetainPtr(commands_->computeCommandEncoder());
  if (!encoder_) throw_runtime(kMetal, "the device gives no command encoder");
  dispatches_ = 0;
  return *encoder_.get();
}

void Encoder::commit() {
  if (!encoder_) return;
  encoder_->endEncoding();
  commands_->commit();
  ++use_.command_buffers;
  encoder_.reset();
  committed_.push_back(std::move(commands_));
}

void Encoder::finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const ReleasePool pool;
  commit();
  std::string failure;
  for (auto& commands : committed_) {
    commands->waitUntilCompleted();
    ++use_.waits;
    const bool failed = commands->status() == MTL::CommandBufferStatusError;
    if (failed && failure.empty()) failure = reason_of(commands->error());
  }
  committed_.clear();
  forget_staged();
  pool_.settle();
  if (!failure.empty()) throw_runtime(kMetal, concat("the GPU gave up: ", failure));
}

// Pieces are given back with what a step used; the next step takes them again.
Encoder::Slice Encoder::stage(const void* data, std::size_t bytes) {
  if (staging_.empty() || staged_ + bytes > staging_.back()->length()) {
    staging_.push_back(pool_.take(std::max(bytes, kStagingBytes), "staging"));
    staged_ = 0;
  }
  MTL::Buffer* const buffer = staging_.back().get();
  const std::size_t offset = staged_;
  if (bytes > 0) std::memcpy(static_cast<char*>(buffer->contents()) + offset, data, bytes);
  staged_ = (offset + bytes + kStagingStep - 1) / kStagingStep * kStagingStep;
  use_.staged_bytes += static_cast<std::int64_t>(bytes);
  // An empty array still needs a place inside the buffer.
  return {buffer, std::min(offset, static_cast<std::size_t>(buffer->length()) - kStagingStep)};
}

void Encoder::forget_staged() {
  for (auto& buffer : staging_) pool_.give(std::move(buffer));
  staging_.clear();
}

DeviceUse Encoder::use() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  DeviceUse use = use_;
  use.live_bytes = pool_.bytes().live;
  use.peak_bytes = pool_.bytes().peak;
  return use;
}

void Encoder::reset_use() {
  const std::lock_guard<std::mutex> lock(mutex_);
  use_ = {};
  pool_.reset_peak();
}

Launch::Launch(Encoder& encoder, const char* kernel)
    : encoder_(encoder), lock_(encoder.mutex_), kernel_(kernel) {
  MTL::ComputePipelineState& pipeline = encoder_.device_.pipeline(kernel);
  encoder_.encoder().setComputePipelineState(&pipeline);
}

Launch& Launch::arg(const Buffer& buffer) {
  encoder_.encoder().setBuffer(handle_of(buffer), 0, index_++);
  return *this;
}

Launch& Launch::staged_bytes(const void* data, std::size_t bytes) {
  const auto slice = encoder_.stage(data, bytes);
  encoder_.encoder().setBuffer(slice.buffer, slice.offset, index_++);
  return *this;
}

Launch& Launch::moves(std::int64_t bytes) {
  bytes_ += bytes;
  return *this;
}

void Launch::over(std::int64_t x, std::int64_t y) {
  if (x <= 0 || y <= 0) return;
  SG_REQUIRE(x <= kMostThreads && y <= kMostThreads, kernel_, "got a grid of ", x, " x ", y,
             " threads, expected at most ", kMostThreads, " each");
  encoder_.encoder().dispatchThreads(
      MTL::Size::Make(static_cast<NS::UInteger>(x), static_cast<NS::UInteger>(y), 1),
      MTL::Size::Make(std::min(kThreads, static_cast<NS::UInteger>(x)), 1, 1));
  KernelUse& use = encoder_.use_.kernels[kernel_];
  ++use.dispatches;
  use.bytes += bytes_;
  if (++encoder_.dispatches_ >= kMostDispatches) encoder_.commit();
}

}  // namespace sparsegrow::metal
