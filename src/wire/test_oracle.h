// For tests and fuzzers: the walk over a body beside simdjson's DOM parser, which shares no code
// with it.
#pragma once

#include <string>
#include <string_view>

#include "wire/json_reader.h"

namespace stator::wire {

// Walks over `body` as decoders do, reading all of it: why it is refused, or "". REQUIRES:
// kBodyPaddingBytes readable behind it.
std::string WalkFault(JsonReader& reader, std::string_view body);

// How the walk and simdjson disagree about `body`, or "": whether it is one JSON object, and what
// they find in it. `padding` stands behind it for the walk. They may disagree about numbers that
// are too great for simdjson, and about what is nested deeper than decoders go.
std::string Disagreement(std::string_view body, char padding = '}');

}  // namespace stator::wire
