// "label" and "setLabel:", which most classes of Metal have.
#pragma once

#include "foundation.h"

namespace sparsegrow::software_metal {

template <class Labelled>
void allow_label() {
  on_object(
      Labelled::kClass, "label",
      +[](Labelled* self, SEL) { return given_away(make_string(self->label)); });
  on_object(
      Labelled::kClass, "setLabel:", +[](Labelled* self, SEL, String* label) {
        self->label = label ? label->text : "";
      });
}

}  // namespace sparsegrow::software_metal
