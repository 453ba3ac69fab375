// What tests of this module share: a store over a TestEndpoint, items, answers.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/completion.h"
#include "dynamo/errors.h"
#include "dynamo/item_builder.h"
#include "remote/remote_dynamo.h"
#include "remote/test_endpoint.h"
#include "wire/item_json.h"
#include "wire/json_reader.h"

namespace stator::remote {

// A body with the padding that decoders want.
inline std::string Padded(std::string text) {
  text.reserve(text.size() + wire::kBodyPaddingBytes);
  return text;
}

// {"id": {"S": id}}.
inline dynamo::Item KeyOf(std::string_view id) {
  dynamo::ItemBuilder builder;
  builder.Name("id").String(id);
  return builder.Build();
}

// Options for an endpoint with the keys of the golden vectors.
inline RemoteOptions OptionsFor(const TestEndpoint& endpoint) {
  RemoteOptions options;
  options.endpoint_url = endpoint.url();
  options.region = "us-east-1";
  options.keys = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  return options;
}

// Opens a store that must open.
inline std::unique_ptr<RemoteDynamo> OpenStore(const RemoteOptions& options) {
  auto store = RemoteDynamo::Open(options);
  CHECK(store.ok());
  return *std::move(store);
}

// A context whose deadline is `milliseconds` away.
inline base::CallContext Within(int milliseconds) {
  base::CallContext context;
  context.deadline = base::Deadline::After(std::chrono::milliseconds(milliseconds));
  return context;
}

// GetItem of {"id": "a"} from "users", waited for.
inline base::Result<dynamo::GetItemResponse> Get(dynamo::Dynamo& store,
                                                 const base::CallContext& context = {}) {
  dynamo::GetItemRequest request;
  request.table_name = "users";
  request.key = KeyOf("a");
  return base::Wait<dynamo::GetItemResponse>(
      [&](auto done) { store.GetItem(context, request, std::move(done)); });
}

// PutItem of {"id": "a"} into "users", waited for.
inline base::Result<dynamo::PutItemResponse> Put(dynamo::Dynamo& store,
                                                 const std::string& condition = {},
                                                 const base::CallContext& context = {}) {
  dynamo::PutItemRequest request;
  request.table_name = "users";
  request.item = KeyOf("a");
  request.condition_expression = condition;
  return base::Wait<dynamo::PutItemResponse>(
      [&](auto done) { store.PutItem(context, request, std::move(done)); });
}

// An error as DynamoDB sends it.
inline Reply ErrorReply(int status, const std::string& code, const std::string& message = "no") {
  return {status, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + code + R"(","message":")" +
                      message + R"("})"};
}

}  // namespace stator::remote
