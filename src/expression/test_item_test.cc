#include "expression/test_item.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dynamo/item_builder.h"
#include "dynamo/number.h"

namespace stator::expression {
namespace {

// Reads the notation; aborts on text that is not in it.
class TestItemReader {
 public:
  // For `text`, which must outlive the reader.
  explicit TestItemReader(std::string_view text) : rest_(text) {}

  // The item.
  dynamo::Item Read() {
    Entries('\0');
    return builder_.Build();
  }

 private:
  static constexpr std::string_view kNameCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#._-";

  // The next character that is no white space.
  char Peek() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
    return rest_.empty() ? '\0' : rest_[0];
  }

  bool Skip(char c) {
    if (Peek() != c) return false;
    if (c != '\0') rest_.remove_prefix(1);
    return true;
  }

  std::string_view Name() { return Take(kNameCharacters, 1); }

  // What begins with `sure` characters of any kind and goes on with `characters`.
  std::string_view Take(std::string_view characters, std::size_t sure = 0) {
    const std::size_t end = std::min(rest_.find_first_not_of(characters, sure), rest_.size());
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  std::string_view Quoted() {
    CHECK(Skip('\''));
    const std::size_t end = rest_.find('\'');
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void Entries(char end) {
    while (!Skip(end)) {
      builder_.Name(Name());
      CHECK(Skip(':'));
      Peek();
      Value();
      Skip(',');
    }
  }

  void Elements(char end) {
    while (!Skip(end)) {
      Value();
      Skip(',');
    }
  }

  // The type of the set whose first member comes next.
  dynamo::AttributeType SetType() {
    if (Peek() == '\'') return dynamo::AttributeType::kStringSet;
    return Peek() == 'b' ? dynamo::AttributeType::kBinarySet : dynamo::AttributeType::kNumberSet;
  }

  void Value() {
    if (Skip('{')) {
      builder_.BeginMap();
      Entries('}');
      builder_.EndMap();
    } else if (Skip('[')) {
      builder_.BeginList();
      Elements(']');
      builder_.EndList();
    } else if (Skip('<')) {
      builder_.BeginSet(SetType());
      Elements('>');
      CHECK(builder_.EndSet().ok());
    } else if (Peek() == '\'') {
      builder_.String(Quoted());
    } else if (rest_.starts_with("b'")) {
      rest_.remove_prefix(1);
      builder_.Binary(Quoted());
    } else {
      Plain(Take("0123456789.+-eEnultrfas"));
    }
  }

  void Plain(std::string_view word) {
    if (word == "null") {
      builder_.Null();
    } else if (word == "true" || word == "false") {
      builder_.Bool(word == "true");
    } else {
      const auto number = dynamo::Number::Parse(word);
      CHECK(number.ok());
      builder_.Add(*number);
    }
  }

  std::string_view rest_;
  dynamo::ItemBuilder builder_;
};

// Writes the notation, names and members in their order.
class TestItemWriter {
 public:
  // The text of a map or an item, without brackets.
  std::string Entries(dynamo::MapView map) {
    std::string text;
    for (const dynamo::NamedValue each : map) {
      Join(text, std::string(each.name) + ": " + Value(each.value));
    }
    return text;
  }

  // The text of one value.
  std::string Value(dynamo::AttributeValue value) {
    using dynamo::AttributeType;
    switch (value.type()) {
      case AttributeType::kNull: return "null";
      case AttributeType::kBool: return value.bool_value() ? "true" : "false";
      case AttributeType::kNumber: return value.number().ToText();
      case AttributeType::kString: return "'" + std::string(value.bytes()) + "'";
      case AttributeType::kBinary: return "b'" + std::string(value.bytes()) + "'";
      case AttributeType::kMap: return "{" + Entries(value.map()) + "}";
      case AttributeType::kList: {
        std::string text;
        for (const dynamo::AttributeValue each : value.list()) Join(text, Value(each));
        return "[" + text + "]";
      }
      default: return "<" + Members(value.set()) + ">";
    }
  }

 private:
  static void Join(std::string& text, const std::string& next) {
    if (!text.empty()) text += ", ";
    text += next;
  }

  static std::string Members(dynamo::SetView set) {
    std::string text;
    for (const std::string_view member : set) {
      if (set.member_type() == dynamo::AttributeType::kNumber) {
        Join(text, dynamo::Number::FromSortable(member).ToText());
      } else {
        const bool binary = set.member_type() == dynamo::AttributeType::kBinary;
        Join(text, (binary ? "b'" : "'") + std::string(member) + "'");
      }
    }
    return text;
  }
};

TEST(TestItem, TheNotationHasEveryType) {
  const std::string text =
      "a: 1.5, b: 'text', c: b'bytes', d: true, e: null, f: [1, 'x'], g: {h: 2}, i: <'s', 't'>, "
      "j: <1, 2>, k: <b'u'>, l: [], m: {}";
  EXPECT_EQ(TestText(TestItem(text)), text);
  EXPECT_EQ(TestText(TestItem("")), "");
}

}  // namespace

dynamo::Item TestItem(std::string_view text) { return TestItemReader(text).Read(); }

dynamo::ExpressionAttributes TestAttributes(
    std::string_view values, std::vector<std::pair<std::string, std::string>> names) {
  return {std::move(names), TestItem(values)};
}

std::string TestText(dynamo::ItemView item) {
  const base::Status sound = dynamo::ValidateItemBytes(item.bytes());
  if (!sound.ok()) return sound.error().ToString();
  return TestItemWriter().Entries(item.attributes());
}

}  // namespace stator::expression
