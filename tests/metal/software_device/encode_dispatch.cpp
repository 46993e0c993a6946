#include "encode_dispatch.h"

#include <limits>

#include "counters.h"
#include "failure.h"
#include "settings.h"
#include "uses.h"

namespace sparsegrow::software_metal {
namespace {

unsigned long threads_of(Size size) { return size.width * size.height * size.depth; }

std::string text_of_size(Size size) {
  return text_of(size.width, " x ", size.height, " x ", size.depth);
}

void require_sizes(const Pipeline& pipeline, Size grid, Size threadgroup) {
  constexpr unsigned long kMost = std::numeric_limits<std::uint32_t>::max();
  if (grid.width > kMost || grid.height > kMost || grid.depth > kMost || threads_of(grid) == 0) {
    fail("kernel ", pipeline.name, ": a grid of ", text_of_size(grid), " threads");
  }
  const unsigned long threads = threads_of(threadgroup);
  if (threads == 0 || threads > Pipeline::kMostThreads) {
    fail("kernel ", pipeline.name, ": a threadgroup of ", threads, " threads, between 1 and ",
         Pipeline::kMostThreads, " are allowed");
  }
}

void require_threadgroup_memory(const Encoder& encoder) {
  const Pipeline& pipeline = *encoder.pipeline;
  unsigned long bytes = 0;
  for (std::size_t i = 0; i < encoder.threadgroup_bytes.size(); ++i) {
    bytes += encoder.threadgroup_bytes[i];
    if ((pipeline.threadgroup >> i & 1) && encoder.threadgroup_bytes[i] == 0) {
      fail("kernel ", pipeline.name, ": no threadgroup memory at index ", i);
    }
  }
  if (bytes > kMostThreadgroupBytes) {
    fail("kernel ", pipeline.name, ": ", bytes, " bytes of threadgroup memory, at most ",
         kMostThreadgroupBytes, " are allowed");
  }
}

void require_room(const Pipeline& pipeline, int index, unsigned long bytes) {
  const auto value = pipeline.values.find(index);
  if (value == pipeline.values.end() || bytes >= value->second) return;
  fail("kernel ", pipeline.name, ": ", bytes, " bytes at buffer index ", index,
       ", its parameter takes ", value->second);
}

// Returns the bytes that are bound.
unsigned long bind(Dispatch& dispatch, int index, const Encoder::Argument& argument) {
  const Pipeline& pipeline = *dispatch.pipeline;
  Buffer* const buffer = argument.buffer;
  if (!buffer && argument.bytes.empty()) {
    fail("kernel ", pipeline.name, ": missing buffer binding at index ", index);
  }
  const auto bytes = buffer ? buffer->length - argument.offset : argument.bytes.size();
  require_room(pipeline, index, bytes);
  dispatch.bindings.push_back({index, buffer, argument.bytes});
  if (!buffer) return bytes;
  if (buffer->references <= 0) {
    fail("kernel ", pipeline.name, ": ", name_of(*buffer), " at index ", index, " was released");
  }
  dispatch.launch.buffer[index] = buffer->pages->data() + argument.offset;
  begin_use(*buffer, argument.offset, pipeline, pipeline.writes >> index & 1);
  return bytes;
}

software_gpu::Size3 narrowed(Size size) {
  return {static_cast<std::uint32_t>(size.width), static_cast<std::uint32_t>(size.height),
          static_cast<std::uint32_t>(size.depth)};
}

}  // namespace

void encode_dispatch(Encoder& encoder, Size grid, Size threadgroup) {
  if (!encoder.pipeline) fail("a dispatch without a pipeline state");
  const Pipeline& pipeline = *encoder.pipeline;
  if (pipeline.references <= 0) fail("a dispatch of a deallocated ", name_of(pipeline));
  require_sizes(pipeline, grid, threadgroup);
  require_threadgroup_memory(encoder);
  auto& dispatches = encoder.commands->dispatches;
  if (dispatches.size() >= static_cast<std::size_t>(settings().most_dispatches)) {
    fail("more than ", settings().most_dispatches, " dispatches in one command buffer");
  }
  Dispatch& dispatch = dispatches.emplace_back();
  dispatch.pipeline = &pipeline;
  dispatch.launch.grid = narrowed(grid);
  dispatch.launch.threadgroup = narrowed(threadgroup);
  unsigned long bytes = 0;
  for (int i = 0; i < software_gpu::kMostBuffers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    dispatch.launch.threadgroup_bytes[i] = encoder.threadgroup_bytes[at];
    if (pipeline.buffers >> i & 1) bytes += bind(dispatch, i, encoder.arguments[at]);
  }
  count_dispatch(pipeline.name, threads_of(grid), bytes);
}

}  // namespace sparsegrow::software_metal
