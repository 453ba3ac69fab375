// From a column of a data file to encoded Values of a feature's type, by Feast's rules, but
// exactly: no value goes through a float on its way, which is where Feast's own road loses bits.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "features/column.h"
#include "features/entity_key.h"
#include "features/value_kind.h"

namespace stator::features {

// Appends the Value of `column[row]` as a feature of type `kind` named `feature` (for messages).
//
// A null, and a NaN in a scalar, is zero bytes; a null timestamp is -2^63 (unless
// nothing but nulls of no type is in the column). Inside lists a null is
// "", false, NaN or -2^63, and an error in a list of integers. Numbers become integers towards
// zero; timestamps become whole seconds, floored; text is parsed where a number, a time, JSON or a
// map is wanted; anything scalar becomes text where text is wanted. Sets keep the first of equal
// elements. ERRORS: ConversionError naming the feature, its type and the value.
base::Status EncodeFeature(std::string_view feature, ValueKind kind, const Column& column,
                           std::size_t row, std::string& out);

// The join key in `column[row]` in its declared type. ERRORS: ConversionError, also for a null.
base::Result<EntityValue> EntityValueOf(std::string_view join_key, ValueKind kind,
                                        const Column& column, std::size_t row);

// The type that Feast infers for a column without a declared one; kUnset when there is none (for
// example a struct).
ValueKind InferValueKind(const Column& column);

}  // namespace stator::features
