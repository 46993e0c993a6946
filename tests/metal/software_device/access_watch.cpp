// The handler of SIGSEGV and SIGBUS: an access to a buffer's memory that is not given is explained.
#include <signal.h>
#include <ucontext.h>

#include <cstdlib>
#include <cstring>

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

std::string kernels_of(const Buffer& buffer) {
  std::string text;
  for (const Use& use : buffer.uses) {
    text += (text.empty() ? "" : ", ") + use.kernel->name + (use.writes ? " (writes)" : " (reads)");
  }
  return text;
}

[[noreturn]] void explain(const Buffer& buffer, const char* verb, const void* address) {
  const std::string what = text_of(name_of(buffer), " of ", buffer.length, " bytes");
  const auto at = static_cast<const char*>(address) - buffer.pages->data();
  if (buffer.pages->is_past_end(address)) fail(verb, " byte ", at, " of ", what);
  fail("the host ", verb, " byte ", at, " of ", what,
       ", which work that nobody waited for uses: ", kernels_of(buffer));
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
