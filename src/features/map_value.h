// Values without a schema: JSON text, structs and maps of a data file as feast.types.Map, and back
// to JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "features/column.h"

namespace stator::features {

// Nesting that is followed; deeper values are refused.
inline constexpr int kMapDepthMax = 32;

// Whether `text` is one JSON value.
bool IsJson(std::string_view text);

// A cell as JSON: structs and maps as objects, lists as arrays. nullopt for raw bytes and for what
// is nested too deep.
std::optional<std::string> JsonOfCell(const Column& column, std::size_t row);

// The message of a feast.types.Map for a cell: text that is a JSON object, a struct, or a map with
// text keys. Types follow the values, as Feast infers them: integers INT64, fractions DOUBLE, a
// list by its first element, an object a MAP, a null unset. nullopt for anything else.
std::optional<std::string> MapOfCell(const Column& column, std::size_t row);

// The message of a feast.types.Map for a JSON object. nullopt when `text` is none.
std::optional<std::string> MapOfJson(std::string_view text);

}  // namespace stator::features
