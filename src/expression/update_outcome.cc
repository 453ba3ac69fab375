#include "expression/update_outcome.h"

#include <algorithm>
#include <utility>

#include "dynamo/errors.h"
#include "dynamo/item_writer.h"
#include "dynamo/limits.h"

namespace stator::expression {
namespace {

using base::Error;
using base::Result;
using base::Status;
using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::ItemWriter;
using dynamo::SetView;

// The encoding of an item takes at most this many times the bytes that DynamoDB counts: the worst
// is a list of sets of one empty string, 10 bytes for each that counts 1. A few short names come
// on top, hence a power of two with room.
constexpr std::size_t kEncodedBytesMax = 16 * dynamo::kItemSizeBytesMax;

Error WrongType() {
  return dynamo::ValidationError("An operand in the update expression has an incorrect data type");
}

// Levels of a value, a scalar or a set being 1; stops counting above the limit.
int DepthOf(AttributeValue value, int limit) {
  if (limit == 0) return 1;
  int deepest = 0;
  if (value.type() == AttributeType::kMap) {
    for (const dynamo::NamedValue each : value.map()) {
      deepest = std::max(deepest, DepthOf(each.value, limit - 1));
    }
  } else if (value.type() == AttributeType::kList) {
    for (const AttributeValue each : value.list()) {
      deepest = std::max(deepest, DepthOf(each, limit - 1));
    }
  }
  return deepest + 1;
}

Status CheckDepth(std::uint32_t path_steps, AttributeValue value) {
  const int room = dynamo::kValueDepthMax - static_cast<int>(path_steps) + 1;
  if (DepthOf(value, room) <= room) return base::OkStatus();
  return dynamo::ValidationError("Nesting Levels have exceeded supported limits");
}

// Walks two sets in order; `visit` gets each member with the sets that have it.
template <typename Visit>
void MergeSets(SetView a, SetView b, Visit visit) {
  SetView::Iterator left = a.begin();
  SetView::Iterator right = b.begin();
  while (left != a.end() || right != b.end()) {
    int order = 0;
    if (!(left != a.end()))
      order = 1;
    else if (!(right != b.end()))
      order = -1;
    else
      order = (*left).compare(*right);
    visit(order <= 0 ? *left : *right, order <= 0, order >= 0);
    if (order <= 0) ++left;
    if (order >= 0) ++right;
  }
}

std::string MakeSet(AttributeType type, SetView old, SetView operand, bool add) {
  std::string encoded;
  ItemWriter writer(encoded);
  ItemWriter::Container set = writer.BeginSet(type);
  MergeSets(old, operand, [&](std::string_view member, bool in_old, bool in_operand) {
    if (add || (in_old && !in_operand)) writer.Member(set, member);
  });
  if (set.count == 0) return {};
  writer.End(set);
  return encoded;
}

std::string MakeNumber(const dynamo::Number& number) {
  std::string encoded;
  ItemWriter(encoded).Number(number);
  return encoded;
}

}  // namespace

Status Outcomes::Compute() {
  const std::vector<UpdateAction>& actions = update_.actions();
  outcomes_.resize(actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (actions[i].kind != UpdateKind::kSet) continue;
    STATOR_ASSIGN_OR_RETURN(const Value value, Read(update_.tree().nodes[actions[i].operand]));
    outcomes_[i] = Outcome{Outcome::Kind::kSet, value};
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    STATOR_RETURN_IF_ERROR(CheckParent(update_.Path(update_.tree().nodes[actions[i].target])));
    if (actions[i].kind != UpdateKind::kSet) {
      STATOR_ASSIGN_OR_RETURN(outcomes_[i], ComputeOne(actions[i]));
    }
    if (outcomes_[i].value) STATOR_RETURN_IF_ERROR(CheckFits(actions[i], *outcomes_[i].value));
  }
  return base::OkStatus();
}

Status Outcomes::CheckParent(DocumentPath target) const {
  if (target.size() == 1) return base::OkStatus();
  const std::optional<Value> parent = FindPath(old_item_, target.first(target.size() - 1));
  const AttributeType wanted =
      target.back().is_index() ? AttributeType::kList : AttributeType::kMap;
  if (parent && parent->type() == wanted) return base::OkStatus();
  return dynamo::ValidationError(
      "The document path provided in the update expression is invalid for update");
}

Status Outcomes::CheckFits(const UpdateAction& action, Value value) {
  STATOR_RETURN_IF_ERROR(Charge(value.encoded().size()));
  const std::uint32_t path_steps = update_.tree().nodes[action.target].count;
  return path_steps == 1 ? base::OkStatus() : CheckDepth(path_steps, value);
}

Result<Outcome> Outcomes::ComputeOne(const UpdateAction& action) {
  const ExpressionTree& tree = update_.tree();
  if (action.kind == UpdateKind::kRemove) return Outcome{Outcome::Kind::kRemove, std::nullopt};
  const std::optional<Value> old = FindPath(old_item_, update_.Path(tree.nodes[action.target]));
  const Value operand = update_.Value(tree.nodes[action.operand]);
  return action.kind == UpdateKind::kAdd ? ComputeAdd(old, operand) : ComputeDelete(old, operand);
}

Result<Outcome> Outcomes::ComputeAdd(std::optional<Value> old, Value operand) {
  if (!old) return Outcome{Outcome::Kind::kSet, operand};
  if (old->type() != operand.type()) return WrongType();
  if (operand.type() != AttributeType::kNumber) {
    const Value sum = Keep(MakeSet(operand.type(), old->set(), operand.set(), true));
    return Outcome{Outcome::Kind::kSet, sum};
  }
  STATOR_ASSIGN_OR_RETURN(const dynamo::Number sum,
                          dynamo::Number::Add(old->number(), operand.number()));
  return Outcome{Outcome::Kind::kSet, Keep(MakeNumber(sum))};
}

Result<Outcome> Outcomes::ComputeDelete(std::optional<Value> old, Value operand) {
  if (!old) return Outcome{};
  if (old->type() != operand.type()) return WrongType();
  std::string left = MakeSet(operand.type(), old->set(), operand.set(), false);
  if (left.empty()) return Outcome{Outcome::Kind::kRemove, std::nullopt};
  return Outcome{Outcome::Kind::kSet, Keep(std::move(left))};
}

Result<AttributeValue> Outcomes::Read(const Node& node) {
  switch (node.kind) {
    case NodeKind::kValue: return update_.Value(node);
    case NodeKind::kPlus:
    case NodeKind::kMinus: return ReadSum(node);
    case NodeKind::kListAppend: return ReadAppended(node);
    case NodeKind::kIfNotExists: {
      const std::optional<Value> found = FindPath(old_item_, update_.Path(Child(node, 0)));
      if (found) return *found;
      return Read(Child(node, 1));
    }
    default: {
      const std::optional<Value> found = FindPath(old_item_, update_.Path(node));
      if (found) return *found;
      return dynamo::ValidationError(
          "The provided expression refers to an attribute that does not exist in the item");
    }
  }
}

Result<AttributeValue> Outcomes::ReadSum(const Node& node) {
  STATOR_ASSIGN_OR_RETURN(const Value left, Read(Child(node, 0)));
  if (left.type() != AttributeType::kNumber) return WrongType();
  STATOR_ASSIGN_OR_RETURN(const Value right, Read(Child(node, 1)));
  if (right.type() != AttributeType::kNumber) return WrongType();
  const auto compute =
      node.kind == NodeKind::kPlus ? &dynamo::Number::Add : &dynamo::Number::Subtract;
  STATOR_ASSIGN_OR_RETURN(const dynamo::Number sum, compute(left.number(), right.number()));
  return Keep(MakeNumber(sum));
}

Result<AttributeValue> Outcomes::ReadAppended(const Node& node) {
  STATOR_ASSIGN_OR_RETURN(const Value head, Read(Child(node, 0)));
  if (head.type() != AttributeType::kList) return WrongType();
  STATOR_ASSIGN_OR_RETURN(const Value tail, Read(Child(node, 1)));
  if (tail.type() != AttributeType::kList) return WrongType();
  const std::size_t bytes = head.encoded().size() + tail.encoded().size();
  STATOR_RETURN_IF_ERROR(Charge(bytes));

  std::string encoded;
  encoded.reserve(bytes);
  ItemWriter writer(encoded);
  ItemWriter::Container list = writer.BeginList();
  writer.CopyElements(list, head.list());
  writer.CopyElements(list, tail.list());
  writer.End(list);
  return Keep(std::move(encoded));
}

const Node& Outcomes::Child(const Node& node, std::uint32_t index) const {
  const ExpressionTree& tree = update_.tree();
  return tree.nodes[tree.links[node.first + index]];
}

AttributeValue Outcomes::Keep(std::string encoded) {
  kept_.push_front(std::move(encoded));
  return AttributeValue(kept_.front().data());
}

Status Outcomes::Charge(std::size_t bytes) {
  charged_bytes_ += bytes;
  if (charged_bytes_ <= kEncodedBytesMax) return base::OkStatus();
  return dynamo::ValidationError("Item size to update has exceeded the maximum allowed size");
}

}  // namespace stator::expression
