// What GetMany and PutMany have in common: batches of elements, and what becomes of a refused one.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "dynamo/operations.h"

namespace stator::remote {

// Elements of a GetMany or PutMany, by index, that travel in one request.
struct Batch {
  std::vector<std::size_t> elements;
  // How often in a row none of it was processed.
  int idle_rounds = 0;
};

// The batches to send instead of one that was refused as a whole, so that only what is at fault
// fails: one a table when there are several tables, two halves when one table's elements were found
// invalid. Empty: the error belongs to all of `batch`.
std::vector<Batch> SplitRefused(const Batch& batch, const base::Error& error,
                                const std::function<const std::string&(std::size_t)>& table_of);

// What elements end with that were still unprocessed at the deadline.
base::Error StillUnprocessed(const std::string& table_name);

// Puts failures in the order of their index.
void SortFailures(std::vector<dynamo::ItemFailure>& failures);

}  // namespace stator::remote
