#include "expression/render.h"

namespace stator::expression {

std::string ExpressionWriter::Name(std::string_view attribute) {
  const auto [place, is_new] = place_of_name_.try_emplace(std::string(attribute), names_.size());
  if (is_new) names_.emplace_back("#n" + std::to_string(names_.size()), attribute);
  return names_[place->second].first;
}

std::string ExpressionWriter::Path(std::initializer_list<std::string_view> names) {
  std::string path;
  for (const std::string_view name : names) {
    if (!path.empty()) path += '.';
    path += Name(name);
  }
  return path;
}

std::string ExpressionWriter::NextValue() {
  std::string placeholder = ":v" + std::to_string(value_count_++);
  values_.Name(placeholder);
  return placeholder;
}

std::string ExpressionWriter::Value(dynamo::AttributeValue value) {
  std::string placeholder = NextValue();
  values_.Value(value);
  return placeholder;
}

std::string ExpressionWriter::String(std::string_view text) {
  std::string placeholder = NextValue();
  values_.String(text);
  return placeholder;
}

std::string ExpressionWriter::Binary(std::string_view bytes) {
  std::string placeholder = NextValue();
  values_.Binary(bytes);
  return placeholder;
}

std::string ExpressionWriter::Number(const dynamo::Number& number) {
  std::string placeholder = NextValue();
  values_.Add(number);
  return placeholder;
}

std::string ExpressionWriter::Integer(std::int64_t number) {
  return Number(dynamo::Number::FromInt64(number));
}

std::string ExpressionWriter::Bool(bool value) {
  std::string placeholder = NextValue();
  values_.Bool(value);
  return placeholder;
}

dynamo::ExpressionAttributes ExpressionWriter::Build() {
  dynamo::ExpressionAttributes attributes{std::move(names_), values_.Build()};
  names_.clear();
  place_of_name_.clear();
  value_count_ = 0;
  return attributes;
}

}  // namespace stator::expression
