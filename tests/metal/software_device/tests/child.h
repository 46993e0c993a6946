// Scenes that end the process are played in a process of their own.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace sparsegrow::software_metal {

struct Ending {
  bool aborted;
  int code;          // of exit, or the signal
  std::string said;  // to stderr
};

// A scene that is being played.
struct Child {
  int process;
  int said;  // the end of a pipe
};

// Plays the scene in a child, which then exits with 0. The parent must not have used the device.
Child start(const std::function<void()>& scene,
            const std::map<std::string, std::string>& environment = {});
Ending ending_of(Child child);
Ending ending_of(const std::function<void()>& scene,
                 const std::map<std::string, std::string>& environment = {});

// The scene aborts, and this is all it says: "software Metal: " + line.
void require_failure(const std::string& line, const std::function<void()>& scene,
                     const std::map<std::string, std::string>& environment = {});

// The scene, which may hold requirements of its own, ends well and says nothing.
void require_success(const std::function<void()>& scene,
                     const std::map<std::string, std::string>& environment = {});

// In a scene: ends it as failed, with the text, if the condition does not hold.
void expect(bool condition, const std::string& text);

}  // namespace sparsegrow::software_metal
