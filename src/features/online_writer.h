// Writing rows that come by request: /push and /write-to-online-store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dynamo/operations.h"
#include "features/column.h"
#include "features/registry_snapshot.h"
#include "features/repo_config.h"

namespace stator::features {

// Which of several rows of one key within a request is written. Feast's own two ways.
enum class DuplicateRows : unsigned char {
  // The one of the newest event time (/push).
  kNewestWins,
  // The one that stands last (/write-to-online-store).
  kLastWins,
};

// Appends to `out` the puts of `rows` into `view`. The rows must have every join key, every feature
// and the timestamp column of the view's source, under the names of the view; further columns are
// ignored. Times may be texts (ISO 8601, without a zone UTC). Rows without any feature value are
// not written. ERRORS, with Feast's texts: KeyError "['city'] not in index"; ValueError for a time
// that is none; ConversionError; OnDemandViewNotSupported for a view that Python computes before it
// is written.
base::Status MakeWrites(const ViewDefinition& view, const RepoConfig& config,
                        const ColumnBatch& rows, DuplicateRows duplicates,
                        dynamo::WriteManyRequest& out);

// The views that the push source `name` feeds. ERRORS: PushSourceNotFoundException "Unable to find
// push source 'NAME'.".
base::Result<std::vector<const ViewDefinition*>> ViewsOfPushSource(const RegistrySnapshot& snapshot,
                                                                   std::string_view name);

// The view `name` for writing. ERRORS: FeastObjectNotFoundException "Can't recognize feast object
// with a name NAME".
base::Result<const ViewDefinition*> ViewToWrite(const RegistrySnapshot& snapshot,
                                                std::string_view name);

}  // namespace stator::features
