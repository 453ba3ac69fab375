#include "expression/document_path.h"

namespace stator::expression {

using dynamo::AttributeType;
using dynamo::AttributeValue;

std::optional<AttributeValue> FindPath(dynamo::ItemView item, DocumentPath path) {
  std::optional<AttributeValue> found = item.Find(path.front().name());
  for (const PathStep& step : path.subspan(1)) {
    if (!found) return std::nullopt;
    if (step.is_index()) {
      if (found->type() != AttributeType::kList) return std::nullopt;
      found = found->list().At(step.index());
    } else {
      if (found->type() != AttributeType::kMap) return std::nullopt;
      found = found->map().Find(step.name());
    }
  }
  return found;
}

std::string PathText(DocumentPath path) {
  std::string text = "[";
  for (const PathStep& step : path) {
    if (text.size() > 1) text += ", ";
    if (step.is_index()) {
      text.append("[").append(std::to_string(step.index())).append("]");
    } else {
      text += step.name();
    }
  }
  return text += ']';
}

}  // namespace stator::expression
