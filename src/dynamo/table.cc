#include "dynamo/table.h"

namespace stator::dynamo {

std::string_view TableStatusName(TableStatus status) {
  switch (status) {
    case TableStatus::kCreating: return "CREATING";
    case TableStatus::kActive: return "ACTIVE";
    case TableStatus::kUpdating: return "UPDATING";
    case TableStatus::kDeleting: return "DELETING";
    case TableStatus::kOther: return "OTHER";
  }
  return "OTHER";
}

}  // namespace stator::dynamo
