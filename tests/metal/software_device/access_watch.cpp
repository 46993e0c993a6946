// The handler of SIGSEGV and SIGBUS: an access to a buffer's memory that is not given is explained.
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "failure.h"
#include "pipeline.h"
#include "uses.h"

namespace sparsegrow::software_metal {
namespace {

struct sigaction earlier_segv, earlier_bus;

const char* verb_of([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  const auto* const machine = static_cast<const ucontext_t*>(context);
  return machine->uc_mcontext.gregs[REG_ERR] & 2 ? "writes" : "reads";
#else
  return "reads or writes";
#endif
}

// A line put together without allocating, as a signal handler must; cut where it is too long.
class Line {
 public:
  Line& operator<<(const char* text) {
    while (*text && used_ < sizeof(text_) - 1) text_[used_++] = *text++;
    return *this;
  }
  Line& operator<<(const std::string& text) { return *this << text.c_str(); }
  Line& operator<<(long number) {
    char digits[24];
    std::snprintf(digits, sizeof(digits), "%ld", number);
    return *this << digits;
  }
  void print() {
    text_[used_++] = '\n';
    if (::write(STDERR_FILENO, text_, used_) < 0) return;  // there is nobody left to tell
  }

 private:
  char text_[2048];
  std::size_t used_ = 0;
};

void add_kernels(Line& line, const Buffer& buffer) {
  const char* between = "";
  for (const Use& use : buffer.uses) {
    line << between << use.kernel->name << (use.writes ? " (writes)" : " (reads)");
    between = ", ";
  }
}

[[noreturn]] void explain(const Buffer& buffer, const char* verb, const void* address) {
  Line line;
  const bool past_end = buffer.pages->is_past_end(address);
  line << "software Metal: " << (past_end ? "" : "the host ") << verb << " byte "
       << static_cast<const char*>(address) - buffer.pages->data() << " of MTLBuffer ";
  if (!buffer.label.empty()) line << "'" << buffer.label << "' ";
  line << "of " << static_cast<long>(buffer.length) << " bytes";
  if (!past_end) {
    line << ", which work that nobody waited for uses: ";
    add_kernels(line, buffer);
  }
  line.print();
  std::abort();
}

void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& earlier = signal == SIGSEGV ? earlier_segv : earlier_bus;
  if (earlier.sa_flags & SA_SIGINFO) return earlier.sa_sigaction(signal, info, context);
  if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) {
    return earlier.sa_handler(signal);
  }
  sigaction(signal, &earlier, nullptr);  // the access repeats and meets the default
}

// The signal is the consequence of one instruction of the host or of a kernel, never of our own
// books, which may therefore be read here.
void on_access(int signal, siginfo_t* info, void* context) {
  for (const Buffer* const buffer : living_buffers()) {
    if (buffer->pages->holds(info->si_addr)) explain(*buffer, verb_of(context), info->si_addr);
  }
  pass_on(signal, info, context);
}

bool install() {
  struct sigaction action = {};
  action.sa_sigaction = on_access;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGSEGV, &action, &earlier_segv) == 0 &&
         sigaction(SIGBUS, &action, &earlier_bus) == 0;
}

}  // namespace

void watch_accesses() {
  static const bool done = install();
  if (!done) fail("no signal handler can be installed");
}

}  // namespace sparsegrow::software_metal
