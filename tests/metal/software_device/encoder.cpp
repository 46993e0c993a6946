#include "encoder.h"

#include "classes.h"
#include "encode_dispatch.h"
#include "failure.h"
#include "labels.h"

namespace sparsegrow::software_metal {
namespace {

constexpr unsigned long kMostBytes = 4096;  // of setBytes

void require_open(const Encoder& encoder, const char* what) {
  if (!encoder.commands) fail(what, " after endEncoding");
}

Encoder::Argument& argument_at(Encoder& encoder, unsigned long index) {
  if (index >= encoder.arguments.size()) fail("buffer index ", index, " is larger than 30");
  return encoder.arguments[index];
}

void set_pipeline(Encoder* self, SEL, Pipeline* pipeline) {
  require_open(*self, "setComputePipelineState");
  if (!pipeline) fail("setComputePipelineState with nil");
  self->pipeline = pipeline;
  self->commands->keep(pipeline);
}

void set_buffer(Encoder* self, SEL, Buffer* buffer, unsigned long offset, unsigned long index) {
  require_open(*self, "setBuffer");
  Encoder::Argument& argument = argument_at(*self, index);
  argument = {buffer, offset, {}};
  if (!buffer) return;
  if (buffer->references <= 0) fail("setBuffer with a deallocated ", name_of(*buffer));
  if (offset >= buffer->length) {
    fail("offset ", offset, " is past the end of ", name_of(*buffer), " of ", buffer->length,
         " bytes");
  }
  if (offset % 4 != 0) fail("offset ", offset, " of ", name_of(*buffer), " is no multiple of 4");
  self->commands->keep(buffer);
}

void set_bytes(Encoder* self, SEL, const char* bytes, unsigned long length, unsigned long index) {
  require_open(*self, "setBytes");
  if (length > kMostBytes) fail("setBytes with ", length, " bytes, at most 4096 are allowed");
  if (length == 0) fail("setBytes with no bytes");
  argument_at(*self, index) = {nullptr, 0, {bytes, bytes + length}};
}

void set_threadgroup(Encoder* self, SEL, unsigned long length, unsigned long index) {
  require_open(*self, "setThreadgroupMemoryLength");
  if (length % 16 != 0) fail("threadgroup memory of ", length, " bytes is no multiple of 16");
  if (index >= self->threadgroup_bytes.size()) fail("threadgroup memory index ", index);
  self->threadgroup_bytes[index] = length;
}

void dispatch_threads(Encoder* self, SEL, Size threads, Size threadgroup) {
  require_open(*self, "dispatchThreads");
  encode_dispatch(*self, threads, threadgroup);
}

void dispatch_threadgroups(Encoder* self, SEL, Size groups, Size threadgroup) {
  require_open(*self, "dispatchThreadgroups");
  encode_dispatch(*self,
                  {groups.width * threadgroup.width, groups.height * threadgroup.height,
                   groups.depth * threadgroup.depth},
                  threadgroup);
}

void end(Encoder* self, SEL) {
  if (!self->commands) fail("endEncoding twice");
  CommandBuffer* const commands = self->commands;
  commands->open = nullptr;
  self->commands = nullptr;
  self->arguments = {};
  release(commands);
}

}  // namespace

void Encoder::dispose() {
  if (commands) fail("an encoder was released without endEncoding");
}

Encoder* make_encoder(CommandBuffer& commands) {
  auto* const encoder = make<Encoder>();
  encoder->commands = &commands;
  retain(&commands);
  commands.open = encoder;
  return encoder;
}

void register_encoder() {
  constexpr const char* kName = Encoder::kClass;
  allow_label<Encoder>();
  on_object(kName, "setComputePipelineState:", set_pipeline);
  on_object(kName, "setBuffer:offset:atIndex:", set_buffer);
  on_object(kName, "setBytes:length:atIndex:", set_bytes);
  on_object(kName, "setThreadgroupMemoryLength:atIndex:", set_threadgroup);
  on_object(kName, "dispatchThreads:threadsPerThreadgroup:", dispatch_threads);
  on_object(kName, "dispatchThreadgroups:threadsPerThreadgroup:", dispatch_threadgroups);
  on_object(
      kName, "memoryBarrierWithScope:", +[](Encoder* self, SEL, unsigned long) {
        require_open(*self, "memoryBarrier");  // each dispatch waits for the ones before it anyway
      });
  on_object(kName, "endEncoding", end);
}

}  // namespace sparsegrow::software_metal
