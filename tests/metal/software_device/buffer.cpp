#include "buffer.h"

#include <algorithm>

#include "classes.h"
#include "failure.h"
#include "foundation.h"
#include "labels.h"
#include "pipeline.h"

namespace sparsegrow::software_metal {
namespace {

std::vector<Buffer*>& living() {
  static auto* const known = new std::vector<Buffer*>;
  return *known;
}

char* contents(Buffer* self, SEL) {
  if (self->storage_mode() == Buffer::kPrivate) {
    fail("the contents of ", name_of(*self), " are asked for, but its storage is private");
  }
  return self->pages->data();
}

}  // namespace

void Buffer::dispose() {
  if (!uses.empty()) {
    fail(name_of(*this), " of ", length, " bytes was released while work that nobody waited for (",
         uses.front().kernel->name, ") uses it");
  }
  living().erase(std::find(living().begin(), living().end(), this));
  pages.reset();
}

Buffer* make_buffer(unsigned long length, unsigned long options) {
  auto* const buffer = make<Buffer>();
  buffer->pages = std::make_unique<Pages>(length);
  buffer->length = length;
  buffer->options = options;
  living().push_back(buffer);
  return buffer;
}

const std::vector<Buffer*>& living_buffers() { return living(); }

unsigned long allocated_bytes() {
  unsigned long bytes = 0;
  for (const Buffer* const buffer : living()) bytes += buffer->length;
  return bytes;
}

void register_buffer() {
  constexpr const char* kName = Buffer::kClass;
  allow_label<Buffer>();
  on_object(kName, "contents", contents);
  on_object(kName, "length", +[](Buffer* self, SEL) { return self->length; });
  on_object(kName, "storageMode", +[](Buffer* self, SEL) { return self->storage_mode(); });
  on_object(kName, "resourceOptions", +[](Buffer* self, SEL) { return self->options; });
}

}  // namespace sparsegrow::software_metal
