#include "expression/reserved_words.h"

#include <gtest/gtest.h>

#include <string>

namespace stator::expression {
namespace {

TEST(ReservedWords, AnyCaseIsReserved) {
  for (const std::string_view word :
       {"ABORT", "abort", "Name", "STATUS", "zone", "ASYMMETRIC", "size", "Between"}) {
    EXPECT_TRUE(IsReservedWord(word)) << word;
  }
}

TEST(ReservedWords, OtherNamesAreFree) {
  for (const std::string_view word :
       {"", "a", "id", "pk", "namess", "nam", "price", "status_", "remove", "_name"}) {
    EXPECT_FALSE(IsReservedWord(word)) << word;
  }
  EXPECT_FALSE(IsReservedWord(std::string(4096, 'A')));
}

}  // namespace
}  // namespace stator::expression
