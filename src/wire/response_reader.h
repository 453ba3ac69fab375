// The shape that decoding every response has: members in any order, unknown ones skipped, missing
// ones left at their defaults. What a client gets is checked for being JSON of the right types, and
// for nothing else: the store that sent it knows its own limits.
#pragma once

#include <string_view>
#include <utility>

#include "base/result.h"
#include "wire/json_cursor.h"

namespace stator::wire {

// What a client reports about an answer that makes no sense: something between it and the store, or
// a store that is none. REQUIRES: `in` has noted a fault.
base::Error BadAnswer(const JsonReader::Impl& in);

// Reads a whole response: calls visit(in, name, value, response) for every member of the body;
// visit answers false on wrong JSON. Gives the response, or BadAnswer. The response owns its
// memory: nothing in it points into `body`.
template <typename Response, typename Visit>
base::Result<Response> ReadResponse(JsonReader& reader, std::string_view body, Visit&& visit) {
  JsonReader::Impl& in = reader.impl();
  Response response;
  in.Run(body,
         [&](std::string_view name, JsonValue value) { return visit(in, name, value, response); });
  if (in.FirstFault()) return BadAnswer(in);
  return response;
}

}  // namespace stator::wire
