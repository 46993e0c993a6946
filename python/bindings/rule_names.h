// Settings of the topology rules by name.
#pragma once

#include <map>
#include <string>

#include "arrays.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/link_choice.h"
#include "sparsegrow/topology/regrow_l3.h"

namespace sparsegrow::python {

inline const std::map<std::string, L3Kind> kPathNames{{"ch3_path", L3Kind::ch3_path},
                                                      {"ch2_path", L3Kind::ch2_path},
                                                      {"ch3_node", L3Kind::ch3_node},
                                                      {"ch2_node", L3Kind::ch2_node}};
inline const std::map<std::string, ChoiceRule> kChoiceNames{{"best", ChoiceRule::best},
                                                            {"sampled", ChoiceRule::sampled}};

// What `name` stands for; throws ValueError, and lists the names that are known, for another.
template <class Enum>
Enum named(const std::map<std::string, Enum>& known, const std::string& name, Origin origin) {
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  std::string all;
  for (const auto& [each, unused] : known) all += (all.empty() ? "'" : ", '") + each + "'";
  throw_invalid(origin.where, concat(origin.argument, ": got '", name, "', expected one of ", all));
}

}  // namespace sparsegrow::python
