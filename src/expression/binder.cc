#include "expression/binder.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "dynamo/errors.h"
#include "dynamo/limits.h"
#include "expression/operand_check.h"

namespace stator::expression {
namespace {

using base::Result;
using base::Status;
using dynamo::AttributeValue;
using dynamo::MapView;

// Up to so many names are searched one by one.
constexpr std::size_t kFewNames = 8;

bool IsPlaceholder(std::string_view text, char sign) {
  return text.size() > 1 && text[0] == sign &&
         std::all_of(text.begin() + 1, text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

base::Error InvalidKey(std::string_view parameter, std::string_view key) {
  return dynamo::ValidationError(std::string(parameter) +
                                 " contains invalid key: Syntax error; key: \"" + std::string(key) +
                                 "\"");
}

template <typename NameOf>
Status CheckUsed(std::string_view parameter, const std::vector<bool>& used, NameOf name_of) {
  std::string unused;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    if (!unused.empty()) unused += ", ";
    unused += name_of(i);
  }
  if (unused.empty()) return base::OkStatus();
  return dynamo::ValidationError("Value provided in " + std::string(parameter) +
                                 " unused in expressions: keys: {" + unused + "}");
}

}  // namespace

Status CheckPlaceholders(const dynamo::ExpressionAttributes& attributes) {
  std::size_t size = attributes.values.bytes().size();
  for (const auto& [placeholder, name] : attributes.names) {
    if (!IsPlaceholder(placeholder, '#'))
      return InvalidKey("ExpressionAttributeNames", placeholder);
    if (name.empty()) {
      return dynamo::ValidationError(
          "ExpressionAttributeNames contains invalid value: Empty attribute name for key " +
          placeholder);
    }
    size += placeholder.size() + name.size();
  }
  for (const dynamo::NamedValue& each : attributes.values.attributes()) {
    if (!IsPlaceholder(each.name, ':')) return InvalidKey("ExpressionAttributeValues", each.name);
  }
  if (size <= dynamo::kExpressionAttributesBytesMax) return base::OkStatus();
  return dynamo::ValidationError(
      "ExpressionAttributeNames and ExpressionAttributeValues exceed the maximum allowed size of " +
      std::to_string(dynamo::kExpressionAttributesBytesMax) +
      " bytes; size: " + std::to_string(size));
}

Binder::Binder(const dynamo::ExpressionAttributes& attributes)
    : attributes_(attributes),
      names_used_(attributes.names.size()),
      values_used_(attributes.values.attributes().size()) {
  if (attributes.names.size() <= kFewNames) return;
  names_in_order_.resize(attributes.names.size());
  std::iota(names_in_order_.begin(), names_in_order_.end(), 0U);
  std::sort(names_in_order_.begin(), names_in_order_.end(),
            [&](auto a, auto b) { return attributes.names[a].first < attributes.names[b].first; });
}

std::optional<std::string_view> Binder::UseName(std::string_view placeholder) {
  const auto& names = attributes_.names;
  std::size_t place = names.size();
  if (names_in_order_.empty()) {
    place = std::find_if(names.begin(), names.end(),
                         [&](const auto& name) { return name.first == placeholder; }) -
            names.begin();
  } else {
    const auto at = std::lower_bound(
        names_in_order_.begin(), names_in_order_.end(), placeholder,
        [&](std::uint32_t each, std::string_view sought) { return names[each].first < sought; });
    if (at != names_in_order_.end() && names[*at].first == placeholder) place = *at;
  }
  if (place == names.size()) return std::nullopt;
  names_used_[place] = true;
  return names[place].second;
}

std::optional<AttributeValue> Binder::UseValue(std::string_view placeholder) {
  const MapView values = attributes_.values.attributes();
  const std::uint32_t place = values.LowerBound(placeholder);
  if (place == values.size() || values[place].name != placeholder) return std::nullopt;
  values_used_[place] = true;
  return values[place].value;
}

Status Binder::ResolveNode(const Node& node, BoundTree& bound) {
  const ExpressionTree& tree = bound.tree();
  if (node.kind == NodeKind::kValue) {
    const std::string_view placeholder = tree.values[node.first];
    const std::optional<AttributeValue> value = UseValue(placeholder);
    if (!value) {
      return InvalidExpression(tree.kind,
                               "An expression attribute value used in expression is not defined; "
                               "attribute value: " +
                                   std::string(placeholder));
    }
    bound.values_.push_back(*value);
  }
  if (node.kind != NodeKind::kPath) return base::OkStatus();
  for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
    const PathElement& element = tree.elements[i];
    if (element.kind == PathElement::Kind::kIndex) {
      bound.steps_.emplace_back(element.index);
      continue;
    }
    std::optional<std::string_view> name = element.text;
    if (element.kind == PathElement::Kind::kPlaceholder) name = UseName(element.text);
    if (!name) {
      return InvalidExpression(tree.kind,
                               "An expression attribute name used in the document path is not "
                               "defined; attribute name: " +
                                   std::string(element.text));
    }
    bound.steps_.emplace_back(*name);
  }
  return base::OkStatus();
}

Status Binder::Resolve(std::shared_ptr<const ExpressionTree> tree, BoundTree& bound) {
  bound.tree_ = std::move(tree);
  bound.steps_.reserve(bound.tree_->elements.size());
  bound.values_.reserve(bound.tree_->values.size());
  for (const Node& node : bound.tree_->nodes) STATOR_RETURN_IF_ERROR(ResolveNode(node, bound));
  return base::OkStatus();
}

Result<BoundCondition> Binder::Bind(std::shared_ptr<const ConditionExpression> condition) {
  BoundCondition bound;
  STATOR_RETURN_IF_ERROR(Resolve(std::move(condition), bound));
  STATOR_RETURN_IF_ERROR(CheckOperands(bound));
  return bound;
}

Result<BoundProjection> Binder::Bind(std::shared_ptr<const ProjectionExpression> projection) {
  BoundProjection bound;
  STATOR_RETURN_IF_ERROR(Resolve(std::move(projection), bound));
  STATOR_RETURN_IF_ERROR(bound.paths_.InsertAll(bound, bound.tree().nodes));
  return bound;
}

Result<BoundUpdate> Binder::Bind(std::shared_ptr<const UpdateExpression> update) {
  BoundUpdate bound;
  STATOR_RETURN_IF_ERROR(Resolve(std::move(update), bound));
  std::vector<Node> targets;
  targets.reserve(bound.actions().size());
  for (const UpdateAction& action : bound.actions()) {
    targets.push_back(bound.tree().nodes[action.target]);
  }
  STATOR_RETURN_IF_ERROR(bound.targets_.InsertAll(bound, targets));
  STATOR_RETURN_IF_ERROR(CheckActionOperands(bound));
  STATOR_RETURN_IF_ERROR(CheckOperands(bound));
  return bound;
}

Result<KeyCondition> Binder::BindKeyCondition(
    std::shared_ptr<const KeyConditionExpression> condition, const dynamo::KeySchema& schema) {
  BoundTree bound;
  STATOR_RETURN_IF_ERROR(Resolve(std::move(condition), bound));
  STATOR_RETURN_IF_ERROR(CheckOperands(bound));
  return MatchKeySchema(bound, schema);
}

Status Binder::CheckAllUsed() const {
  STATOR_RETURN_IF_ERROR(CheckUsed("ExpressionAttributeNames", names_used_,
                                   [&](std::size_t i) { return attributes_.names[i].first; }));
  const MapView values = attributes_.values.attributes();
  return CheckUsed("ExpressionAttributeValues", values_used_,
                   [&](std::size_t i) { return values[static_cast<std::uint32_t>(i)].name; });
}

}  // namespace stator::expression
