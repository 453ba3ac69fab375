// Point-in-time training sets: for every entity row the features as they were known at its time.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "features/analytical_engine.h"
#include "features/read_plan.h"
#include "features/repo_config.h"

namespace feast::core {
class Registry;
}

namespace stator::features {

// The column of the entity rows that says when, unless told otherwise.
inline constexpr std::string_view kEventTimestampDefault = "event_timestamp";

// The join that answers `selection` for `entity_rows`: a view's ttl limits how old a row may be
// (both ends inclusive), a ttl of 0 does not. Every entity row stays, in its order. ERRORS: those
// of CompileReadPlan; OnDemandViewNotSupported; DefinitionInvalid for a source that is no local
// file.
base::Result<HistoryRequest> MakeHistoryRequest(const feast::core::Registry& registry,
                                                const RepoConfig& config,
                                                std::shared_ptr<const RegistrySnapshot> snapshot,
                                                const FeatureSelection& selection,
                                                EntityRows entity_rows);

// Which column of the entity rows is the time: "event_timestamp", or the only timestamp column
// there is. ERRORS: ValueError with Feast's text when there is none, or more than one.
base::Result<std::string> FindTimestampColumn(const ColumnBatch& columns);

// Entity rows from Feast's JSON: {"driver_id": [1001, 1002], "event_timestamp":
// ["2021-04-12T10:59:42", ...]}. Texts of the column event_timestamp become times. ERRORS:
// ValueError for another shape, mixed types or unequal lengths.
base::Result<ColumnBatch> EntityRowsFromJson(std::string_view json);

}  // namespace stator::features
