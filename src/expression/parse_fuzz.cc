// Any text: parsing and binding never crash and take no time worth the name; what binds can be
// evaluated, projected and applied, and gives sound items. An input that begins with a byte below
// 32 stands for a row of the grammar's own words, one a byte, so that more of the inputs bind.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "dynamo/item_builder.h"
#include "expression/binder.h"

namespace {

using namespace stator;              // NOLINT(google-build-using-namespace)
using namespace stator::expression;  // NOLINT(google-build-using-namespace)

dynamo::Item MakeItem() {
  using dynamo::AttributeType;
  dynamo::ItemBuilder builder;
  builder.Name("a").Add(dynamo::Number::FromInt64(7));
  builder.Name("b").String("text");
  builder.Name("l").BeginList().String("x").BeginMap().Name("a").Null().EndMap().EndList();
  builder.Name("m").BeginMap().Name("a").Bool(true).Name("l").BeginList().EndList().EndMap();
  builder.Name("s").BeginSet(AttributeType::kStringSet).String("x").String("y");
  CHECK(builder.EndSet().ok());
  return builder.Build();
}

// Placeholders #a #b #l #m #s for the names, :a :b :l :m :s for the values of `item`.
dynamo::ExpressionAttributes MakeAttributes(dynamo::ItemView item) {
  dynamo::ExpressionAttributes attributes;
  dynamo::ItemBuilder values;
  for (const dynamo::NamedValue each : item.attributes()) {
    attributes.names.emplace_back("#" + std::string(each.name), each.name);
    values.Name(":" + std::string(each.name)).Value(each.value);
  }
  attributes.values = values.Build();
  return attributes;
}

std::string WordsOf(std::string_view bytes) {
  static constexpr std::string_view kWords[] = {"a",
                                                "b",
                                                "l",
                                                "m",
                                                "s",
                                                "q",
                                                "#a",
                                                "#l",
                                                "#m",
                                                "#s",
                                                ":a",
                                                ":b",
                                                ":l",
                                                ":m",
                                                ":s",
                                                "=",
                                                "<>",
                                                "<",
                                                ">=",
                                                "AND",
                                                "OR",
                                                "NOT",
                                                "(",
                                                ")",
                                                ",",
                                                ".",
                                                "[0]",
                                                "[1]",
                                                "[9]",
                                                "BETWEEN",
                                                "IN",
                                                "+",
                                                "-",
                                                "SET",
                                                "REMOVE",
                                                "ADD",
                                                "DELETE",
                                                "size(",
                                                "contains(",
                                                "begins_with(",
                                                "attribute_type(",
                                                "attribute_exists(",
                                                "attribute_not_exists(",
                                                "if_not_exists(",
                                                "list_append("};
  std::string text;
  for (const char byte : bytes) {
    text += kWords[static_cast<unsigned char>(byte) % std::size(kWords)];
    text += ' ';
  }
  return text;
}

void CheckSound(std::string_view bytes) { CHECK(dynamo::ValidateItemBytes(bytes).ok()); }

void TryCondition(std::string_view text, Binder& binder, dynamo::ItemView item) {
  auto parsed = ParseCondition(text);
  if (!parsed.ok()) return;
  const auto bound = binder.Bind(std::move(*parsed));
  if (!bound.ok()) return;
  Evaluate(*bound, item);
  Evaluate(*bound, dynamo::ItemView());
}

void TryKeyCondition(std::string_view text, Binder& binder, dynamo::ItemView item) {
  auto parsed = ParseKeyCondition(text);
  if (!parsed.ok()) return;
  const dynamo::KeySchema schema{{"a", dynamo::AttributeType::kNumber}, dynamo::KeyAttribute{"b"}};
  const auto bound = binder.BindKeyCondition(std::move(*parsed), schema);
  if (bound.ok() && bound->sort) bound->sort->Matches(*item.Find("b"));
}

void TryProjection(std::string_view text, Binder& binder, dynamo::ItemView item) {
  auto parsed = ParseProjection(text);
  if (!parsed.ok()) return;
  const auto bound = binder.Bind(std::move(*parsed));
  if (!bound.ok()) return;
  std::string out;
  Project(*bound, item, out);
  CheckSound(out);
}

void TryUpdate(std::string_view text, Binder& binder, dynamo::ItemView item) {
  auto parsed = ParseUpdate(text);
  if (!parsed.ok()) return;
  const auto bound = binder.Bind(std::move(*parsed));
  if (!bound.ok()) return;
  const auto updated = ApplyUpdate(*bound, item);
  if (!updated.ok()) return;
  CheckSound(updated->bytes());
  CheckSound(TouchedOld(*bound, item).bytes());
  CheckSound(TouchedNew(*bound, item).bytes());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const dynamo::Item item = MakeItem();
  static const dynamo::ExpressionAttributes attributes = MakeAttributes(item);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool words = !input.empty() && static_cast<unsigned char>(input[0]) < 32;
  const std::string text = words ? WordsOf(input.substr(1)) : std::string(input);
  Binder binder(attributes);
  const auto start = std::chrono::steady_clock::now();
  TryCondition(text, binder, item);
  TryKeyCondition(text, binder, item);
  TryProjection(text, binder, item);
  TryUpdate(text, binder, item);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  return 0;
}
