#include "char_net_arrays.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

constexpr char kWhere[] = "CharNet.from_arrays";
enum Scalar { kSteps, kClosed, kMaxDepth, kDouble, kScalars };  // places in "scalars"

template <class T>
std::vector<T> copy_of(const StateTable& table, const StateEntry& entry) {
  const T* const values = entry.buffer->as<T>();
  return {values, values + table.count(entry)};
}

void put_nodes(NamedArrays& arrays, const NodeTable& nodes) {
  std::vector<std::int32_t> group, min_level;
  std::vector<std::uint8_t> removed;
  for (std::size_t n = 0; n < nodes.spec.size(); ++n) {
    group.push_back(nodes.spec[n].group);
    min_level.push_back(nodes.spec[n].min_level);
    removed.push_back(nodes.row[n] < 0);
  }
  arrays.emplace_back("node.group", std::move(group));
  arrays.emplace_back("node.min_level", std::move(min_level));
  arrays.emplace_back("node.removed", std::move(removed));
}

void put_sub_dags(NamedArrays& arrays, const Wiring& wiring) {
  std::vector<std::int32_t> context, begin{0};
  std::vector<NodeId> inputs;
  for (const SubDag& sub_dag : wiring.sub_dags) {
    context.push_back(sub_dag.context);
    inputs.insert(inputs.end(), sub_dag.inputs.begin(), sub_dag.inputs.end());
    begin.push_back(static_cast<std::int32_t>(inputs.size()));
  }
  arrays.emplace_back("sub_dag.context", std::move(context));
  arrays.emplace_back("sub_dag.inputs_begin", std::move(begin));
  arrays.emplace_back("sub_dag.inputs", std::move(inputs));
}

void put_state(NamedArrays& arrays, const char* name, const StateTable& table) {
  for (const StateEntry& entry : table.entries()) {
    std::string full = concat(name, ".", entry.name);
    if (table.dtype() == DType::f64)
      arrays.emplace_back(std::move(full), copy_of<double>(table, entry));
    else
      arrays.emplace_back(std::move(full), copy_of<float>(table, entry));
  }
}

template <class Call>
auto without_gil(Call call) {
  py::gil_scoped_release release;
  return call();
}

// The arrays of a dict, by name and exact dtype.
class Reader {
 public:
  explicit Reader(const py::dict& arrays) : arrays_(arrays) {}

  py::array array(const std::string& name) const {
    if (!arrays_.contains(name.c_str())) {
      throw py::key_error(concat("[", kWhere, "] the array ", name, " is missing"));
    }
    return py::array(arrays_[name.c_str()]);
  }
  template <class T>
  std::vector<T> vector(const std::string& name) const {
    return vector_copy<T>(array(name), {kWhere, name.c_str()});
  }

 private:
  const py::dict& arrays_;
};

Graph::Snapshot read_graph(const Reader& from) {
  const auto group = from.vector<std::int32_t>("node.group");
  const auto min_level = from.vector<std::int32_t>("node.min_level");
  const auto removed = from.vector<std::uint8_t>("node.removed");
  SG_REQUIRE(group.size() == min_level.size() && group.size() == removed.size(), kWhere, "got ",
             group.size(), " groups, ", min_level.size(), " levels and ", removed.size(), " marks");
  NodeTable nodes;
  for (std::size_t n = 0; n < group.size(); ++n) {
    SG_REQUIRE(group[n] >= 0 && group[n] <= kVocabulary && min_level[n] >= 0 &&
                   min_level[n] <= kMostLayers + 1,
               kWhere, "node ", n, ": got group ", group[n], " and level ", min_level[n],
               ", expected at most ", kVocabulary, " and ", kMostLayers + 1);
    nodes.spec.push_back({group[n], min_level[n], false});
  }
  assign_rows(nodes, std::vector<bool>(removed.begin(), removed.end()));
  Pattern pattern{from.vector<std::int32_t>("graph.row_begin"),
                  from.vector<std::int32_t>("graph.column")};
  return without_gil([&] { return Graph(std::move(nodes), std::move(pattern)).snapshot(); });
}

