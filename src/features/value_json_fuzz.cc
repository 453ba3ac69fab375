// Stored bytes come from anywhere: printing them must neither crash nor give text that is no JSON.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "features/value_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string json = "[";
  stator::features::AppendValueJson(json, {reinterpret_cast<const char*>(data), size});
  json += "]";
  simdjson::dom::parser parser;
  if (parser.parse(simdjson::padded_string(json)).error() != simdjson::SUCCESS) std::abort();
  return 0;
}
