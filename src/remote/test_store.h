// What tests of this module share: a store over a TestEndpoint, items, answers.
//
// Calls are waited for here, so that a test reads as a list of what was asked and what came back.
// Nothing of it is for use outside of tests: whatever goes wrong in it ends the test program.
#pragma once

#include <memory>
#include <string>

#include "base/completion.h"
#include "remote/remote_dynamo.h"
#include "remote/test_endpoint.h"

namespace stator::remote {

// A body with the padding that decoders want.
std::string Padded(std::string text);

// {"id": {"S": id}}.
dynamo::Item KeyOf(std::string_view id);

// Options for an endpoint: the keys of the golden vectors of signing, the region they are for, and
// otherwise what a user would get.
RemoteOptions OptionsFor(const TestEndpoint& endpoint);

// Opens a store that must open.
std::unique_ptr<RemoteDynamo> OpenStore(const RemoteOptions& options);

// A context whose deadline is `milliseconds` away; below zero, it has passed already.
base::CallContext Within(int milliseconds);

// GetItem of {"id": "a"} from the table "users", waited for. What comes back is the endpoint's.
base::Result<dynamo::GetItemResponse> Get(dynamo::Dynamo& store,
                                          const base::CallContext& context = {});

// PutItem of {"id": "a"} into the table "users", waited for: plain, or under `condition`.
base::Result<dynamo::PutItemResponse> Put(dynamo::Dynamo& store, const std::string& condition = {},
                                          const base::CallContext& context = {});

// An error as DynamoDB sends it: `code` behind its prefix in __type, and a message. The status is
// 400 for what a caller did and 500 or 503 for what may pass.
Reply ErrorReply(int status, const std::string& code, const std::string& message = "no");

}  // namespace stator::remote
