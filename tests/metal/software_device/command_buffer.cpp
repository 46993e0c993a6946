#include "command_buffer.h"

#include <algorithm>
#include <chrono>

#include "blocks.h"
#include "classes.h"
#include "counters.h"
#include "encoder.h"
#include "failure.h"
#include "faults.h"
#include "labels.h"
#include "settings.h"

namespace sparsegrow::software_metal {
namespace {

constexpr const char* kErrorDomain = "MTLCommandBufferErrorDomain";
constexpr long kOutOfMemory = 8, kDeviceRemoved = 11;  // of MTLCommandBufferError

double now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

Error* asked_for_failure() {
  if (fails_now(Fault::kDeviceLost)) {
    return make_error(kErrorDomain, kDeviceRemoved,
                      "The device was removed (kIOGPUCommandBufferCallbackErrorDeviceRemoved)");
  }
  if (fails_now(Fault::kCommand)) {
    return make_error(kErrorDomain, kOutOfMemory,
                      "Insufficient Memory (kIOGPUCommandBufferCallbackErrorOutOfMemory)");
  }
  return nullptr;
}

void let_go(CommandBuffer& commands) {
  for (Dispatch& dispatch : commands.dispatches) forget(dispatch);
  commands.dispatches = {};
  for (Object* const object : commands.kept) release(object);
  commands.kept = {};
}

void call_handlers(CommandBuffer& commands) {
  for (void* const handler : commands.handlers) {
    call_block(handler, &commands);
    free_block(handler);
  }
  commands.handlers = {};
}

Encoder* open_encoder(CommandBuffer* self, SEL) {
  if (self->status != Status::kNew) fail("encoding on a committed command buffer");
  if (self->open) fail("a second encoder while one of the command buffer is open");
  return given_away(make_encoder(*self));
}

Encoder* open_encoder_of_type(CommandBuffer* self, SEL selector, unsigned long type) {
  if (type != 0) fail("the software device has serial encoders only");
  return open_encoder(self, selector);
}

void commit(CommandBuffer* self, SEL) {
  if (self->status != Status::kNew) fail("a command buffer is committed twice");
  if (self->open) fail("commit with an open encoder");
  self->status = Status::kCommitted;
  self->queue->committed.push_back(self);
  retain(self);
  count_command_buffer();
}

void wait(CommandBuffer* self, SEL) {
  if (self->status == Status::kNew) fail("waitUntilCompleted before commit, which never returns");
  count_wait();
  if (!self->is_done()) run_until_done(*self->queue, *self);
}

void add_handler(CommandBuffer* self, SEL, void* block) {
  if (self->status != Status::kNew) fail("addCompletedHandler after commit");
  self->handlers.push_back(copy_block(block));
}

}  // namespace

void CommandBuffer::keep(Object* object) {
  if (!retains || std::find(kept.begin(), kept.end(), object) != kept.end()) return;
  kept.push_back(retain(object));
}

void CommandBuffer::dispose() {
  let_go(*this);
  for (void* const handler : handlers) free_block(handler);
  handlers = {};
  if (error) release(error);
  release(queue);
}

CommandBuffer* make_command_buffer(Queue& queue, bool retains) {
  auto* const commands = make<CommandBuffer>();
  commands->queue = &queue;
  retain(&queue);
  commands->retains = retains;
  return commands;
}

void run(CommandBuffer& commands) {
  commands.started = now();
  commands.error = asked_for_failure();
  if (!commands.error) {
    for (Dispatch& dispatch : commands.dispatches) launch(dispatch);
  }
  commands.ended = now();
  let_go(commands);
  commands.status = commands.error ? Status::kError : Status::kCompleted;
  call_handlers(commands);
}

void register_command_buffer() {
  constexpr const char* kName = CommandBuffer::kClass;
  allow_label<CommandBuffer>();
  on_object(kName, "computeCommandEncoder", open_encoder);
  on_object(kName, "computeCommandEncoderWithDispatchType:", open_encoder_of_type);
  on_object(kName, "commit", commit);
  on_object(kName, "waitUntilCompleted", wait);
  on_object(kName, "addCompletedHandler:", add_handler);
  on_object(kName, "status", +[](CommandBuffer* self, SEL) { return self->status; });
  on_object(kName, "error", +[](CommandBuffer* self, SEL) { return self->error; });
  on_object(kName, "GPUStartTime", +[](CommandBuffer* self, SEL) { return self->started; });
  on_object(kName, "GPUEndTime", +[](CommandBuffer* self, SEL) { return self->ended; });
}

}  // namespace sparsegrow::software_metal
