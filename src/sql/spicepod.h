// spicepod.yaml: the datasets of Spice's runtime, as far as they are DynamoDB tables.
//
//   version: v1
//   kind: Spicepod
//   name: shop
//   datasets:
//     - from: dynamodb:orders
//       name: orders
//       params:
//         dynamodb_aws_region: us-east-1
//         dynamodb_aws_access_key_id: ${secrets:DYNAMODB_KEY}
//         dynamodb_aws_secret_access_key: ${secrets:DYNAMODB_SECRET}
//
// What is read: `from`, `name`, and the parameters of kKnownParameters (spicepod.cc). Everything
// else in the file is a warning that names it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stator::sql {

// One dataset.
struct SpicepodDataset {
  // What SQL calls it.
  std::string name;
  // The table in DynamoDB; case counts.
  std::string table_name;
  // Where it is. With neither a region nor an endpoint it is in the store of the process.
  std::string region;
  std::string endpoint_url;
  // Empty: from the environment.
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  // Items of the sample that columns are inferred from; 0: the default. Spice's own default of 10
  // is not taken over.
  std::int64_t sample_items = 0;
};

// The file.
struct Spicepod {
  std::string name;
  std::vector<SpicepodDataset> datasets;
  // One sentence for each thing in the file that has no effect yet.
  std::vector<std::string> warnings;
};

// The value of a secret of the env store; nullopt when there is none.
using SecretLookup = std::function<std::optional<std::string>(const std::string& name)>;

// Reads the text of a spicepod. ERRORS: SqlInvalidConfiguration for text that is no YAML or no
// spicepod, a dataset without `from`, two datasets of one name, a secret that is nowhere, a store
// of secrets other than env.
base::Result<Spicepod> ParseSpicepod(std::string_view text, const SecretLookup& secrets);

// Reads spicepod.yaml, or spicepod.yml, of a folder; nullopt when there is neither. Secrets come
// from the environment, then .env.local, then .env of the folder, under their names in upper case.
// ERRORS: as ParseSpicepod, with the path.
base::Result<std::optional<Spicepod>> LoadSpicepod(const std::string& folder);

// Replaces every ${secrets:name} and ${env:name} in `text`. ERRORS: as ParseSpicepod.
base::Result<std::string> ExpandSecrets(std::string_view text, const SecretLookup& secrets);

}  // namespace stator::sql
