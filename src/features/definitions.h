// Feature definitions in YAML, for people without Python: features/*.yaml of a repo become the
// messages of Feast's registry. docs/feature-definitions.md describes the files.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "features/analytical_engine.h"
#include "features/repo_config.h"

namespace feast::core {
class DataSource;
class Registry;
}  // namespace feast::core

namespace stator::features {

// Gives the analytical engine when it is first needed: loading it costs time and memory.
using EngineProvider = std::function<base::Result<std::shared_ptr<AnalyticalEngine>>()>;

// The YAML files with definitions of a repo, sorted by path: features/*.yaml and features/*.yml.
std::vector<std::string> DefinitionFiles(const RepoConfig& config);

// Whether the repo has definitions in Python: then the registry is made by `feast apply`. Any *.py
// in the repo's folder or one folder below counts that imports feast.
bool HasPythonDefinitions(const RepoConfig& config);

// Reads all definition files into one registry that holds nothing else: entities, data sources (top
// level, with project), feature views and feature services, without meta data. A view without a
// schema gets every column of its source that is no join key and no timestamp; the engine is asked
// for only then. ERRORS: DefinitionInvalid naming file, line and key (unknown key, wrong type, a
// name that nothing defines or two things have); those of AnalyticalEngine::Describe.
base::Result<std::unique_ptr<feast::core::Registry>> LoadDefinitions(
    const base::CallContext& context, const RepoConfig& config, const EngineProvider& engine);

// "90s", "15m", "12h", "7d", "2w" or "0" as microseconds; nullopt for other text.
std::optional<std::int64_t> ParseDuration(std::string_view text);

// The file behind a batch source, its path resolved against the repo. ERRORS: DefinitionInvalid for
// another kind of source, naming it: Stator reads Parquet and CSV files.
base::Result<DataFile> FileOfSource(const RepoConfig& config,
                                    const feast::core::DataSource& source);

}  // namespace stator::features
