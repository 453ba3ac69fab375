// Error names of the features door: Feast's exception names where Feast has one, Python's where
// Feast lets one through. The message is Feast's own text in both cases, since clients compare it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace stator::features {

// Feast exceptions (feast.errors). The HTTP front sends them as {"module", "class", "message"};
// those of a missing object are kNotFound.
inline constexpr std::string_view kFeatureViewNotFound = "FeatureViewNotFoundException";
inline constexpr std::string_view kFeatureServiceNotFound = "FeatureServiceNotFoundException";
inline constexpr std::string_view kFeatureNameCollision = "FeatureNameCollisionError";
inline constexpr std::string_view kRequestDataNotFound = "RequestDataNotFoundInEntityRowsException";
inline constexpr std::string_view kFeastObjectNotFound = "FeastObjectNotFoundException";
inline constexpr std::string_view kPushSourceNotFound = "PushSourceNotFoundException";
inline constexpr std::string_view kEntityNotFound = "EntityNotFoundException";
inline constexpr std::string_view kFeastConfigError = "FeastConfigError";
// Python exceptions that Feast lets through: sent as the bare message. A KeyError's message is the
// repr() of its text, quotes included, since that is how it arrives at Feast's clients.
inline constexpr std::string_view kValueError = "ValueError";
inline constexpr std::string_view kKeyError = "KeyError";
// Stator's own names, for what Feast has no name for. docs/errors.md lists them with their causes:
// a fault in features/*.yaml; no registry file; a file that is none; an item that is no feature
// row; a view that needs Python; a value that its feature's type cannot hold.
inline constexpr std::string_view kDefinitionInvalid = "DefinitionInvalid";
inline constexpr std::string_view kRegistryNotFound = "RegistryNotFound";
inline constexpr std::string_view kRegistryInvalid = "RegistryInvalid";
inline constexpr std::string_view kFeatureRowInvalid = "FeatureRowInvalid";
inline constexpr std::string_view kOnDemandViewNotSupported = "OnDemandViewNotSupported";
inline constexpr std::string_view kConversionError = "ConversionError";

// Whether `code` is one of Feast's own exceptions, whose HTTP body names module and class.
bool IsFeastException(std::string_view code);

// A wrong request or definition: kInvalid with this name and text.
base::Error InvalidError(std::string_view code, std::string message);
// ValueError with this text.
base::Error ValueError(std::string message);
// Something named that is not there: kNotFound with this name and text.
base::Error NotFoundError(std::string_view code, std::string message);
// "Feature view NAME does not exist in project PROJECT".
base::Error FeatureViewNotFoundError(std::string_view name, std::string_view project);

}  // namespace stator::features
