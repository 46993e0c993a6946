// Regrowth by the layer's own paths, without gradients: the rules of CHT and CHTs.
#pragma once

#include <cstdint>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/l3_score.h"
#include "sparsegrow/topology/link.h"
#include "sparsegrow/topology/link_choice.h"

namespace sparsegrow {

// `count` absent links of the layer, by target and source, chosen by their L3Scores: the best
// (CHT), or a sample in proportion to the scores (CHTs); see LinkChoice for cells without a path.
// The same for any number of threads. Throws invalid_argument for an unsound pattern or more links
// than are absent. Cost by paths: O(links * links of a target * links of a source) and a look at
// each cell. Memory O(targets + sources + links + count), beside a block of scores per thread.
Links regrow_l3(const Pattern& layer, std::int32_t sources, std::int64_t count, L3Kind kind,
                ChoiceRule rule, Rng rng);

}  // namespace sparsegrow
