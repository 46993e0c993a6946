// A device that puts work off, around one that does not: it does to its caller what a GPU does.
//
// A verb checks its arguments at once, copies its host arguments, and is kept; finish() runs what
// was kept, in order. So a host that reads before finish() sees old numbers. finish() throws
// logic_error when the host has changed a buffer after the verb that uses it was called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow::test {

class LazyBackend final : public Backend {
 public:
  explicit LazyBackend(std::shared_ptr<Backend> inner) : inner_(std::move(inner)) {}

  // The device's memory ends after so many more arrays.
  void leave_room(std::int64_t arrays) { room_ = arrays; }
  std::int64_t waits() const { return waits_; }  // calls of finish() that found work

  const char* name() const override { return "lazy"; }
  bool supports(DType dtype) const override { return inner_->supports(dtype); }
  bool has_kernel(const std::string& name) const override { return inner_->has_kernel(name); }
  std::unique_ptr<Buffer> allocate(std::size_t bytes) override;
  std::unique_ptr<DeviceCsr> upload(std::shared_ptr<const Csr> csr) override;
  void finish() override;

#include "sparsegrow/backend/verb_overrides.inc"

 private:
  // Memory that kept work uses, as it was when the first verb that uses it was called.
  struct Watched {
    std::shared_ptr<Buffer> memory;
    std::vector<char> contents;
    const char* verb;
  };
  using WatchedMemory = std::map<const Buffer*, Watched>;

  void keep(const char* verb, const std::vector<const Buffer*>& used, std::function<void()> work);
  std::vector<char> contents_of(const Buffer& buffer);
  static void require_unchanged(const WatchedMemory& all);

  std::shared_ptr<Backend> inner_;
  std::vector<std::function<void()>> work_;
  WatchedMemory watched_;
  std::vector<std::vector<char>> spare_;  // large memory is slow to ask for again and again
  std::int64_t waits_ = 0;
  std::int64_t room_ = INT64_MAX;
};

// Makes a call for which the device has room for so many arrays; whether it needs more.
template <class Call>
bool runs_out(LazyBackend& device, std::int64_t arrays, Call call) {
  device.leave_room(arrays);
  bool failed = false;
  try {
    call();
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  device.leave_room(INT64_MAX);
  return failed;
}

}  // namespace sparsegrow::test
