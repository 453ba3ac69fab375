// UniqueNames: DynamoDB's names differ by case, SQL's do not; this hands out SQL names that stay
// apart.
#pragma once

#include <set>
#include <string>

namespace stator::sql {

// Names already given in one table or one STRUCT. The same names claimed in the same order give the
// same result.
class UniqueNames {
 public:
  // `name` itself when no name equal to it without regard to ASCII case was given before, else
  // `name` with the first free one of the suffixes _2, _3, ... An empty name becomes "_".
  std::string Claim(const std::string& name);

 private:
  std::set<std::string> taken_;  // in lower case
};

}  // namespace stator::sql
