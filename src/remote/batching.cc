#include "remote/batching.h"

#include <algorithm>
#include <map>

#include "dynamo/errors.h"

namespace stator::remote {

std::vector<Batch> SplitRefused(const Batch& batch, const base::Error& error,
                                const std::function<const std::string&(std::size_t)>& table_of) {
  const bool invalid = error.kind() == base::ErrorKind::kInvalid;
  const bool of_a_table =
      error.kind() == base::ErrorKind::kNotFound || error.kind() == base::ErrorKind::kDenied;
  if (batch.elements.size() < 2 || !(invalid || of_a_table)) return {};
  std::map<std::string, Batch> by_table;
  for (const std::size_t element : batch.elements) {
    by_table[table_of(element)].elements.push_back(element);
  }
  std::vector<Batch> parts;
  if (by_table.size() > 1) {
    for (auto& [table, part] : by_table) parts.push_back(std::move(part));
  } else if (invalid) {
    const auto middle =
        batch.elements.begin() + static_cast<std::ptrdiff_t>(batch.elements.size() / 2);
    parts.push_back({{batch.elements.begin(), middle}});
    parts.push_back({{middle, batch.elements.end()}});
  }
  return parts;
}

base::Error StillUnprocessed(const std::string& table_name) {
  return base::Error(base::ErrorKind::kThrottled, dynamo::kProvisionedThroughputExceededException,
                     "Table " + table_name +
                         " left it unprocessed until the deadline: its capacity is used up. Give "
                         "the table more capacity, or the call more time");
}

void SortFailures(std::vector<dynamo::ItemFailure>& failures) {
  std::ranges::sort(failures, {}, &dynamo::ItemFailure::index);
}

}  // namespace stator::remote
