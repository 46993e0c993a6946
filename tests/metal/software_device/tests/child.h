// Scenes that end the process are played in a process of their own.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace sparsegrow::software_metal {

struct Ending {
  bool aborted;
  int code;          // of exit, 0 where aborted
  std::string said;  // to stderr
};

// Plays the scene in a child, which then exits with 0. The parent must not have used the device.
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
