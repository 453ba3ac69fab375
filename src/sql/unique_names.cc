#include "sql/unique_names.h"

namespace stator::sql {

namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string UniqueNames::Claim(const std::string& name) {
  const std::string wanted = name.empty() ? "_" : name;
  std::string given = wanted;
  for (int suffix = 2; !taken_.insert(Lower(given)).second; ++suffix) {
    given = wanted + "_" + std::to_string(suffix);
  }
  return given;
}

}  // namespace stator::sql