std::vector<SubDag> read_sub_dags(const Reader& from) {
  const auto context = from.vector<std::int32_t>("sub_dag.context");
  const auto begin = from.vector<std::int32_t>("sub_dag.inputs_begin");
  const auto inputs = from.vector<NodeId>("sub_dag.inputs");
  SG_REQUIRE(begin.size() == context.size() + 1 && begin.front() == 0 &&
                 begin.back() == static_cast<std::int32_t>(inputs.size()) &&
                 std::is_sorted(begin.begin(), begin.end()),
             kWhere, "sub_dag.inputs_begin does not rise from 0 to ", inputs.size());
  std::vector<SubDag> sub_dags;
  for (std::size_t s = 0; s < context.size(); ++s) {
    sub_dags.push_back({context[s], {inputs.begin() + begin[s], inputs.begin() + begin[s + 1]}});
  }
  return sub_dags;
}

void read_state(const Reader& from, const char* name, StateTable& table) {
  for (const StateEntry& entry : table.entries()) {
    const std::string full = concat(name, ".", entry.name);
    const py::array values = from.array(full);
    require_array(values, numpy_dtype(table.dtype()), 1, {kWhere, full.c_str()});
    SG_REQUIRE(values.size() == table.count(entry), kWhere, full, ": got ", values.size(),
               " values, expected ", table.count(entry));
    if (values.size() > 0)
      std::memcpy(entry.buffer->data(), values.data(), static_cast<std::size_t>(values.nbytes()));
  }
}

}  // namespace

NamedArrays saved_arrays(const CharNet& net) {
  net.backend().finish();
  const Wiring& wiring = net.wiring();
  NamedArrays arrays;
  put_nodes(arrays, wiring.graph->nodes);
  put_sub_dags(arrays, wiring);
  arrays.emplace_back("graph.row_begin", wiring.graph->csr.by_target.row_begin);
  arrays.emplace_back("graph.column", wiring.graph->csr.by_target.column);
  arrays.emplace_back("memory.node", wiring.memory);
  arrays.emplace_back("tree.parent", net.patterns().parents());
  arrays.emplace_back("tree.symbol", net.patterns().symbols());
  arrays.emplace_back("tree.row_begin", net.patterns().rows().row_begin);
  arrays.emplace_back("tree.output", net.patterns().rows().target);
  put_state(arrays, "hidden", net.hidden_state());
  put_state(arrays, "input", net.input_state());
  put_state(arrays, "pattern", net.pattern_state());
  arrays.emplace_back("signal", net.signal());
  std::vector<std::int64_t> scalars(kScalars);
  scalars[kSteps] = net.steps;
  scalars[kClosed] = wiring.closed;
  scalars[kMaxDepth] = wiring.max_depth;
  scalars[kDouble] = net.dtype() == DType::f64;
  arrays.emplace_back("scalars", std::move(scalars));
  return arrays;
}

std::shared_ptr<CharNet> net_of_arrays(const py::dict& arrays, const std::string& device) {
  const Reader from(arrays);
  const auto scalars = from.vector<std::int64_t>("scalars");
  SG_REQUIRE(scalars.size() == kScalars, kWhere, "scalars: got ", scalars.size(),
             " values, expected ", int{kScalars});
  SG_REQUIRE(scalars[kMaxDepth] >= 1 && scalars[kMaxDepth] <= kMostLayers, kWhere, "got max_depth ",
             scalars[kMaxDepth], ", expected 1 to ", kMostLayers);
  SG_REQUIRE(scalars[kSteps] >= 0 && scalars[kClosed] >= 0, kWhere, "got ", scalars[kSteps],
             " steps and ", scalars[kClosed], " pruned inputs, expected 0 or more");
  Wiring wiring;
  wiring.graph = read_graph(from);
  wiring.sub_dags = read_sub_dags(from);
  wiring.memory = from.vector<NodeId>("memory.node");
  wiring.closed = scalars[kClosed];
  wiring.max_depth = static_cast<std::int32_t>(scalars[kMaxDepth]);
  InputRows rows;
  rows.outputs = kVocabulary;
  rows.row_begin = from.vector<std::int32_t>("tree.row_begin");
  rows.target = from.vector<std::int32_t>("tree.output");
  wiring.patterns =
      std::make_shared<PatternTree>(from.vector<std::int32_t>("tree.parent"),
                                    from.vector<std::uint8_t>("tree.symbol"), std::move(rows));
  const DType dtype = scalars[kDouble] ? DType::f64 : DType::f32;
  auto net = without_gil(
      [&] { return std::make_shared<CharNet>(open_backend(device, dtype), dtype, wiring); });
  read_state(from, "hidden", net->hidden_state());
  read_state(from, "input", net->input_state());
  read_state(from, "pattern", net->pattern_state());
  net->set_signal(from.vector<float>("signal"));
  net->steps = scalars[kSteps];
  return net;
}

}  // namespace sparsegrow::python
