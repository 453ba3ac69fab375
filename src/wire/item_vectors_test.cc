// docs/format-item.vectors.json, held from the side of C++; tests/formats/item_format_test.py holds
// it from the other.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <string>

#include "dynamo/number.h"
#include "wire/item_json.h"

namespace stator::wire {
namespace {

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

class ItemVectorsTest : public ::testing::Test {
 protected:
  ItemVectorsTest() {
    std::ifstream file(STATOR_SOURCE_DIR "/docs/format-item.vectors.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    vectors_ = parser_.parse(simdjson::padded_string(text));
  }

  simdjson::dom::parser parser_;
  simdjson::dom::element vectors_;
};

TEST_F(ItemVectorsTest, EveryItemHasTheBytesOfItsVector) {
  JsonReader reader;
  std::size_t count = 0;
  for (const simdjson::dom::element vector : vectors_["items"]) {
    const simdjson::padded_string json{simdjson::minify(vector["item"].value())};
    const auto item = ItemFromJson(reader, json);
    ASSERT_TRUE(item.ok()) << item.error().ToString();
    const std::string_view what = vector["what"];
    const std::string_view hex = vector["hex"];
    EXPECT_EQ(Hex(item->bytes()), hex) << what;
    EXPECT_TRUE(dynamo::ValidateItemBytes(item->bytes()).ok()) << what;
    ++count;
  }
  EXPECT_GE(count, 8u);
}

TEST_F(ItemVectorsTest, EveryNumberHasTheBytesOfItsVector) {
  std::size_t count = 0;
  for (const simdjson::dom::element vector : vectors_["numbers"]) {
    const std::string_view text = vector["number"];
    const std::string_view hex = vector["hex"];
    const auto number = dynamo::Number::Parse(text);
    ASSERT_TRUE(number.ok()) << text;
    EXPECT_EQ(Hex(number->sortable()), hex) << text;
    ++count;
  }
  EXPECT_GE(count, 18u);
}

}  // namespace
}  // namespace stator::wire
