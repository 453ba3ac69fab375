#include "features/errors.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stator::features {

bool IsFeastException(std::string_view code) {
  static constexpr std::array<std::string_view, 8> kNames = {
      kFeatureViewNotFound, kFeatureServiceNotFound, kFeatureNameCollision, kRequestDataNotFound,
      kFeastObjectNotFound, kPushSourceNotFound,     kEntityNotFound,       kFeastConfigError};
  return std::find(kNames.begin(), kNames.end(), code) != kNames.end();
}

base::Error InvalidError(std::string_view code, std::string message) {
  return base::Error(base::ErrorKind::kInvalid, code, std::move(message));
}

base::Error ValueError(std::string message) {
  return InvalidError(kValueError, std::move(message));
}

base::Error NotFoundError(std::string_view code, std::string message) {
  return base::Error(base::ErrorKind::kNotFound, code, std::move(message));
}

base::Error FeatureViewNotFoundError(std::string_view name, std::string_view project) {
  return NotFoundError(
      kFeatureViewNotFound,
      "Feature view " + std::string(name) + " does not exist in project " + std::string(project));
}

}  // namespace stator::features
