// The entities of a request: columns of loosely typed values become columns of join keys in the
// types of the registry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "features/entity_key.h"
#include "features/read_plan.h"

namespace stator::features {

// A value as a client sent it, before its type is known.
struct RequestValue {
  enum class Type : std::uint8_t { kNull, kBool, kInteger, kReal, kText, kOther };
  Type type = Type::kNull;
  // KBool: 0 or 1.
  std::int64_t integer = 0;
  double real = 0;
  // KOther: its JSON.
  std::string text;
};

// A column of a request.
struct RequestColumn {
  std::string name;
  std::vector<RequestValue> values;
};

// A column of join keys, in the types of the registry.
struct EntityColumn {
  // The request's name for the join key.
  std::string name;
  std::vector<EntityValue> values;
};

// The entities of a request, sorted out.
struct EntityColumns {
  std::size_t rows = 0;
  // In the order of the request; they open the reply.
  std::vector<EntityColumn> join_keys;
  // The join key column `name`, or null.
  const EntityColumn* Find(std::string_view name) const;
};

// Sorts the columns of a request out as Feast does: request data of computed views are taken away,
// join keys (or, as of old, entity names) are converted to their declared types, everything else is
// ignored but for its length. ERRORS, with Feast's texts: RequestDataNotFoundInEntityRowsException,
// ValueError ("All entity rows must have the same columns."), TypeError for a null, ValueError for
// a value that cannot be converted, KeyError when there is no row.
base::Result<EntityColumns> SortOutEntities(const ReadPlan& plan,
                                            const std::vector<RequestColumn>& columns);

// One value in the declared type of its join key. INT32 and INT64 take numbers and numeric text,
// STRING takes anything scalar as Python's str() prints it, BYTES takes base64, UNIX_TIMESTAMP
// takes seconds or ISO 8601 text.
base::Result<EntityValue> ConvertEntityValue(const RequestValue& value, ValueKind kind);

// Appends the JSON of an entity value, as it stands in the reply.
void AppendEntityJson(std::string& out, const EntityValue& value);

}  // namespace stator::features
