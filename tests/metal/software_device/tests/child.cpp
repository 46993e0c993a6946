#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include "catch.h"

namespace sparsegrow::software_metal {
namespace {

[[noreturn]] void play(const std::function<void()>& scene,
                       const std::map<std::string, std::string>& environment, int said) {
  dup2(said, STDERR_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS}) signal(number, SIG_DFL);  // not Catch2's
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  scene();
  std::exit(0);
}

std::string all_of(int source) {
  std::string text;
  char piece[4096];
  for (ssize_t got = 0; (got = read(source, piece, sizeof(piece))) > 0;) {
    text.append(piece, static_cast<std::size_t>(got));
  }
  close(source);
  return text;
}

}  // namespace

Child start(const std::function<void()>& scene,
            const std::map<std::string, std::string>& environment) {
  std::fflush(nullptr);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t process = fork();
  REQUIRE(process >= 0);
  if (process == 0) play(scene, environment, ends[1]);
  close(ends[1]);
  return {process, ends[0]};
}

Ending ending_of(Child child) {
  Ending ending = {};
  ending.said = all_of(child.said);
  int status = 0;
  REQUIRE(waitpid(child.process, &status, 0) == child.process);
  ending.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  return ending;
}

Ending ending_of(const std::function<void()>& scene,
                 const std::map<std::string, std::string>& environment) {
  return ending_of(start(scene, environment));
}

void require_failure(const std::string& line, const std::function<void()>& scene,
                     const std::map<std::string, std::string>& environment) {
  const Ending ending = ending_of(scene, environment);
  CHECK(ending.said == "software Metal: " + line + "\n");
  CHECK(ending.aborted);
}

void require_success(const std::function<void()>& scene,
                     const std::map<std::string, std::string>& environment) {
  const Ending ending = ending_of(scene, environment);
  CHECK(ending.said == "");
  CHECK_FALSE(ending.aborted);
  CHECK(ending.code == 0);
}

void expect(bool condition, const std::string& text) {
  if (condition) return;
  std::fprintf(stderr, "expected: %s\n", text.c_str());
  std::exit(3);
}

}  // namespace sparsegrow::software_metal
